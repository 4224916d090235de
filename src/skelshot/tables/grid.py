"""A table as lines of cells: ours with its interval, the paper's and the difference."""

from dataclasses import dataclass

from skelshot.experiments.tables import accuracy_cell
from skelshot.tables.saved import SavedCell, SavedTable
from skelshot.tables.series import series_of


@dataclass(frozen=True)
class Grid:
    """Texts of a table.

    Args:
        groups: Names of the table's columns, each with how many columns of the grid it spans.
        head: Names of the columns of the grid.
        lines: Cells, a row each.
        bold: Row and column of the best of ours in each series.
    """

    groups: list[tuple[str, int]]
    head: list[str]
    lines: list[list[str]]
    bold: list[tuple[int, int]]


def grid_of(table: SavedTable) -> Grid:
    """Lay out a table.

    Args:
        table: The table.

    Returns:
        Three columns a column of the table: ours, the paper's, the difference; of a table that
        the paper has not, ours alone.
    """
    printed = any(cell.paper is not None for cell in table.cells)
    parts = ["ours %", "paper %", "points"] if printed else ["ours %"]
    lines = [
        [row]
        + [
            text
            for column in table.columns
            for text in _texts(table.cell(row, column))[: len(parts)]
        ]
        for row in table.rows
    ]
    best = {
        (cell.row, cell.column)
        for series in series_of(table)
        for cell in map(series.cells.__getitem__, series.best)
    }
    bold = [
        (at, 1 + len(parts) * to)
        for at, row in enumerate(table.rows)
        for to, column in enumerate(table.columns)
        if (row, column) in best
    ]
    groups = [("", 1), *((column, len(parts)) for column in table.columns)]
    return Grid(groups, ["row", *parts * len(table.columns)], lines, bold)


def circumstances(table: SavedTable) -> str:
    """Tell how much was run, and where clips are synthetic.

    Args:
        table: The table.

    Returns:
        Some words.
    """
    twins = [name for clips in table.data.values() if clips.twin for name in clips.columns]
    told = f"; {', '.join(twins)}: synthetic twins, not the data themselves" if twins else ""
    return f"{table.preset} preset{told}"


def caption_of(table: SavedTable) -> str:
    """Write the caption of a table.

    Args:
        table: The table.

    Returns:
        One line.
    """
    return f"{table.name}: {table.title} ({circumstances(table)})"


def failures(table: SavedTable) -> list[str]:
    """Explain each cause of failed cells once.

    Args:
        table: The table.

    Returns:
        A line a cause, with the cells that it spoiled.
    """
    causes: dict[str, list[str]] = {}
    for cell in table.cells:
        if cell.error:
            causes.setdefault(cell.error, []).append(f"{cell.row} / {cell.column}")
    return [f"failed: {', '.join(names)}: {cause}" for cause, names in causes.items()]


def _texts(cell: SavedCell) -> list[str]:
    failed = cell.ours is None and cell.error
    no_pair = cell.ours is None or cell.paper is None
    return [
        "failed" if failed else accuracy_cell(cell.ours, cell.ci95),
        accuracy_cell(cell.paper, None),
        "-" if no_pair else accuracy_cell((cell.ours or 0) - (cell.paper or 0), None, sign="+"),
    ]
