"""Limbs: the bones of one person as lines on a picture, quickly drawn."""

import numpy as np
from PIL import ImageColor, ImageDraw

from skelshot.rendering.places import Places
from skelshot.rendering.theme import LEFT, MIDDLE, RIGHT
from skelshot.skeletons.layout import SkeletonLayout


def draw_limbs(
    draw: ImageDraw.ImageDraw,
    layout: SkeletonLayout,
    joints: Places,
    width: int,
    middle: str = MIDDLE,
) -> None:
    """Draw the bones of one person whose two ends are known and not far outside.

    Args:
        draw: The picture.
        layout: Names the V joints.
        joints: Where they are in pixels, (V, 2); NaN where one is not known.
        width: Of the lines, in pixels.
        middle: The colour of what is neither left nor right.
    """
    left = {joint for joint, _ in layout.pairs}
    right = {joint for _, joint in layout.pairs}
    near = np.all(np.abs(joints) < 1e6, axis=1).tolist()  # NaN is not
    for child, parent in layout.bones:
        if near[child] and near[parent]:
            colour = LEFT if child in left else RIGHT if child in right else middle
            ends = [tuple(joints[child]), tuple(joints[parent])]
            draw.line(ends, ImageColor.getrgb(colour), width=width)
