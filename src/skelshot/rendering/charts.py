"""Charts of reports: curves by epoch, confusion matrices, maps of features."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from skelshot.rendering.figure_files import write_figure
from skelshot.rendering.theme import COLOURS, SMALL, TEXT, TITLE, plain

_MARKERS = "os^Dv"
_MOST_NAMES = 40
"""Beyond so many classes their names would lie upon each other."""
_MOST_POINTS = 1000
"""The most points of a curve; longer ones are thinned."""


@dataclass(frozen=True)
class Curve:
    """A figure of a stage by epoch.

    Args:
        name: Whose it is.
        epochs: The epochs, (n,).
        values: The figures, (n,).
    """

    name: str
    epochs: Sequence[int]
    values: Sequence[float]


def draw_curves(panels: Mapping[str, Sequence[Curve]], title: str, path: Path) -> Path:
    """Draw curves by epoch, a panel a figure.

    Args:
        panels: Curves by the name of their figure; a few of both.
        title: What stands above all.
        path: The file to write, PNG, SVG or PDF by its ending.

    Returns:
        `path`.
    """
    figure = Figure(figsize=(3.4 * min(len(panels), 3), 2.6 * -(-len(panels) // 3)))
    axes = figure.subplots(-(-len(panels) // 3), min(len(panels), 3), squeeze=False).ravel()
    for axis, (name, curves) in zip(axes, panels.items(), strict=False):
        for number, curve in enumerate(curves):
            step = -(-len(curve.epochs) // _MOST_POINTS)
            mark = "." if len(curve.epochs) < 30 else ""
            colour = COLOURS[number % len(COLOURS)]
            line = axis.plot(curve.epochs[::step], curve.values[::step], mark + "-", color=colour)
            line[0].set(linewidth=1.2, label=plain(curve.name))
        axis.set_title(plain(name), parse_math=False)
        axis.set_xlabel("epoch")
        axis.locator_params("x", integer=True)
    for axis in axes[len(panels) :]:
        axis.axis("off")
    if 1 < len(next(iter(panels.values()))) <= len(COLOURS):
        _legend(axes[0])
    figure.suptitle(plain(title), parse_math=False, fontsize=10)
    return _write(figure, path)


def draw_confusion(confusion: ArrayLike, names: Sequence[str], path: Path) -> Path:
    """Draw a confusion matrix, each row as shares of its class.

    Args:
        confusion: Counts (N, N), true classes in rows.
        names: The N classes.
        path: The file to write, PNG, SVG or PDF by its ending.

    Returns:
        `path`.
    """
    counts = np.asarray(confusion, float)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    named = len(names) <= _MOST_NAMES
    side = (0.55 * len(names) + 3, 0.45 * len(names) + 2) if named else (9.0, 8.0)
    figure = Figure(figsize=side)
    axis = figure.subplots()
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axis.set_xlabel("answered class, % of the queries of the true class")
    axis.set_ylabel("true class")
    if named:
        texts = [plain(name) for name in names]
        axis.set_xticks(range(len(names)), texts, rotation=60, ha="right", parse_math=False)
        axis.set_yticks(range(len(names)), texts, parse_math=False)
        for (row, column), share in np.ndenumerate(shares):
            if share >= 0.05:
                colour = "white" if share > 0.5 else "black"
                text = f"{100 * share:.0f}"
                axis.text(column, row, text, ha="center", va="center", color=colour, fontsize=SMALL)
    return _write(figure, path)


def draw_map(
    places: NDArray[np.float64],
    names: Sequence[str],
    path: Path,
    exemplars: Collection[int] = (),
    misses: Sequence[int] = (),
    axes_titles: tuple[str, str] = ("", ""),
) -> Path:
    """Draw clips as points of a plane, coloured by class.

    Args:
        places: Where each clip stands, (n, 2).
        names: The class of each.
        path: The file to write, PNG, SVG or PDF by its ending.
        exemplars: Which of them are exemplars, drawn as stars.
        misses: Which of them were not recognised, ringed.
        axes_titles: What the two axes are.

    Returns:
        `path`.
    """
    figure = Figure(figsize=(8, 5.5))
    axis = figure.subplots()
    order = sorted(range(len(names)), key=names.__getitem__)
    for number, (name, group) in enumerate(groupby(order, key=names.__getitem__)):
        clips = list(group)
        marker = _MARKERS[number // len(COLOURS) % len(_MARKERS)]
        colour = COLOURS[number % len(COLOURS)]
        x, y = places[clips].T
        points = axis.scatter(x, y, s=16, c=colour, marker=marker)
        points.set(alpha=0.75, linewidths=0, label=plain(name))
        x, y = places[[clip for clip in clips if clip in exemplars]].T
        axis.scatter(x, y, s=150, c=colour, marker="*", edgecolors="black", zorder=3)
    if misses:
        x, y = places[list(misses)].T
        rings = axis.scatter(x, y, s=60, facecolors="none", edgecolors="black", linewidths=0.6)
        rings.set_label("not recognised")
    axis.set_xlabel(axes_titles[0])
    axis.set_ylabel(axes_titles[1])
    if len(set(names)) <= _MOST_NAMES:
        _legend(axis, outside=True)
    return _write(figure, path)


def _legend(axis: Axes, outside: bool = False) -> None:
    """Name what is drawn; names are text, even those that look like formulas."""
    legend = axis.legend(fontsize=SMALL, frameon=False)
    if outside:
        legend = axis.legend(
            fontsize=SMALL, frameon=False, loc="upper left", bbox_to_anchor=(1.01, 1)
        )
    for text in legend.get_texts():
        text.set_parse_math(False)


def _write(figure: Figure, path: Path) -> Path:
    """Write a figure in the theme of all."""
    figure.set_layout_engine("constrained")
    for axis in figure.axes:
        axis.tick_params(labelsize=TEXT)
        axis.title.set_fontsize(TITLE)
        axis.xaxis.label.set_fontsize(TEXT)
        axis.yaxis.label.set_fontsize(TEXT)
    return write_figure(figure, path)
