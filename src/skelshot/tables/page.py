"""The pages of a table: text, Markdown, CSV, LaTeX, JSON and one HTML page."""

from collections.abc import Collection, Iterable, Sequence
from itertools import starmap
from pathlib import Path
from typing import Any, Protocol

from skelshot.experiments.comparison_tables import p_text
from skelshot.experiments.html import HtmlReport
from skelshot.experiments.markdown import MarkdownReport
from skelshot.experiments.table_formats import Form, format_table
from skelshot.experiments.tables import accuracy_cell
from skelshot.ground.files import whole_file, write_json
from skelshot.tables.agreement import agreement_sentence, agreements
from skelshot.tables.differences import CellDifference, difference_notes, table_differences
from skelshot.tables.drawings import class_bars, curve
from skelshot.tables.grid import Grid, caption_of, circumstances, failures, grid_of
from skelshot.tables.latex import Booktabs
from skelshot.tables.saved import SavedCell, SavedStage, SavedTable
from skelshot.tables.series import series_of


class Page(Protocol):
    """A page that is written to, as HTML or as Markdown."""

    def heading(self, text: str, level: int = 2) -> None:
        """Begin a section."""

    def paragraph(self, text: str) -> None:
        """Add a paragraph."""

    def items(self, texts: Iterable[str]) -> None:
        """Add a list."""

    def code(self, text: str) -> None:
        """Add commands."""

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[str]],
        numbers: bool = True,
        bold: Collection[tuple[int, int]] = (),
        groups: Sequence[tuple[str, int]] = (),
    ) -> None:
        """Add a table."""

    def drawing(self, name: str, svg: str, caption: str) -> None:
        """Add a drawing."""


def write_pages(out: Path, table: SavedTable) -> Path:
    """Write a table in all forms.

    Args:
        out: The folder; made if missing.
        table: The table.

    Returns:
        The HTML page.
    """
    out.mkdir(parents=True, exist_ok=True)
    stem = f"table-{table.table}"
    forms: dict[str, Form] = {".csv": "csv", ".tex": "latex"}
    for ending, form in forms.items():
        with whole_file(out / f"{stem}{ending}") as partial:
            partial.write_text(table_text(table, form) + "\n", encoding="utf-8")
    saved = {"version": table.version, **table.model_dump(exclude_defaults=True)}
    write_json(out / f"{stem}.json", saved)
    _markdown(table).write(out / f"{stem}.md")
    page = HtmlReport(f"{table.name}: {table.title}")
    tell_table(page, table)
    tell_behind(page, table)
    return page.write(out / f"{stem}.html", "Made by `skelshot table`.")


def table_text(table: SavedTable, form: Form = "text") -> str:
    """Write a table, ours beside the paper's.

    Args:
        table: The table.
        form: How it is written. CSV is for programs: a line a cell, fractions, all digits; the
            others are in percent, with the notes, LaTeX's as comments.

    Returns:
        The table.
    """
    if form == "csv":
        head = ["row", "column", "ours", "ci95_low", "ci95_high", "paper", "over", "n", "error"]
        return format_table(head, map(_line, table.cells), form)
    if form == "markdown":
        return _markdown(table).markdown().rstrip("\n")
    grid, notes = grid_of(table), [*table.notes, *failures(table), *table.remarks]
    if form == "latex":
        caption = f"{table.title} ({table.name}; {circumstances(table)})"  # LaTeX counts itself
        booktabs = Booktabs(caption, f"tab:{table.table.lower()}", tuple(notes))
        return booktabs.text(grid.groups, grid.head, grid.lines, grid.bold)
    notes += map(agreement_sentence, agreements(table))
    return "\n".join([caption_of(table), format_table(_names(grid), grid.lines, form), *notes])


def tell_table(page: Page, table: SavedTable, level: int = 2) -> None:
    """Tell a table on a page: the numbers, what they are over, how they agree and differ.

    Args:
        page: Gets it.
        table: The table.
        level: Of the headings.
    """
    seeds = "one seed" if table.seeds == 1 else f"{table.seeds} seeds"
    page.paragraph(
        f"Run with {seeds}, {circumstances(table)}. Ours in percent with the 95 % interval, what "
        "the paper prints, and the difference in points; the best of ours in bold."
    )
    grid = grid_of(table)
    page.table(grid.head, grid.lines, bold=grid.bold, groups=grid.groups)
    if table.table.startswith("Fig"):
        _tell_curves(page, table)
    if notes := [*table.notes, *failures(table), *table.remarks]:
        page.items(notes)
    if found := agreements(table):
        page.heading("The paper's order", level)
        page.items(map(agreement_sentence, found))
        page.paragraph(
            "tau is Kendall's rank correlation of ours with the printed numbers, over all that "
            "are both measured and printed. A pair is reversed beyond the interval where the 95 % "
            "interval of our paired difference, not corrected for the number of pairs, leaves out "
            "0."
        )
    if differences := table_differences(table):
        page.heading("Differences within the table", level)
        _tell_differences(page, differences, [*table.rows, *table.columns])
        page.paragraph(
            "Points with the 95 % interval and p by Holm; in bold where p is below 0.05."
        )
        page.items(difference_notes(table, differences))
    if table.command:
        page.heading("To make it again", level)
        page.code(table.command)


