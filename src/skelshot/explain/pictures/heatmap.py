"""The joint-frame heatmap of one person: a row a joint, grouped by body part, frames across."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.ticker import FuncFormatter, MaxNLocator

from skelshot.explain.pictures.importance_shares import Shares
from skelshot.rendering.theme import ABSENT, IMPORTANCE, SMALL, TEXT, plain
from skelshot.skeletons.layouts import SkeletonLayout

MOST_COLUMNS = 300
"""Longer clips show means of frames: print has no room for more, and each is a shape in a file."""

REST = "other"
"""The name of the joints that belong to no part."""


def joints_by_part(layout: SkeletonLayout) -> list[tuple[str, tuple[int, ...]]]:
    """List the joints of each part, every joint once.

    Args:
        layout: The layout; a joint in two parts counts for the first.

    Returns:
        Names of parts and their joints; those of none stand last.

    Example:
        >>> from skelshot.skeletons.layouts import OPENNI_15
        >>> joints_by_part(OPENNI_15)[:3]
        [('head', (0, 1)), ('trunk', (2,)), ('left arm', (3, 4, 5))]
    """
    left = set(range(layout.num_joints))
    grouped = []
    for name, joints in [*layout.parts.items(), (REST, tuple(range(layout.num_joints)))]:
        own = tuple(joint for joint in dict.fromkeys(joints) if joint in left)
        left -= set(own)
        if own:
            grouped.append((name, own))
    return grouped


def draw_heatmap(
    axis: Axes, shares: Shares, layout: SkeletonLayout, joints_named: bool = True
) -> QuadMesh:
    """Draw the importance of one person's joints over the frames of a clip.

    Args:
        axis: The axes.
        shares: From 0 to 1, (T, V); NaN where the person is absent, which is drawn grey.
        layout: Names the V joints.
        joints_named: Name every joint at the left and the parts at the right, else the parts at
            the left alone.

    Returns:
        What is drawn, for a colour bar.
    """
    groups = joints_by_part(layout)
    order = [joint for _, joints in groups for joint in joints]
    values, edges = _columns(shares[:, order])
    colours = mpl.colormaps[IMPORTANCE].with_extremes(bad=ABSENT)
    rows = np.arange(len(order) + 1)
    masked = np.ma.masked_invalid(values.T)
    mesh = axis.pcolormesh(edges - 0.5, rows, masked, cmap=colours, vmin=0, vmax=1)
    axis.set_ylim(len(order), 0)
    axis.tick_params(labelsize=SMALL, length=2)
    axis.spines[:].set(linewidth=0.5)
    starts = np.cumsum([0, *(len(joints) for _, joints in groups)])
    for start in starts[1:-1]:
        axis.axhline(start, color="white", linewidth=0.8)
    names = [plain(name, 24) for name, _ in groups]
    sides = axis.secondary_yaxis("right") if joints_named else axis
    sides.set_yticks((starts[:-1] + starts[1:]) / 2, names, fontsize=SMALL, parse_math=False)
    sides.tick_params(length=0)
    if joints_named:
        texts = [plain(layout.joints[joint], 24) for joint in order]
        axis.set_yticks(rows[:-1] + 0.5, texts, fontsize=SMALL, parse_math=False)
    return mesh


def name_frames(axis: Axes, fps: float | None, most: int = 9) -> None:
    """Number the frames of a heatmap, from 0, and their seconds where the rate is known.

    Args:
        axis: The axes.
        fps: Frames a second.
        most: The most numbers.
    """
    axis.xaxis.set_major_locator(MaxNLocator(most, integer=True))
    axis.set_xlabel("frame" if fps is None else "frame, second", fontsize=TEXT)
    if fps is not None:
        axis.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at:g}\n{at / fps:.2g} s"))


def _columns(values: Shares) -> tuple[Shares, Shares]:
    """Average neighbouring frames of a long clip; return columns and their edges in frames."""
    frames = len(values)
    edges = np.linspace(0, frames, min(frames, MOST_COLUMNS) + 1).round()
    starts = edges[:-1].astype(int)
    there = ~np.isnan(values)
    counts = np.add.reduceat(there, starts, axis=0, dtype=np.float64)
    sums = np.add.reduceat(np.where(there, values, 0), starts, axis=0)
    return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0), edges
