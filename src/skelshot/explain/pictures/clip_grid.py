"""Several clips by several methods: a grid of heatmaps (Figure 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from skelshot.explain.pictures.clip_figure import DPI, MOST_MAPS, add_colour_bar
from skelshot.explain.pictures.heatmap import draw_heatmap, joints_by_part, name_frames
from skelshot.explain.pictures.importance_shares import importance_shares
from skelshot.ground import SkelshotError
from skelshot.rendering.figure_files import write_figure
from skelshot.rendering.theme import TEXT, WIDE, plain
from skelshot.skeletons import SkeletonSequence
from skelshot.skeletons.layouts import SkeletonLayout

MOST_CLIPS = 8
"""The most rows of a grid."""

_LINE = 0.12
"""Inches from the name of a part to the next, so that both can be read."""
_LEAST = 1.1
"""Inches of one person's heatmap at least."""
_AROUND, _BELOW = 0.8, 0.6
"""Inches of a row's titles and frames, and of the colour bar."""


@dataclass(frozen=True, eq=False)
class Explained:
    """A clip with what each method finds important in it.

    Args:
        title: What stands above its row, such as its class.
        clip: The clip.
        maps: Importance (T, V, M), at least 0, by the names of the methods.
    """

    title: str
    clip: SkeletonSequence
    maps: Mapping[str, ArrayLike]


def draw_grid(rows: Sequence[Explained], path: Path, fps: float | None = None) -> Path:
    """Draw heatmaps, a row a clip and a column a method.

    Args:
        rows: The clips, each with the same methods.
        path: The file to write, PNG, SVG or PDF by its ending.
        fps: Frames a second, for seconds below the frames.

    Returns:
        `path`.

    Raises:
        SkelshotError: There are too many or no clips or methods, they differ in their methods, or
            a map does not fit its clip (see `importance_shares`).
    """
    methods = list(rows[0].maps) if rows else []
    if not 1 <= len(rows) <= MOST_CLIPS or not 1 <= len(methods) <= MOST_MAPS:
        raise SkelshotError(
            f"grid: found {len(rows)} clips x {len(methods)} maps, expected 1 to {MOST_CLIPS} x 1 "
            f"to {MOST_MAPS}"
        )
    for row in rows:
        if list(row.maps) != methods:
            raise SkelshotError(
                f"{plain(row.title)}: found the maps {', '.join(map(plain, row.maps))}, expected "
                f"{', '.join(map(plain, methods))} as of the first clip"
            )
    persons = [np.flatnonzero(row.clip.present.any(axis=1)).tolist() or [0] for row in rows]
    heights = [
        _height(row.clip.layout) for row, people in zip(rows, persons, strict=True) for _ in people
    ]
    figure = Figure(figsize=(WIDE, sum(heights) + _AROUND * len(rows) + _BELOW))
    figure.set_layout_engine("constrained", h_pad=0.03, w_pad=0.03, hspace=0, wspace=0)
    axes = figure.subplots(len(heights), len(methods), squeeze=False, height_ratios=heights)
    top = 0
    for letter, row, people in zip("abcdefgh", rows, persons, strict=False):
        block = axes[top : top + len(people)]
        top += len(people)
        for column, method in enumerate(methods):
            shares = importance_shares(row.maps[method], row.clip, f"{row.title}, {method}")
            for axis, person in zip(block[:, column], people, strict=True):
                mesh = draw_heatmap(axis, shares[:, :, person], row.clip.layout, joints_named=False)
                axis.tick_params(labelbottom=False, labelleft=column == 0)
                if column == 0 and len(people) > 1:
                    axis.set_ylabel(f"person {person + 1}", fontsize=TEXT)
            name_frames(block[-1, column], fps, most=5)
            block[-1, column].tick_params(labelbottom=True)
            told = f"\n{plain(method, 24)}"  # below the clip's own title
            block[0, column].set_title(told, fontsize=TEXT, pad=3, parse_math=False)
        told = f"({letter}) {plain(row.title, 80)}\n"
        title = block[0, 0].set_title(told, fontsize=TEXT, loc="left", pad=3, parse_math=False)
        title.set_in_layout(False)  # it may reach over the other columns
    add_colour_bar(figure, mesh, list(axes.ravel()))
    return write_figure(figure, path, dpi=DPI)


def _height(layout: SkeletonLayout) -> float:
    """Return the inches in which the names of all parts can be read."""
    sizes = [len(joints) for _, joints in joints_by_part(layout)]
    apart = [(size + other) / 2 for size, other in pairwise(sizes)]
    return max(_LEAST, _LINE * layout.num_joints / min(apart, default=layout.num_joints))