def tell_behind(page: HtmlReport, table: SavedTable, level: int = 2) -> None:
    """Tell what the numbers are made of, folded: classes, settings and hashes.

    Args:
        page: Gets it.
        table: The table.
        level: Of the headings.
    """
    bars = {series.name: class_bars(series.cells) for series in series_of(table)}
    if any(bars.values()):
        page.heading("By class", level)
    for name, svg in bars.items():
        if svg:
            caption = "Accuracy of each class that was tested in percent, the easiest first."
            page.folded_drawing(name, svg, caption)
    page.heading("Behind the numbers", level)
    page.folded_table(
        "Stages of each number",
        ["number", "accuracy", "over", "stages"],
        [
            [f"{c.row} / {c.column}", f"{c.ours:.6f}", f"{c.n} {c.over}", ", ".join(c.stages)]
            for c in table.cells
            if c.ours is not None
        ],
    )
    head = ["stage", "version of its code", "entries of the cache", "decided by"]
    page.folded_table("Settings and hashes", head, list(starmap(_stage, table.stages.items())))
    if table.texts:
        page.folded_table("Long settings", ["name", "text"], map(list, table.texts.items()))


def _tell_curves(page: Page, table: SavedTable) -> None:
    """Draw each row along the columns."""
    name = table.name.lower().replace(" ", "-")
    for at, row in enumerate(table.rows, start=1):
        svg = curve({column: table.cell(row, column) for column in table.columns}, table.title)
        file = f"{name}.svg" if len(table.rows) == 1 else f"{name}-{at}.svg"
        page.drawing(file, svg, f"{caption_of(table)}: {row}")


def _markdown(table: SavedTable) -> MarkdownReport:
    page = MarkdownReport(f"{table.name}: {table.title}")
    tell_table(page, table)
    return page


def _names(grid: Grid) -> list[str]:
    """Name the columns of a grid in one line: the first of each group with the group's name."""
    names: list[str] = []
    for group, span in grid.groups:
        first, *others = grid.head[len(names) : len(names) + span]
        names += [f"{group} {first}".strip(), *others]
    return names


def _line(cell: SavedCell) -> list[str]:
    low, high = cell.ci95 or (None, None)
    values = [cell.row, cell.column, cell.ours, low, high]
    values += [cell.paper, cell.over, cell.n, cell.error or cell.left_out]
    return ["" if value is None else str(value) for value in values]


def _tell_differences(page: Page, found: Sequence[CellDifference], order: list[str]) -> None:
    """Tell differences as a table: what is compared in rows, its series in columns."""
    baselines = {each.series: each.baseline for each in found}
    places = {(each.name, each.series): each for each in found}
    names = sorted({each.name for each in found}, key=order.index)
    lines, bold = [], []
    for at, name in enumerate(names):
        cells = [places.get((name, series)) for series in baselines]
        lines.append([name, *map(_difference, cells)])
        bold += [
            (at, to)
            for to, each in enumerate(cells, start=1)
            if each is not None and each.p_holm is not None and each.p_holm < 0.05
        ]
    head = [f"{series}, from {baseline}" for series, baseline in baselines.items()]
    page.table(["points", *head], lines, bold=bold)


def _difference(each: CellDifference | None) -> str:
    if each is None:
        return "-"
    told = accuracy_cell(each.difference, each.ci95, sign="+")
    return told if each.p_holm is None else f"{told}, p {p_text(each.p_holm)}"


def _stage(name: str, stage: SavedStage) -> list[str]:
    settings: dict[str, Any] = {
        **stage.settings,
        **{setting: ", ".join(map(str, each)) for setting, each in stage.varying.items()},
    }
    decided = "; ".join(f"{setting}={value}" for setting, value in settings.items())
    return [name, str(stage.version), " ".join(stage.entries), decided]
