"""The base of parts that are chosen by name and made with options."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from skelshot.ground.errors import SkelshotError
from skelshot.ground.options import Model, Options, read_alone


class NamedPart:
    """A part that is chosen by name and made with options, such as a method or a reader.

    Attributes:
        name: The name users type.
        part_of: The family, as messages call it.
        options_type: The model of its options.

    A sub-class is made with an instance of `options_type`, unless it says otherwise in `_built`.

    Example:
        >>> class Pace(Options):
        ...     steps: int = 1
        >>> class Walk(NamedPart):
        ...     name, part_of, options_type = "walk", "gait", Pace
        ...     def __init__(self, options: Pace) -> None:
        ...         self.options = options
        >>> Walk.from_options({"steps": 2}).options.steps
        2
        >>> Walk.from_options({"steps": "two"})
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: gait walk, options, steps: found 'two'; ...
    """

    name: ClassVar[str]
    part_of: ClassVar[str]
    options_type: ClassVar[type[Options]]

    @classmethod
    def from_options(cls, options: Mapping[str, object]) -> Self:
        """Build the part from plain values, as a command line or a file gives them.

        Args:
            options: Option names and values.

        Returns:
            The part.

        Raises:
            SkelshotError: An unknown option or a value that does not fit; one line.
        """
        return cls._built(read_named(cls.options_type, f"{cls.part_of} {cls.name}", options))

    @classmethod
    def _built(cls, options: Any) -> Self:
        """Build the part from an instance of `options_type`."""
        build: Any = cls
        made: Self = build(options)
        return made


def read_named(model: type[Model], named: str, options: Mapping[str, object]) -> Model:
    """Read the options of a part that was chosen by name.

    Args:
        model: The options.
        named: What the message calls the part.
        options: Option names and values.

    Returns:
        The options.

    Raises:
        SkelshotError: An unknown option or a value that does not fit; one line.
    """
    try:
        return read_alone(model, options)
    except SkelshotError as error:
        raise SkelshotError(f"{named}, {error}") from error
