"""The family of teachers: those that ship, and those that other packages register."""

from skelshot.ground import SkelshotError
from skelshot.ground.families import Family
from skelshot.ground.printable import printable
from skelshot.ground.suggestions import did_you_mean
from skelshot.teachers.base import TextTeacher
from skelshot.teachers.models.actionclip import ActionCLIPTeacher
from skelshot.teachers.models.frame_average import FrameAverageTeacher
from skelshot.teachers.models.mini import MiniTeacher
from skelshot.teachers.models.minilm import MiniLMTeacher
from skelshot.teachers.models.precomputed import PrecomputedTeacher
from skelshot.teachers.models.random_code import RandomCodeTeacher
from skelshot.teachers.models.table import ModelEntry, load_models
from skelshot.teachers.models.teacher import Teacher, TeacherOptions
from skelshot.teachers.models.video_and_text import VideoAndTextTeacher
from skelshot.teachers.models.videoprism import VideoPrismTeacher
from skelshot.teachers.models.xclip import XCLIPTeacher

SHIPPED: tuple[type[Teacher], ...] = (
    MiniLMTeacher,
    RandomCodeTeacher,
    XCLIPTeacher,
    MiniTeacher,
    ActionCLIPTeacher,
    VideoPrismTeacher,
    FrameAverageTeacher,
    VideoAndTextTeacher,
    PrecomputedTeacher,
)


def _problem(part: type) -> str | None:
    """Return what is wrong with the class of a teacher from outside, or None."""
    if not issubclass(part, Teacher):
        return f"found the class {part.__name__}, expected a sub-class of skelshot.teachers.Teacher"
    kind: object = part.options_type
    if not (isinstance(kind, type) and issubclass(kind, TeacherOptions)):
        return f"found options_type = {kind!r:.80}, expected a sub-class of TeacherOptions"
    abstract = sorted(getattr(part, "__abstractmethods__", ()))
    lacking = [name for name in ("encode_text", "fingerprint") if not hasattr(part, name)]
    if abstract or lacking:
        return f"lacks {', '.join([*abstract, *lacking])}"
    return None


TEACHERS: Family[Teacher] = Family("teacher", SHIPPED, _problem)
"""All teachers by name; another package adds its own in the group `skelshot.teachers`."""


def teacher_names() -> tuple[str, ...]:
    """List every name that `teacher_named` takes.

    Returns:
        The names of `TEACHERS`, and then the short names of the model table.

    Example:
        >>> "xclip-b16" in teacher_names()
        True
    """
    return (*TEACHERS.names, *load_models().models)


def teacher_class(name: str) -> tuple[type[Teacher], ModelEntry | None]:
    """Find the class of a teacher.

    Args:
        name: A teacher's name, or a short name of the model table such as `xclip-b16`.

    Returns:
        The class, and the row of the table for a short name.

    Raises:
        SkelshotError: There is none of that name, or the one from outside does not work.

    Example:
        >>> teacher_class("clip-b16")[0].__name__
        'FrameAverageTeacher'
    """
    if name in {kind.name for kind in SHIPPED}:
        return TEACHERS.named(name), None
    entry = load_models().models.get(name)
    if entry is not None:
        if origin := TEACHERS.origin(name):
            raise SkelshotError(
                f"teacher {name!r}{origin}: Skelshot has a model of that name; rename yours"
            )
        return TEACHERS.named(entry.family), entry
    known = teacher_names()
    if name not in known:
        raise SkelshotError(
            f"--teacher {printable(name)}: unknown teacher, expected {', '.join(known[:-1])} or "
            f"{known[-1]}{did_you_mean(name, known)}"
        )
    return TEACHERS.named(name), None


def teacher_label(teacher: TextTeacher) -> str:
    """Name a teacher in a message, with the package that brought it.

    Args:
        teacher: The teacher.

    Returns:
        For example `teacher minilm`, or `teacher mine of the package NAME`.

    Example:
        >>> teacher_label(RandomCodeTeacher(seed=0))
        'teacher random-code'
    """
    return f"teacher {teacher.name}{TEACHERS.origin(typed_name(teacher))}"


def typed_name(teacher: TextTeacher) -> str:
    """Return the name by which a teacher's class is chosen.

    Args:
        teacher: The teacher; its own name may say more, such as its model.

    Returns:
        The name; empty for a class that has none.

    Example:
        >>> typed_name(RandomCodeTeacher(seed=0))
        'random-code'
    """
    name = getattr(type(teacher), "name", None)
    return name if isinstance(name, str) else ""


def own_prompts(name: str) -> str:
    """Name the prompts that go with a teacher where none are asked for.

    Args:
        name: As `teacher_named` takes it.

    Returns:
        `actionclip` for the teacher of that name, which was trained with sixteen templates a
        class; `plain` for all others that ship.

    Raises:
        SkelshotError: There is no such teacher.

    Example:
        >>> own_prompts("actionclip"), own_prompts("xclip")
        ('actionclip', 'plain')
    """
    return teacher_class(name)[0].prompts


def teacher_named(name: str, **options: object) -> TextTeacher:
    """Make a teacher.

    Args:
        name: A name of `TEACHERS`, or a short name of the model table such as `xclip-b16`.
        options: The teacher's options; None stands for the default. `model` is another model of
            the same kind: a folder, a hub id, a short name; the checkpoint of `actionclip`; the
            file of `precomputed`. `seed` keys the codes of `random-code`. Video teachers take
            `device`, `precision`, and `frames`, the number of frames of a clip, for models that
            do not say so themselves (`actionclip`, `frame-average`); for others it must be theirs.

    Returns:
        The teacher, ready to encode; a `VideoTeacher` if it reads videos (ask with
        `isinstance`). `PrecomputedTeacher` looks clips up by name instead.

    Raises:
        SkelshotError: Unknown name, an option that the teacher does not have, or the teacher
            cannot be loaded.

    Example:
        >>> teacher_named("random-code", seed=3).dim
        384
    """
    kind, entry = teacher_class(name)
    given = {option: value for option, value in options.items() if value is not None}
    if entry is not None:
        if "model" in given:
            raise SkelshotError(
                f"--model {given['model']}: the teacher {name} is one model; use --teacher "
                f"{entry.family} to name another"
            )
        given["model"] = name
    for option, value in given.items():
        if option not in kind.options_type.model_fields:
            raise SkelshotError(
                f"--{option} {printable(str(value))}: the teacher {kind.name} has no {option}; "
                "leave it out"
            )
    with TEACHERS.telling(kind.name):
        teacher = kind.from_options(given)
    members = ("name", "dim", "fingerprint", "encode_text")
    if lacking := [member for member in members if not hasattr(teacher, member)]:
        place = f"teacher {kind.name}{TEACHERS.origin(kind.name)}"
        raise SkelshotError(f"{place}: lacks {', '.join(lacking)}")
    return teacher
