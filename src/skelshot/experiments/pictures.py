"""Pictures of skeletons."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from skelshot.datasets.clips import UNLABELLED
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.rendering.figure_files import write_figure
from skelshot.rendering.places import drawn_places, window
from skelshot.rendering.stick_figures import draw_people, frame_moment
from skelshot.rendering.theme import SMALL, TEXT
from skelshot.skeletons import SkeletonSequence

MOST = 500
"""The most rows, and the most moments, that a picture may have."""

_PANEL = 1.3
"""Width and height of a moment in inches."""
_TITLE = 0.2
"""Height of a line of text in inches."""
_GAP = 0.3
"""Width between clips side by side, in moments."""


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
        path: The file to write, PNG, SVG or PDF by its ending.
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
        path: The file to write, PNG, SVG or PDF by its ending.
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
    return write_figure(figure, path, dpi=80, durable=True)


def _draw_clip(row: Sequence[Axes], sequence: SkeletonSequence, name: str, units: str) -> None:
    """Draw the moments of one clip on one scale."""
    frames = np.linspace(0, sequence.frames - 1, len(row)).round().astype(int)
    places = drawn_places(sequence, frames)
    there = ~np.isnan(places[..., 0])
    centre, sides = window(places)
    for moment, axis in enumerate(row):
        # As the camera sees it: y grows downwards in pixels, upwards in metres.
        frame_moment(axis, centre, sides, down=sequence.channels == 2)
        if there[:, moment].any():
            draw_people(axis, sequence.layout, places[:, moment])
        else:
            axis.text(centre[0], centre[1], "nobody", size=SMALL, color="grey", ha="center")
    size = f"{float(f'{sides[0]:.3g}'):,g} {units}" if there.any() else "nobody"
    title = f" {_short(name, 18 * len(row) - 20)} ({size})"
    # A class name is text, even one such as $\foo$ that looks like a formula.
    row[0].set_title(title, fontsize=TEXT, loc="left", pad=2, parse_math=False)


def _short(name: str, most: int) -> str:
    """Return a name on one line that is not too long for its picture."""
    words = " ".join(name.split())
    return words if len(words) <= max(most, 12) else f"{words[: max(most, 12) - 3]}..."
