"""Strips: a few poses of a clip side by side, small and quickly drawn."""

import io

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from skelshot.rendering.places import Places, drawn_places, window
from skelshot.rendering.sheets import Picture
from skelshot.rendering.theme import LEFT, MIDDLE, RIGHT
from skelshot.skeletons.layout import SkeletonLayout
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
            _draw_person(draw, sequence.layout, person + np.array([moment * side, 0.0]), side)
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


def _draw_person(
    draw: ImageDraw.ImageDraw, layout: SkeletonLayout, joints: Places, side: int
) -> None:
    """Draw the bones of one person, (V, 2), whose two ends are known and not far outside."""
    left = {joint for joint, _ in layout.pairs}
    right = {joint for _, joint in layout.pairs}
    near = np.all(np.abs(joints) < 1e6, axis=1).tolist()  # NaN is not
    for child, parent in layout.bones:
        if near[child] and near[parent]:
            colour = LEFT if child in left else RIGHT if child in right else MIDDLE
            ends = [tuple(joints[child]), tuple(joints[parent])]
            draw.line(ends, ImageColor.getrgb(colour), width=max(1, side // 40))
