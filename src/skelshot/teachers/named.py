"""Teachers by the name that the command line takes."""

from pathlib import Path

from skelshot.ground import SkelshotError
from skelshot.teachers.base import TextTeacher
from skelshot.teachers.minilm import MiniLMTeacher
from skelshot.teachers.random_code import RandomCodeTeacher

TEACHERS = ("minilm", "random-code")
"""Names that `teacher_named` takes."""


def teacher_named(name: str, *, model: str | Path | None = None, seed: int = 0) -> TextTeacher:
    """Make a teacher.

    Args:
        name: One of `TEACHERS`.
        model: Another sentence encoder for `minilm`: a folder or a hub id.
        seed: Keys the codes of `random-code`; other teachers are frozen and draw nothing.

    Returns:
        The teacher, ready to encode.

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
    raise SkelshotError(f"--teacher {name}: unknown teacher, expected {' or '.join(TEACHERS)}")
