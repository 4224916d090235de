"""Methods that compare joint positions themselves: no encoder, no training."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Literal

from pydantic import Field

from skelshot.fewshot.base import FewShotMethod, MethodOptions

POSITIONS: Mapping[str, object] = MappingProxyType({"streams": ("joint",), "align": "facing"})
"""The fields of the input specification by which view-normalised joint positions are read."""


class RawOptions(MethodOptions):
    """Options of how joint positions are read; their names are those of `InputSpec`.

    Attributes:
        persons: Persons compared; those who are absent are zeros.
        torso_scale: Scale person 1's trunk to the length 1, so that tall and short people agree.

    Example:
        >>> RawOptions(persons=2).torso_scale
        False
    """

    persons: int = Field(1, ge=1, le=100)
    torso_scale: bool = False


class RawMethod(FewShotMethod):
    """A method that compares view-normalised joint positions.

    Args:
        options: Of the method; `frames`, `persons` and `torso_scale` say how clips are read.
    """

    reads: ClassVar[Literal["clip", "vector", "map"]] = "clip"
    options_type: ClassVar[type[MethodOptions]] = RawOptions
    inputs = POSITIONS
    options: RawOptions

    def __init__(self, options: MethodOptions | None = None) -> None:
        super().__init__(options)
        read = self.options.model_dump(include={"frames", "persons", "torso_scale"})
        self.inputs = {**POSITIONS, **read}
