"""A query above the exemplar that it was compared with, moment by moment, aligned in time."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from skelshot.explain.pictures.clip_figure import DPI
from skelshot.explain.pictures.importance_shares import importance_shares
from skelshot.explain.pictures.strip import SIDES, draw_strip, strip_shape
from skelshot.explain.pictures.time_alignment import alignment_path, checked_path
from skelshot.rendering.figure_files import write_figure
from skelshot.rendering.theme import SMALL, TEXT, WIDE, plain
from skelshot.skeletons import SkeletonSequence
from skelshot.skeletons.sequence import IntArray
from skelshot.videos.sampling import segment_centres

_LINES = 0.9
"""Inches between the strips, where lines join frames."""


def draw_aligned(
    query: SkeletonSequence,
    exemplar: SkeletonSequence,
    path: Path,
    titles: tuple[str, str] = ("query", "exemplar"),
    alignment: ArrayLike | None = None,
    importance: tuple[ArrayLike | None, ArrayLike | None] = (None, None),
    moments: int = 8,
) -> Path:
    """Draw a query and an exemplar, the frames that go together one below the other.

    Args:
        query: The query.
        exemplar: The exemplar.
        path: The file to write, PNG, SVG or PDF by its ending.
        titles: What stands above each, such as its class.
        alignment: Pairs of frames (L, 2), of query and exemplar; `alignment_path` unless told.
        importance: Of the joints of each (T, V, M), at least 0, which colours them.
        moments: How many pairs are drawn.

    Returns:
        `path`.

    Raises:
        SkelshotError: The alignment or the importance does not fit the clips.
    """
    if alignment is None:
        pairs = alignment_path(query, exemplar)
    else:
        pairs = checked_path(alignment, query.frames, exemplar.frames)
    shown = pairs[segment_centres(len(pairs), moments)]
    clips = (query, exemplar)
    shapes = [strip_shape(clip, shown[:, at]) for at, clip in enumerate(clips)]
    heights = [WIDE / moments * shapes[0], _LINES, WIDE / moments * shapes[1]]
    figure = Figure(figsize=(WIDE, sum(heights) + 0.8))
    figure.set_layout_engine("constrained", h_pad=0.02, hspace=0)
    above, between, below = figure.subplots(3, 1, height_ratios=heights)
    for at, (axis, clip) in enumerate(zip((above, below), clips, strict=True)):
        found = importance[at]
        shares = None if found is None else importance_shares(found, clip, titles[at])
        draw_strip(axis, clip, shown[:, at], shares)
        # Below the first line of the strip's own titles, the numbers of frames.
        told = f"{plain(titles[at], 80)} ({clip.frames} frames)\n"
        axis.set_title(told, fontsize=TEXT, loc="left", pad=2, parse_math=False)
    _join(between, pairs, shown, (query.frames, exemplar.frames))
    if any(found is None for found in importance):
        figure.supxlabel(SIDES, fontsize=SMALL)
    return write_figure(figure, path, dpi=DPI)


def _join(axis: Axes, pairs: IntArray, shown: IntArray, frames: tuple[int, int]) -> None:
    """Draw the time of both clips as lines, and lines between frames that go together."""
    axis.axis("off")
    axis.set(xlim=(0, 1), ylim=(0, 3))
    at = (pairs + 0.5) / frames
    joined = [[(x, 2), (y, 1)] for x, y in at]
    axis.add_collection(LineCollection(joined, colors="0.8", linewidths=0.5))
    for place, (x, y) in enumerate((shown + 0.5) / frames):
        middle = (place + 0.5) / len(shown)
        axis.plot([middle, x, y, middle], [3, 2, 1, 0], color="black", linewidth=0.7, clip_on=False)
    axis.hlines([1, 2], 0, 1, color="0.45", linewidth=1.2)
