"""A cell of a table before it is run: the entries behind its number."""

from dataclasses import dataclass, field
from typing import Literal

from skelshot.tables.entries import Entry


@dataclass(frozen=True)
class PlannedCell:
    """The entries behind a number.

    Args:
        row: Name of the row.
        column: Name of the column.
        shots: Exemplars a class, or `many` where trained classes are tested.
        results: Entries of the evaluations, by seed and split.
        error: Why there are none.
        left_out: Why nobody expects a number here.
    """

    row: str
    column: str
    shots: int | Literal["many"]
    results: dict[tuple[int, int], Entry] = field(default_factory=dict)
    error: str | None = None
    left_out: str | None = None
