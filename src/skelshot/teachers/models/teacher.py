"""The base of teachers that are chosen by name: a name, options, and how it is built."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.ground.parts import read_named
from skelshot.ground.precision import Precision
from skelshot.teachers.base import TextTeacher


class TeacherOptions(Options):
    """The options of a teacher; this base has none."""


class SeedOptions(TeacherOptions):
    """The options of a teacher that draws random numbers.

    Args:
        seed: Keys what is drawn.
    """

    seed: int = 0


class ModelOptions(TeacherOptions):
    """The options of a teacher that reads a model or file.

    Args:
        model: Folder, file, hub id or short name; the teacher's own model unless told.
    """

    model: str | Path | None = None


class VideoModelOptions(ModelOptions):
    """The options of a teacher that runs a video model.

    Args:
        device: Where it runs: `cpu`, `cuda`, `cuda:1`, `mps`, or `auto` for a GPU where there is
            one.
        precision: What it calculates with.
        frames: Frames a clip, where the model leaves that open; else it must be the model's.
    """

    device: str = "auto"
    precision: Precision = "float32"
    frames: int | None = Field(None, ge=1)


class Teacher:
    """The base of teachers that are chosen by name; see `TextTeacher` for what they do.

    Attributes:
        name: What users type; an instance may say more, such as its model.
        paper: A short citation, or "" when there is no single source.
        options_type: The model of its options.
        prompts: The prompt templates that it was trained with, where none are asked for.

    A sub-class is made with its options by name, unless it says otherwise in `from_options`.
    """

    name: str
    paper: ClassVar[str] = ""
    options_type: ClassVar[type[TeacherOptions]] = TeacherOptions
    prompts: ClassVar[str] = "plain"

    @classmethod
    def from_options(cls, options: Mapping[str, object]) -> TextTeacher:
        """Build the teacher from plain values, as a command line gives them.

        Args:
            options: Option names and values.

        Returns:
            The teacher.

        Raises:
            SkelshotError: An unknown option or a value that does not fit, or the model cannot be
                had.
        """
        return cls._built(read_named(cls.options_type, f"teacher {cls.name}", options))

    @classmethod
    def _built(cls, options: Any) -> TextTeacher:
        """Build the teacher from an instance of `options_type`: each option by its name."""
        build: Any = cls
        teacher: TextTeacher = build(
            **{name: getattr(options, name) for name in cls.options_type.model_fields}
        )
        return teacher


def needed_model(name: str, model: str | Path | None, what: str) -> str | Path:
    """Return the model of a teacher that has none of its own.

    Args:
        name: The teacher's name.
        model: What was given.
        what: What the model is, for the message.

    Returns:
        The model.

    Raises:
        SkelshotError: None was given.
    """
    if model is None:
        raise SkelshotError(f"--teacher {name}: needs --model, {what}")
    return model
