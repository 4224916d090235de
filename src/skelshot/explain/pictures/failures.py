"""Failure cases: pairs of confused classes, each query beside both exemplars (Figure 5)."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from skelshot.datasets.store import Store
from skelshot.evaluation.query_table import QueryTable
from skelshot.explain.pictures.clip_figure import DPI
from skelshot.explain.pictures.confused_pairs import ConfusedPair, telling_query
from skelshot.explain.pictures.strip import SIDES, draw_strip, strip_shape
from skelshot.ground import SkelshotError
from skelshot.rendering.figure_files import write_figure
from skelshot.rendering.theme import SMALL, TEXT, WIDE, plain
from skelshot.skeletons import SkeletonSequence
from skelshot.videos.sampling import segment_centres

MOST_PAIRS = 12
"""The most pairs of a figure."""

_TITLES = 0.42
"""Inches above a row, where its titles stand."""

Strip = tuple[str, int]
"""What stands above a strip, and its clip."""


def draw_failures(
    store: Store,
    table: QueryTable,
    pairs: Sequence[ConfusedPair],
    path: Path,
    shots: int,
    moments: int = 4,
) -> Path:
    """Draw queries that were taken for another class, beside the exemplars of both.

    A pair has a row for each of its classes that was ever taken for the other: the surest of these
    queries, the first exemplar of its own class and that of the other one. Where none was, there is
    one row, of the query whose scores come nearest to it.

    Args:
        store: The clips.
        table: The queries that were answered.
        pairs: The pairs, from `confused_pairs`.
        path: The file to write, PNG, SVG or PDF by its ending.
        shots: Queries with so many exemplars a class.
        moments: How many moments of each clip.

    Returns:
        `path`.

    Raises:
        SkelshotError: There is no pair or there are too many, no task has a query of one class and
            offers the other, or the store lacks a clip.
    """
    if not 1 <= len(pairs) <= MOST_PAIRS:
        raise SkelshotError(
            f"pairs: found {len(pairs)}, expected 1 to {MOST_PAIRS}; is every query recognised? "
            "name some with --pair"
        )
    rows = [row for pair in pairs for row in _rows_of(store, table, pair, shots)]
    clips = [[store.sequence(index) for _, index in strips] for _, strips in rows]
    wide = WIDE / 3 / moments
    heights = [wide * max(_shape(clip, moments) for clip in row) for row in clips]
    figure = Figure(figsize=(WIDE, sum(heights) + _TITLES * len(rows)))
    figure.set_layout_engine("constrained", h_pad=0.02, w_pad=0.04, hspace=0, wspace=0)
    axes = figure.subplots(len(rows), 3, squeeze=False, height_ratios=heights)
    for line, (heading, strips), sequences in zip(axes, rows, clips, strict=True):
        for axis, (title, _), clip in zip(line, strips, sequences, strict=True):
            draw_strip(axis, clip, segment_centres(clip.frames, moments))
            # Above the numbers of the frames, and below the heading of the row.
            told = f"\n{plain(title, 38)}\n"
            axis.set_title(told, fontsize=SMALL, pad=1, parse_math=False)
        told = f"{heading}\n\n"
        title = line[0].set_title(told, fontsize=TEXT, loc="left", pad=1, parse_math=False)
        title.set_in_layout(False)  # it may reach over the other strips
    figure.supxlabel(SIDES, fontsize=SMALL)
    return write_figure(figure, path, dpi=DPI)


def _shape(clip: SkeletonSequence, moments: int) -> float:
    return strip_shape(clip, segment_centres(clip.frames, moments))


def _rows_of(
    store: Store, table: QueryTable, pair: ConfusedPair, shots: int
) -> list[tuple[str, list[Strip]]]:
    """List the rows of a pair: what stands above, and three clips."""
    rows = []
    ways = [at for at in (0, 1) if pair.taken[at]] or [0 if pair.queries[0] else 1]
    for at in ways:
        true, other = pair.names if at == 0 else pair.names[::-1]
        row = telling_query(table, shots, true, other)
        exemplars = [store.index_of(name) for name in table.exemplars[row]]
        own, its = (_first_of(store, exemplars, name) for name in (true, other))
        taken = f"{pair.taken[at]} of {pair.queries[at]} taken for {plain(other)}"
        was = "" if table.predicted[row] == true else f", answered {plain(table.predicted[row])}"
        query = store.index_of(table.clips[row])
        rows.append(
            (
                f"{plain(true)}: {taken}",
                [(f"query{was}", query), (f"exemplar: {true}", own), (f"exemplar: {other}", its)],
            )
        )
    return rows


def _first_of(store: Store, exemplars: Sequence[int], name: str) -> int:
    """Return the first exemplar of a class."""
    found = [index for index in exemplars if store.class_of(index) == name]
    if not found:
        raise SkelshotError(
            f"{store.path}: found no exemplar of {plain(name)!r} in a task that offers it, "
            "expected one; is it the store that was evaluated?"
        )
    return found[0]
