"""Pictures of skeletons."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from skelshot.datasets.clips import UNLABELLED
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file
from skelshot.skeletons import SkeletonSequence

MOST = 500
"""The most rows, and the most moments, that a picture may have."""

_PANEL = 1.3
"""Width and height of a moment in inches."""
_TITLE = 0.2
"""Height of a line of text in inches."""
_GAP = 0.3
"""Width between clips side by side, in moments."""
_FARTHEST = 1e9
"""A coordinate beyond this, in any unit, is none."""
_OUTLIER = 30.0
"""A joint so many times farther from the median than joints usually are does not set the scale."""


def first_clips(store: Store) -> list[int]:
    """Choose the first clip of each class, in label order; unlabelled clips are of none.

    Args:
        store: The clips.

    Returns:
        Their indices.
    """
    first = {clip.label: index for index, clip in reversed(list(enumerate(store.clips)))}
    return [index for label, index in sorted(first.items()) if label != UNLABELLED]


def draw_clips(
    store: Store, path: Path | str, moments: int = 6, indices: Sequence[int] | None = None
) -> Path:
    """Draw clips, a row each and a few moments side by side.

    Every row has a scale of its own, the same for all its moments, that fits what is drawn
    whatever the unit; its title tells the class and how much a moment covers each way.
    Coordinates in pixels are drawn with y down. Joints that are not finite, or beyond any unit,
    are left out.

    Args:
        store: The clips; further persons are drawn paler than the first.
        path: The PNG to write.
        moments: How many frames of each clip.
        indices: Which clips; the first of each class unless told.

    Returns:
        `path`.

    Raises:
        SkelshotError: There is no clip to draw, or there are too many rows or moments.
    """
    path = Path(path)
    indices = first_clips(store) if indices is None else indices
    titled = [[(index, store.class_of(index) or "unlabelled")] for index in indices]
    return draw_rows(store, path, titled, moments)


def draw_rows(
    store: Store, path: Path, rows: Sequence[Sequence[tuple[int, str] | None]], moments: int = 6
) -> Path:
    """Draw clips side by side, each as `draw_clips` does and under a title of its own.

    Args:
        store: The clips.
        path: The PNG to write.
        rows: What stands in each row: clips with their titles, as many in all rows, or None
            for a gap.
        moments: How many frames of each clip.

    Returns:
        `path`.

    Raises:
        SkelshotError: There is no clip to draw, or there are too many rows or moments.
    """
    if not rows:
        raise SkelshotError(f"{store.path}: has no clip to draw")
    wide = max(map(len, rows))
    if max(moments * wide, len(rows)) > MOST:
        raise SkelshotError(
            f"picture: found {len(rows)} clips x {moments * wide} moments, expected {MOST} each "
            "way at most; draw fewer"
        )
    # Between clips side by side there is a column of its own, which stays empty.
    widths = ([1.0] * moments + [_GAP]) * wide
    height = (_PANEL + _TITLE) * len(rows) + _TITLE
    figure = Figure(figsize=(_PANEL * sum(widths[:-1]), height))
    FigureCanvasAgg(figure)
    grid = {"width_ratios": widths[:-1]}
    axes = figure.subplots(len(rows), len(widths) - 1, squeeze=False, gridspec_kw=grid)
    edge = _TITLE / height
    figure.subplots_adjust(0, edge, 1, 1 - edge, wspace=0, hspace=_TITLE / _PANEL)
    for row, clips in zip(axes, rows, strict=True):
        for number in range(wide):
            first = number * (moments + 1)
            clip = clips[number] if number < len(clips) else None
            if clip is not None:
                panels = row[first : first + moments]
                _draw_clip(panels, store.sequence(clip[0]), clip[1], store.document.units)
            for axis in row[first + (0 if clip is None else moments) : first + moments + 1]:
                axis.axis("off")
    figure.text(0.5, edge / 3, "left blue, right orange", size=6, ha="center")
    with whole_file(path) as partial:
        figure.savefig(partial, format="png", dpi=80)
    return path


def _draw_clip(row: Sequence[Axes], sequence: SkeletonSequence, name: str, units: str) -> None:
    """Draw the moments of one clip on one scale."""
    frames = np.linspace(0, sequence.frames - 1, len(row)).round().astype(int)
    places = sequence.joints[:, frames, :, :2].astype(np.float64)
    there = sequence.present[:, frames, None] & (np.abs(places) < _FARTHEST).all(axis=-1)
    places[~there] = np.nan  # which nothing draws
    centre, covered = _window(places[there])
    low, high = centre - covered / 2, centre + covered / 2
    for moment, axis in enumerate(row):
        axis.set_xlim(low[0], high[0])
        # As the camera sees it: y grows downwards in pixels, upwards in metres.
        axis.set_ylim(*((high[1], low[1]) if sequence.channels == 2 else (low[1], high[1])))
        axis.set_aspect("equal")
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set(color="0.85", linewidth=0.5)
        if there[:, moment].any():
            _draw_moment(axis, sequence, places[:, moment])
        else:
            axis.text(centre[0], centre[1], "nobody", size=7, color="grey", ha="center")
    size = f"{float(f'{covered:.3g}'):,g} {units}" if there.any() else "nobody"
    title = f" {_short(name, 18 * len(row) - 20)} ({size})"
    # A class name is text, even one such as $\foo$ that looks like a formula.
    row[0].set_title(title, fontsize=8, loc="left", pad=2, parse_math=False)


def _short(name: str, most: int) -> str:
    """Return a name on one line that is not too long for its picture."""
    words = " ".join(name.split())
    return words if len(words) <= max(most, 12) else f"{words[: max(most, 12) - 3]}..."


def _window(places: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return centre (2,) and side of a square that holds the joints (n, 2)."""
    if not len(places):
        return np.zeros(2), 1.0
    away = np.abs(places - np.median(places, axis=0)).max(axis=1)
    near = places[away <= _OUTLIER * np.median(away)]
    low, high = near.min(axis=0), near.max(axis=0)
    return (low + high) / 2, 1.15 * float((high - low).max()) or 1.0


def _draw_moment(axis: Axes, sequence: SkeletonSequence, places: NDArray[np.float64]) -> None:
    """Draw everybody (M, V, 2): joints as dots, bones as lines in the colour of their side."""
    left = {joint for joint, _ in sequence.layout.pairs}
    right = {joint for _, joint in sequence.layout.pairs}
    for person, joints in enumerate(places):
        shade = 1.0 if person == 0 else 0.45
        axis.plot(joints[:, 0], joints[:, 1], ".", color="black", markersize=2, alpha=shade)
        for child, parent in sequence.layout.bones:
            colour = "tab:blue" if child in left else "tab:orange" if child in right else "black"
            ends = joints[[child, parent]]
            axis.plot(ends[:, 0], ends[:, 1], color=colour, linewidth=1.5, alpha=shade)
