"""One page about people's clips: each suspicion and each class, with pictures."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from matplotlib.figure import Figure

from skelshot.experiments.html import HtmlReport
from skelshot.explain.pictures.strip import draw_strip
from skelshot.recognition.checking import SUSPECTS, CheckReport, Suspicion
from skelshot.rendering.figure_files import write_figure
from skelshot.rendering.theme import TEXT, WIDE, plain
from skelshot.skeletons import SkeletonSequence

SHOWN = 3
"""Suspicions of a kind that have a picture."""

LISTED = 200
"""Suspicions of a kind that are listed."""

CLASSES = 60
"""Classes that have a picture."""

_ROWS = 10
"""Clips in one picture."""

_MOST_TITLE = 110
_HIGH = 1.25
"""Inches of a clip's row, title included."""

_ABOUT = {suspect.kind: suspect.about for suspect in SUSPECTS}

Row = tuple[str, SkeletonSequence]


def write_check_page(report: CheckReport, page: Path) -> Path:
    """Write one page about clips, which needs no other file.

    Args:
        report: What was found.
        page: The HTML file; replaced where it exists.

    Returns:
        `page`.
    """
    document = HtmlReport("A look at the clips")
    people = {clip.subject for clip in report.noted.clips if clip.subject is not None}
    by = f" by {len(people)} people" if people else ""
    document.paragraph(
        f"{report.clips} clips of {len(report.classes)} classes{by}. "
        f"{len(report.suspicions) or 'No'} suspicions."
    )
    document.items(report.notes)
    with TemporaryDirectory() as folder:
        _add_suspicions(document, report, Path(folder))
        _add_classes(document, report, Path(folder))
    return document.write(page, "Made by `skelshot check`.")


def draw_moments(rows: Sequence[Row], path: Path) -> Path:
    """Draw moments of clips, a clip a row.

    Args:
        rows: What stands above each clip, and a few moments of it.
        path: The file to write, PNG, SVG or PDF by its ending.

    Returns:
        `path`.
    """
    figure = Figure(figsize=(WIDE, _HIGH * len(rows) + 0.1), layout="constrained")
    axes = figure.subplots(len(rows), 1, squeeze=False).ravel()
    for axis, (title, clip) in zip(axes, rows, strict=True):
        axis.set_title(
            plain(title, _MOST_TITLE), fontsize=TEXT, loc="left", pad=10, parse_math=False
        )
        draw_strip(axis, clip, np.arange(clip.frames))
    return write_figure(figure, path, dpi=90)


def _add_suspicions(document: HtmlReport, report: CheckReport, folder: Path) -> None:
    """Add a section a kind: what was found, and pictures of the first."""
    moments = {clip.name: clip.moments for clip in report.noted.clips}
    for kind, group in groupby(report.suspicions, key=lambda suspicion: suspicion.kind):
        found = list(group)
        document.heading(f"{_ABOUT.get(kind, 'clips that cannot be read')} ({len(found)})")
        head = ("clip or class", "found", "expected", "what to do")
        document.table(head, [_cells(each) for each in found[:LISTED]], numbers=False)
        if len(found) > LISTED:
            document.paragraph(f"{len(found) - LISTED} more are left out here.")
        rows = [
            (name, moments[name])
            for each in found[:SHOWN]
            for name in (each.clip, each.beside)
            if name is not None and name in moments and moments[name].frames
        ]
        if rows:
            path = draw_moments(rows, folder / f"{kind}.png")
            document.picture(path, _caption(kind))


def _cells(suspicion: Suspicion) -> tuple[str, str, str, str]:
    place = suspicion.clip or suspicion.label or "all clips"
    return place, suspicion.found, suspicion.expected, suspicion.advice


def _caption(kind: str) -> str:
    return f"{kind}: moments of the first, evenly spread; left limbs blue, right limbs orange."


def _add_classes(document: HtmlReport, report: CheckReport, folder: Path) -> None:
    """Add a table of the classes, and a clip of each."""
    if not report.classes:
        return
    document.heading("Classes")
    document.table(
        ("class", "clips", "people", "frames (median)"),
        [
            (each.name, str(each.clips), str(each.people or "-"), f"{each.frames:.0f}")
            for each in report.classes
        ],
    )
    firsts = [
        (label, members[0].moments)
        for label, members in report.noted.by_class.items()
        if members[0].frames
    ]
    for start in range(0, min(len(firsts), CLASSES), _ROWS):
        rows = firsts[start : min(start + _ROWS, CLASSES)]
        path = draw_moments(rows, folder / f"classes-{start}.png")
        document.picture(path, "The first clip of each class, moments evenly spread.")
    if len(firsts) > CLASSES:
        document.paragraph(f"{len(firsts) - CLASSES} more classes have no picture here.")
