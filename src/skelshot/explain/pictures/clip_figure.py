"""One clip explained: a strip of its moments above a heatmap of each method (Figure 3)."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from skelshot.explain.pictures.film import Film
from skelshot.explain.pictures.heatmap import draw_heatmap, name_frames
from skelshot.explain.pictures.importance_shares import importance_shares
from skelshot.explain.pictures.strip import draw_strip, strip_shape
from skelshot.ground import SkelshotError
from skelshot.rendering.figure_files import write_figure
from skelshot.rendering.theme import SMALL, TEXT, TITLE, WIDE, plain
from skelshot.skeletons import SkeletonSequence
from skelshot.videos.sampling import segment_centres

MOST_MAPS = 5
"""The most heatmaps of a figure."""

DPI = 200
"""Pixels an inch."""

_ROW = 0.1
"""Inches of a joint's row, in which its name can be read."""
_ROUND_STRIP = 2.0
"""Inches beside a strip, where the names of joints and parts stand."""
_OWN_SCALE = "importance (share of the map's largest value)"


def draw_explained(
    clip: SkeletonSequence,
    maps: Mapping[str, ArrayLike],
    path: Path,
    title: str = "",
    fps: float | None = None,
    moments: int = 8,
    film: Film | None = None,
) -> Path:
    """Draw moments of a clip, and below them what each method finds important.

    Each moment stands above its own frame. Where there is one map, it colours the joints.

    Args:
        clip: The clip.
        maps: Importance (T, V, M), at least 0, by what stands above it.
        path: The file to write, PNG, SVG or PDF by its ending.
        title: What stands above all, such as the clip's class.
        fps: Frames a second, for seconds below the frames.
        moments: How many moments, where there is no film.
        film: Frames of the clip's video, in place of stick figures.

    Returns:
        `path`.

    Raises:
        SkelshotError: There is no map or there are too many, or a map does not fit the clip (see
            `importance_shares`).
    """
    if not 1 <= len(maps) <= MOST_MAPS:
        raise SkelshotError(f"maps: found {len(maps)}, expected 1 to {MOST_MAPS}")
    shares = {name: importance_shares(found, clip, name) for name, found in maps.items()}
    persons = np.flatnonzero(clip.present.any(axis=1)).tolist()
    frames = segment_centres(clip.frames, moments) if film is None else film.frames
    heights = [(WIDE - _ROUND_STRIP) / len(frames) * strip_shape(clip, frames, film)]
    heights += [_ROW * clip.layout.num_joints] * len(shares) * len(persons)
    figure = Figure(figsize=(WIDE, sum(heights) + 0.3 * len(heights) + 0.9))
    figure.set_layout_engine("constrained", h_pad=0.03, hspace=0)
    axes = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights).ravel()
    alone = next(iter(shares.values())) if len(shares) == 1 else None
    draw_strip(axes[0], clip, frames, alone, film)
    panels = [(name, person) for name in shares for person in persons]
    for axis, (name, person) in zip(axes[1:], panels, strict=True):
        mesh = draw_heatmap(axis, shares[name][:, :, person], clip.layout)
        told = plain(name, 75) if len(persons) == 1 else f"{plain(name, 60)}, person {person + 1}"
        axis.set_title(told, fontsize=TEXT, loc="left", pad=3, parse_math=False)
        axis.tick_params(labelbottom=False)
    axes[-1].tick_params(labelbottom=True)
    name_frames(axes[-1], fps)
    add_colour_bar(figure, mesh, list(axes[1:]))
    if title:
        figure.suptitle(plain(title, 90), fontsize=TITLE, parse_math=False)
    return write_figure(figure, path, dpi=DPI)


def add_colour_bar(figure: Figure, mesh: QuadMesh, axes: list[Axes]) -> None:
    """Say below all heatmaps what their colours mean.

    Args:
        figure: The figure.
        mesh: One of its heatmaps; all have the same scale.
        axes: The axes of all.
    """
    bar = figure.colorbar(
        mesh, ax=axes, location="bottom", shrink=0.6, aspect=40, fraction=0.03, pad=0.02
    )
    bar.set_label(_OWN_SCALE, fontsize=TEXT)
    bar.ax.tick_params(labelsize=SMALL, length=2)
