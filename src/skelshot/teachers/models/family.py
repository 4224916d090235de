"""Teachers by the name that the command line takes."""

from collections.abc import Callable
from pathlib import Path

from skelshot.ground import SkelshotError
from skelshot.teachers.base import Precision, TextTeacher, VideoTeacher
from skelshot.teachers.mini.shipped import MINI, load_mini
from skelshot.teachers.models.actionclip import ActionCLIPTeacher
from skelshot.teachers.models.frame_average import FrameAverageTeacher
from skelshot.teachers.models.minilm import MiniLMTeacher
from skelshot.teachers.models.precomputed import PrecomputedTeacher
from skelshot.teachers.models.random_code import RandomCodeTeacher
from skelshot.teachers.models.table import load_models
from skelshot.teachers.models.video_and_text import VideoAndTextTeacher
from skelshot.teachers.models.videoprism import VideoPrismTeacher
from skelshot.teachers.models.xclip import XCLIPTeacher

TEACHERS = (
    "minilm",
    "random-code",
    "xclip",
    MINI,
    "actionclip",
    "videoprism",
    "frame-average",
    "video-and-text",
    "precomputed",
)
"""Names that `teacher_named` takes besides the short names of `models.yaml`."""


def teacher_names() -> tuple[str, ...]:
    """List every name that `teacher_named` takes.

    Returns:
        `TEACHERS`, and then the short names of the model table.

    Example:
        >>> "xclip-b16" in teacher_names()
        True
    """
    return (*TEACHERS, *load_models().models)


def own_prompts(name: str) -> str:
    """Name the prompts that go with a teacher where none are asked for.

    Args:
        name: As `teacher_named` takes it.

    Returns:
        `actionclip` for the teacher of that name, which was trained with sixteen templates a
        class; `plain` for all others.

    Example:
        >>> own_prompts("actionclip"), own_prompts("xclip")
        ('actionclip', 'plain')
    """
    return "actionclip" if name == "actionclip" else "plain"


def teacher_named(
    name: str,
    *,
    model: str | Path | None = None,
    seed: int = 0,
    device: str = "cpu",
    precision: Precision = "float32",
    frames: int | None = None,
) -> TextTeacher:
    """Make a teacher.

    Args:
        name: One of `TEACHERS`, or a short name of the model table such as `xclip-b16`.
        model: Another model of the same kind: a folder, a hub id, a short name; the checkpoint
            of `actionclip`; the file of `precomputed`.
        seed: Keys the codes of `random-code`; other teachers are frozen and draw nothing.
        device: Where a video model runs: `cpu`, `cuda`, `cuda:1`, or `auto`.
        precision: What a video model calculates with.
        frames: Number of frames a clip has, for models that do not say so themselves
            (`actionclip`, `frame-average`); for others it must be theirs.

    Returns:
        The teacher, ready to encode; a `VideoTeacher` if it reads videos (ask with
        `isinstance`). `PrecomputedTeacher` looks clips up by name instead.

    Raises:
        SkelshotError: Unknown name, a model for a teacher that has none, or the teacher cannot
            be loaded.

    Example:
        >>> teacher_named("random-code", seed=3).dim
        384
    """
    if name == "minilm":
        return MiniLMTeacher(model)
    if name == "random-code":
        if model is not None:
            raise SkelshotError(f"--model {model}: the teacher random-code has no model; leave out")
        return RandomCodeTeacher(seed)
    if name == "precomputed":
        return PrecomputedTeacher(_needed(name, model, "the file of features"))
    teacher = _video_teacher(name, model, device, precision, frames)
    if frames is not None and teacher.frames != frames:
        raise SkelshotError(
            f"frames: found {frames}, the teacher {teacher.name} was built for {teacher.frames}"
        )
    return teacher


def _video_teacher(
    name: str,
    model: str | Path | None,
    device: str,
    precision: Precision,
    frames: int | None,
) -> VideoTeacher:
    """Make a teacher that reads videos."""
    if name == "actionclip":
        file = _needed(name, model, "an ActionCLIP checkpoint")
        return ActionCLIPTeacher(file, frames=frames or 8, device=device, precision=precision)
    if name == MINI:
        return load_mini(model, device=device, precision=precision)
    table = load_models()
    entry = table.models.get(name)
    if entry is not None and model is not None:
        raise SkelshotError(
            f"--model {model}: the teacher {name} is one model; use --teacher {entry.family} to "
            "name another"
        )
    if entry is None and name not in TEACHERS:
        raise SkelshotError(
            f"--teacher {name}: unknown teacher, expected {', '.join(teacher_names()[:-1])} or "
            f"{teacher_names()[-1]}"
        )
    family = name if entry is None else entry.family
    source = name if model is None else model
    if family == "frame-average":
        return FrameAverageTeacher(source, frames=frames or 8, device=device, precision=precision)
    makers: dict[str, Callable[..., VideoTeacher]] = {
        "xclip": XCLIPTeacher,
        "videoprism": VideoPrismTeacher,
        "video-and-text": VideoAndTextTeacher,
    }
    return makers[family](source, device=device, precision=precision)


def _needed(name: str, model: str | Path | None, what: str) -> str | Path:
    """Return the model, or say that this teacher has none of its own."""
    if model is None:
        raise SkelshotError(f"--teacher {name}: needs --model, {what}")
    return model
