"""The picture to which a clip's joint positions belong, and how it is known."""

from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.skeletons.sensor_layouts import KINECT_COLOUR
from skelshot.skeletons.sequence import FloatArray, SkeletonSequence

Origin = Literal["clip", "kinect-v2", "option", "video", "none", "unknown"]
"""The clip itself; the sensor's only picture; the caller's size; the caller's word that the
positions were found in these very videos; no positions to belong anywhere; nobody says."""

_SAID: dict[Origin, str] = {
    "clip": "from the clips",
    "kinect-v2": "Kinect v2's, for the clips name none",
    "option": "from --sensor",
}


@dataclass(frozen=True)
class JointPicture:
    """The picture to which joint positions belong.

    Args:
        size: Its width and height; None where it is the video's own or not known.
        origin: How it is known.

    Example:
        >>> JointPicture((320, 240), "clip").words()
        'joints belong to a 320 x 240 picture (from the clips)'
    """

    size: tuple[int, int] | None
    origin: Origin

    def words(self) -> str:
        """Say it in a line.

        Returns:
            The line, without a name before it.
        """
        if self.size is not None:
            width, height = self.size
            return f"joints belong to a {width} x {height} picture ({_SAID[self.origin]})"
        if self.origin == "video":
            return "joints belong to the video's own picture (--sensor video)"
        if self.origin == "none":
            return "the store keeps no joint positions in the picture"
        return "nobody says to which picture the joints belong"

    def as_json(self) -> dict[str, JsonValue]:
        """Return the picture as a JSON document: its `size`, what it is known `from`, `words`."""
        size: JsonValue = None if self.size is None else [*self.size]
        return {"size": size, "from": self.origin, "words": self.words()}


def stated_picture(
    picture_size: tuple[int, int] | None, layout: SkeletonLayout, channels: int, has_pixels: bool
) -> JointPicture:
    """Tell to which picture a clip says that its positions belong.

    Args:
        picture_size: The clip's own, if it is known.
        layout: Its joints.
        channels: 2 where the joints themselves are pixels.
        has_pixels: Whether it keeps positions beside joints in space.

    Returns:
        The picture. Kinect v2 has one colour picture only, so stores of its clips that were
        written before clips knew theirs are understood; nothing else is guessed.
    """
    if picture_size is not None:
        return JointPicture(picture_size, "clip")
    if channels == 3 and not has_pixels:
        return JointPicture(None, "none")
    if channels == 3 and layout.name == KINECT_V2.name:
        return JointPicture(KINECT_COLOUR, "kinect-v2")
    return JointPicture(None, "unknown")


def picture_of(sequence: SkeletonSequence) -> JointPicture:
    """Tell to which picture a clip says that its positions belong.

    Args:
        sequence: The clip.

    Returns:
        The picture.

    Example:
        >>> import numpy as np
        >>> from skelshot.skeletons.layouts import COCO_17
        >>> joints, present = np.zeros((1, 8, 17, 2), np.float32), np.ones((1, 8), bool)
        >>> picture_of(SkeletonSequence(joints, present, COCO_17)).origin
        'unknown'
    """
    return stated_picture(
        sequence.picture_size, sequence.layout, sequence.channels, sequence.pixels is not None
    )


def image_positions(sequence: SkeletonSequence) -> FloatArray | None:
    """Return where a clip's joints stand in the picture.

    Args:
        sequence: The clip.

    Returns:
        Columns and rows (M, T, V, 2): `pixels`, or the joints themselves where they are pixels;
        None if neither is known.
    """
    if sequence.pixels is not None:
        return sequence.pixels
    return sequence.joints if sequence.channels == 2 else None
