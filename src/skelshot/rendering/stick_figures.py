"""Stick figures: the joints of a frame as dots, its bones as lines, at any unit's scale."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from skelshot.rendering.places import Places
from skelshot.rendering.theme import IMPORTANCE, LEFT, MIDDLE, RIGHT
from skelshot.skeletons.layouts import SkeletonLayout

_PALER = 0.45
"""How much paler further persons are than the first."""
_LEAST, _MOST = 2.0, 30.0
"""Areas of the dots of joints of importance 0 and 1, in square points."""


def frame_moment(axis: Axes, centre: Places, sides: Places, down: bool) -> None:
    """Give a moment's axes the window and the border that all moments have.

    Args:
        axis: The axes.
        centre: Of the window, (2,).
        sides: Width and height of the window, (2,).
        down: Whether y grows downwards, as in pixels.
    """
    low, high = centre - sides / 2, centre + sides / 2
    axis.set_xlim(low[0], high[0])
    axis.set_ylim(*((high[1], low[1]) if down else (low[1], high[1])))
    axis.set_aspect("equal")
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set(color="0.85", linewidth=0.5)


def draw_people(axis: Axes, layout: SkeletonLayout, places: Places) -> None:
    """Draw everybody, bones in the colour of their side, further persons paler.

    Args:
        axis: The axes.
        layout: Names the V joints.
        places: Where they are, (M, V, 2).
    """
    left = {joint for joint, _ in layout.pairs}
    right = {joint for _, joint in layout.pairs}
    for person, joints in enumerate(places):
        shade = 1.0 if person == 0 else _PALER
        axis.plot(joints[:, 0], joints[:, 1], ".", color="black", markersize=2, alpha=shade)
        for child, parent in layout.bones:
            colour = LEFT if child in left else RIGHT if child in right else MIDDLE
            ends = joints[[child, parent]]
            axis.plot(ends[:, 0], ends[:, 1], color=colour, linewidth=1.5, alpha=shade)


def draw_importance(
    axis: Axes, layout: SkeletonLayout, places: Places, shares: Places, bone: str = "0.45"
) -> None:
    """Draw everybody, each joint brighter and larger the more important it is.

    Args:
        axis: The axes.
        layout: Names the V joints.
        places: Where they are, (M, V, 2).
        shares: Importance of each from 0 to 1, (V, M).
        bone: Colour of the bones.
    """
    colours = mpl.colormaps[IMPORTANCE]
    for person, joints in enumerate(places):
        shade = 1.0 if person == 0 else _PALER
        bones = LineCollection(_lines(joints, layout.bones), colors=bone, linewidths=1.0)
        axis.add_collection(bones).set(alpha=shade, zorder=2)
        there = np.flatnonzero(~np.isnan(joints).any(axis=1))
        order = there[np.argsort(shares[there, person], kind="stable")]  # the important on top
        dots = shares[order, person]
        axis.scatter(
            joints[order, 0],
            joints[order, 1],
            s=_LEAST + (_MOST - _LEAST) * dots,
            c=colours(dots),
            edgecolors="black",
            linewidths=0.4,
            zorder=3,
        )


def _lines(joints: Places, bones: Sequence[tuple[int, int]]) -> list[Places]:
    """Return the bones (2, 2) whose two ends are known."""
    ends = joints[np.array(bones)]
    return list(ends[~np.isnan(ends).any(axis=(1, 2))])
