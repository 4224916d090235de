"""Series of a table: the cells that are compared with each other, and their paired values."""

from dataclasses import dataclass

import numpy as np

from skelshot.evaluation.pairing import PairedValues
from skelshot.tables.hits import unpacked
from skelshot.tables.saved import SavedCell, SavedTable


@dataclass(frozen=True)
class Series:
    """The rows of a column; of a table of one row, its columns.

    Args:
        name: Of the column; of the row, where there is only one.
        cells: By the name of the row (the column, where there is one row).
    """

    name: str
    cells: dict[str, SavedCell]

    @property
    def measured(self) -> dict[str, SavedCell]:
        """The cells that have a number of ours."""
        return {name: cell for name, cell in self.cells.items() if cell.ours is not None}

    @property
    def best(self) -> list[str]:
        """The names of the highest of ours; several where they are equal."""
        values = {name: cell.ours or 0.0 for name, cell in self.measured.items()}
        return [name for name, value in values.items() if value == max(values.values())]


def series_of(table: SavedTable) -> list[Series]:
    """List what is compared within a table.

    Args:
        table: The table.

    Returns:
        One a column, or one for the only row.
    """
    if len(table.rows) == 1:
        (row,) = table.rows
        return [Series(row, {name: table.cell(row, name) for name in table.columns})]
    return [
        Series(name, {row: table.cell(row, name) for row in table.rows}) for name in table.columns
    ]


def paired(first: SavedCell, second: SavedCell) -> PairedValues | None:
    """Pair the values of two cells that were measured on the same tasks.

    Args:
        first: The one.
        second: The other.

    Returns:
        The values over seeds, draws, splits or queries, the first of these that both have several
        of; None where there are none, or the tasks are others.
    """
    if first.tasks is None or first.tasks != second.tasks:
        return None
    for over in ("seeds", "draws", "splits"):
        one, two = (getattr(cell, f"per_{over[:-1]}") for cell in (first, second))
        if len(one) == len(two) > 1:
            return PairedValues(np.array(one), np.array(two), over)
    if first.hits is None or second.hits is None:
        return None
    hits = unpacked(first.hits), unpacked(second.hits)
    return PairedValues(*hits, "queries") if len(hits[0]) == len(hits[1]) else None
