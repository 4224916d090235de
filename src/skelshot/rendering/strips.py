"""Strips: a few poses of a clip side by side, small and quickly drawn."""

import io

import numpy as np
from PIL import Image, ImageDraw

from skelshot.rendering.limbs import draw_limbs
from skelshot.rendering.places import drawn_places, window
from skelshot.rendering.sheets import Picture
from skelshot.skeletons.sequence import SkeletonSequence

_FINER = 2
"""Drawn so many times larger, then shrunk, which smooths the lines."""


def pose_strip(sequence: SkeletonSequence, poses: int = 5, height: int = 64) -> Picture:
    """Draw a clip's poses from its first frame to its last, side by side on white.

    Args:
        sequence: The clip.
        poses: How many, evenly spaced in time; fewer where there are fewer frames.
        height: Height of the strip, and width of each pose, in pixels.

    Returns:
        RGB (height, poses * height, 3); limbs in the colour of their side.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> clip = SkeletonSequence(np.ones((1, 8, 20, 3), np.float32), np.ones((1, 8), bool),
        ...                         KINECT_V1)
        >>> pose_strip(clip, poses=3).shape
        (64, 192, 3)
    """
    count = max(1, min(poses, sequence.frames))
    moments = np.linspace(0, sequence.frames - 1, count).round()
    places = drawn_places(sequence, moments[: sequence.frames])
    centre, sides = window(places)
    side = height * _FINER
    scaled = (places - centre) / max(sides) * side + side / 2
    if sequence.channels == 3:  # y up
        scaled[..., 1] = side - scaled[..., 1]
    canvas = Image.new("RGB", (side * count, side), "white")
    draw = ImageDraw.Draw(canvas)
    for moment in range(scaled.shape[1]):
        for person in scaled[:, moment]:
            joints = person + np.array([moment * side, 0.0])
            draw_limbs(draw, sequence.layout, joints, max(1, side // 40))
    small = canvas.resize((height * count, height), Image.Resampling.BOX)
    return np.asarray(small, np.uint8)


def png_bytes(picture: Picture) -> bytes:
    r"""Return a picture as a PNG file's bytes.

    Args:
        picture: RGB (H, W, 3).

    Returns:
        The bytes.

    Example:
        >>> png_bytes(np.zeros((2, 2, 3), np.uint8))[:4]
        b'\x89PNG'
    """
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()
