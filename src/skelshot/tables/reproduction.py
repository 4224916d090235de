"""Reproduction of the paper, a line a table: printed, ours, on what clips, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from skelshot.experiments.tables import accuracy_cell
from skelshot.tables.agreement import agreements
from skelshot.tables.definitions import printed_numbers, table_named, table_numbers
from skelshot.tables.saved import SavedCell, SavedTable
from skelshot.tables.series import Series, series_of

HEAD = ("", "best in the paper", "paper %", "ours %", "on", "the paper's order", "missing")
"""Names of the texts of `Reproduction`."""


@dataclass(frozen=True)
class Reproduction:
    """A table beside the paper, as its best printed number tells it.

    Args:
        table: Its number.
        title: What it compares.
        best: The row and column of the best printed number of the first series that was measured;
            of a table that the paper has not, of the best of ours.
        paper: What is printed there.
        ours: What we measured there, if it was.
        ci95: Its 95 % interval, where there is one.
        on: The clips, and how much was run.
        preset: How much was run.
        real: Whether they are the data set itself.
        leads: Whether the best of the paper alone is the best of ours; None where that is not told.
        order: How our order agrees with the printed one.
        missing: Columns that were left out, rows that were not run, and how many further cells
            have no number.
    """

    table: str
    title: str
    best: str
    paper: float | None
    ours: float | None
    ci95: list[float] | None
    on: str
    preset: str
    real: bool
    leads: bool | None
    order: str
    missing: str

    @property
    def texts(self) -> list[str]:
        """Its cells below `HEAD`."""
        paper, ours = accuracy_cell(self.paper, None), accuracy_cell(self.ours, self.ci95)
        name = f"{self.table}: {self.title}"
        return [name, self.best, paper, ours, self.on, self.order or "-", self.missing or "-"]


def reproduction_of(table: SavedTable) -> Reproduction:
    """Tell how a table stands beside the paper.

    Args:
        table: The table.

    Returns:
        Its line.
    """
    series = _first_measured(series_of(table))
    name, cell = _headline(series)
    clips = next((c for c in table.data.values() if cell.column in c.columns), None)
    roles = [role for role, each in table.data.items() if cell.column in each.columns]
    twin = clips is not None and clips.twin
    data = ", ".join(f"twin of {role}" if twin else f"real {role}" for role in roles)
    order = {each.series: each.short for each in agreements(table)}
    return Reproduction(
        table=table.table,
        title=table.title,
        best=f"{cell.row}, {cell.column}",
        paper=cell.paper,
        ours=cell.ours,
        ci95=cell.ci95,
        on=f"{data or 'unknown'}, {table.preset}, {table.seeds} seed{'s' * (table.seeds > 1)}",
        preset=table.preset,
        real=not twin,
        leads=None if cell.paper is None or cell.ours is None else series.best == [name],
        order=order.get(series.name, ""),
        missing=_missing(table),
    )


def not_run(tables: Sequence[SavedTable]) -> list[str]:
    """List the tables of the paper that are not there.

    Args:
        tables: Those that are.

    Returns:
        Their numbers, in the paper's order.
    """
    there = {table.table for table in tables}
    return [number for number in table_numbers() if number not in there]


def answer(lines: Sequence[Reproduction], missing: Sequence[str]) -> str:
    """Answer in a few sentences.

    Args:
        lines: One a table that was run.
        missing: Numbers of the others.

    Returns:
        The answer.
    """
    of_paper = [line for line in lines if printed_numbers(line.table)]
    count = len(of_paper) + sum(bool(printed_numbers(number)) for number in missing)
    if not of_paper:
        return f"Nobody can tell yet: none of the {count} tables and figures is here."
    real, told = sum(line.real for line in of_paper), [line.leads for line in of_paper]
    known = [leads for leads in told if leads is not None]
    smoke = [line.table for line in of_paper if line.preset == "smoke"]
    hollow = f" Numbers of the smoke preset mean nothing: {', '.join(smoke)}." if smoke else ""
    return (
        f"Run so far: {len(of_paper)} of {count} tables and figures, {real} on the real clips and "
        f"{len(of_paper) - real} on synthetic twins, whose numbers say how methods compare there "
        "and nothing of the data sets themselves. The best of the paper is the best of ours in "
        f"{sum(known)} of {len(known)}.{hollow}"
    )


def _first_measured(found: Sequence[Series]) -> Series:
    """Choose the series that speaks for a table."""
    measured = [series for series in found if series.measured]
    both = [
        series
        for series in measured
        if any(cell.paper is not None for cell in series.measured.values())
    ]
    found = both or measured or found
    return found[0] if found else Series("-", {})


def _headline(series: Series) -> tuple[str, SavedCell]:
    """Find the best printed number, or the best of ours where none is printed."""
    printed = {name: cell for name, cell in series.cells.items() if cell.paper is not None}
    cells = printed or series.measured or series.cells
    if not cells:
        return "-", SavedCell(row="-", column="-")
    return max(cells.items(), key=lambda one: one[1].paper or one[1].ours or 0)


def _missing(table: SavedTable) -> str:
    absent = [name for clips in table.data.values() if clips.absent for name in clips.columns]
    empty = sum(cell.ours is None for cell in table.cells)
    told = [", ".join(absent)] if absent else []
    if table.table in table_numbers():
        rows = [row for row in table_named(table.table)[1].rows if row not in table.rows]
        told += [f"rows {', '.join(rows)}"] if rows else []
    return "; ".join(told + ([f"{empty} of {len(table.cells)} cells"] if empty else []))
