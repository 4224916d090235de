"""The specification of an encoder: the few values that fix its shape."""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.skeletons.layout_field import LayoutField


class EncoderSpec(Options):
    """The part of a specification that all encoders share; it travels in checkpoints.

    Each encoder names its own sub-class in `spec_type`, with the values that it adds. The upper
    bounds are far beyond use; they keep a damaged checkpoint from asking for all memory.

    Args:
        name: The encoder, as users type it.
        layout: The joint layout, V joints: its name, its definition or the layout itself.
        channels: Input channels C.
        frames: Frames T.
        persons: Persons M.

    Raises:
        SkelshotError: A value is unknown or out of range; one line.

    Example:
        >>> EncoderSpec(name="own", layout="kinect-v2", persons=2).layout.num_joints
        25
    """

    described: ClassVar[str] = "encoder spec"

    name: str
    layout: LayoutField
    channels: int = Field(default=3, ge=1, le=1024)
    frames: int = Field(default=64, ge=1, le=4096)
    persons: int = Field(default=1, ge=1, le=16)

    def check_channels(self, places: Iterable[int], option: str, remedy: str) -> None:
        """Refuse channels that the input does not have.

        Args:
            places: Channels, counted from 0.
            option: What named them.
            remedy: What to do.

        Raises:
            SkelshotError: The input does not have one of them.
        """
        for place in places:
            if not 0 <= place < self.channels:
                raise SkelshotError(
                    f"encoder {self.name}, {option}: found {place}, expected 0 to "
                    f"{self.channels - 1}, the channels of the input; {remedy}"
                )
