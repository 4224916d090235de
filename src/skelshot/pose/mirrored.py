"""Videos that are mirror images, as Kinect's colour pictures are: left and right told truly.

An estimator names sides as it sees them. On a mirrored video it calls somebody's right hand their
left one, and nothing in the joints tells: a mirrored body is a body.
"""

import re
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.sequence import FloatArray

AskedMirror = Literal["auto", "yes", "no"]
"""Whether a video is a mirror image; "auto" goes by its name."""

_NTU = re.compile(r"S[0-9]{3}C[0-9]{3}P[0-9]{3}R[0-9]{3}A[0-9]{3}(_rgb)?")


class Mirroring(NamedTuple):
    """Whether a video is a mirror image, and why that is thought.

    Attributes:
        mirrored: Whether it is.
        reason: Why.
    """

    mirrored: bool
    reason: str


def mirroring_of(path: Path, asked: AskedMirror) -> Mirroring:
    """Tell whether a video is a mirror image.

    Args:
        path: The video.
        asked: What the caller says of it.

    Returns:
        The answer; by its name a video of NTU RGB+D is, as Kinect's colour pictures are.

    Example:
        >>> mirroring_of(Path("S001C001P001R001A001_rgb.avi"), "auto").mirrored
        True
        >>> mirroring_of(Path("wave.mp4"), "auto")
        Mirroring(mirrored=False, reason='nothing says that it is a mirror image')
    """
    if asked != "auto":
        return Mirroring(asked == "yes", "as the caller said")
    if _NTU.fullmatch(path.stem):
        return Mirroring(True, "its name is one of NTU RGB+D, whose videos are mirror images")
    return Mirroring(False, "nothing says that it is a mirror image")


def in_camera_axes(joints: FloatArray, mirrored: bool) -> FloatArray:
    """Turn joints from the picture's axes into the project's.

    Args:
        joints: (..., 3), x to the picture's right, y down, z away.
        mirrored: Whether the picture is a mirror image, whose right is the camera's left.

    Returns:
        The same shape, x to the camera's own left, y up, z away: right-handed.

    Example:
        >>> in_camera_axes(np.ones((1, 3), np.float32), mirrored=False).tolist()
        [[-1.0, -1.0, 1.0]]
    """
    turned: FloatArray = joints * np.array([1 if mirrored else -1, -1, 1], np.float32)
    return turned


def true_sides(array: FloatArray, layout: SkeletonLayout, mirrored: bool) -> FloatArray:
    """Give joints the names of the sides on which they are.

    Args:
        array: Anything by joint, (T, V) or (T, V, C).
        layout: Names the left-right pairs.
        mirrored: Whether the picture is a mirror image.

    Returns:
        The same, with the joints of each pair exchanged where it is.
    """
    return array[:, np.array(layout.mirror)] if mirrored else array
