"""Pairs of classes that are taken for each other, from a table of queries."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.ntu.names import ntu_class_names
from skelshot.evaluation.query_table import QueryTable
from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable
from skelshot.ground.suggestions import did_you_mean

PAPER_PAIRS = ((67, 103), (1, 85), (55, 109))
"""NTU's numbers of what the paper's method confuses (its Figure 5 and the text around it): hush and
yawn, drink water and apply cream on face, hugging and grab other person's stuff."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class ConfusedPair:
    """Two classes and how often each was taken for the other.

    Args:
        names: The two classes.
        taken: Queries of each that were answered with the other.
        queries: Queries of each in tasks that offer both.
    """

    names: Pair
    taken: tuple[int, int]
    queries: tuple[int, int]

    @property
    def share(self) -> float:
        """Queries taken for the other, of both classes together."""
        return sum(self.taken) / max(1, sum(self.queries))


def paper_pairs(table: QueryTable, shots: int) -> list[Pair]:
    """List the pairs that the paper names and some task of the table offers.

    Args:
        table: The queries.
        shots: Those with so many exemplars a class.

    Returns:
        Their classes, as NTU RGB+D calls them.

    Raises:
        SkelshotError: As for `confusion_counts`.
    """
    names = ntu_class_names()
    pairs = [(names[first - 1], names[second - 1]) for first, second in PAPER_PAIRS]
    there = [pair for pair in pairs if set(pair) <= set(table.classes)]
    counted = confused_pairs(table, shots, 0, there)
    return [pair.names for pair in counted if any(pair.queries)]


def confusion_counts(table: QueryTable, shots: int) -> tuple[list[str], NDArray[np.int64]]:
    """Count which class was answered for which.

    Args:
        table: The queries; those whose class is not known are left out.
        shots: Those with so many exemplars a class.

    Returns:
        The classes that have queries or were answered, and counts (N, N), true ones in rows.

    Raises:
        SkelshotError: There is no query of so many shots whose class is known.
    """
    counts, _ = _counts(table, shots)
    seen = np.flatnonzero(counts.sum(0) + counts.sum(1)).tolist()
    return [table.classes[place] for place in seen], counts[np.ix_(seen, seen)]


def confused_pairs(
    table: QueryTable, shots: int, most: int = 3, named: Sequence[Pair] = ()
) -> list[ConfusedPair]:
    """Find the pairs that are taken for each other most, after those that are asked for.

    Args:
        table: The queries.
        shots: Those with so many exemplars a class.
        most: How many pairs beside those asked for; such as are never confused are none.
        named: Pairs that are told in any case.

    Returns:
        The pairs.

    Raises:
        SkelshotError: A class that is asked for is not in the table or stands in a pair twice, or
            as for `confusion_counts`.
    """
    counts, offered = _counts(table, shots)

    def counted(first: int, second: int) -> ConfusedPair:
        ways = ((first, second), (second, first))
        taken, queries = ((int(found[ways[0]]), int(found[ways[1]])) for found in (counts, offered))
        return ConfusedPair((table.classes[first], table.classes[second]), taken, queries)

    told = [counted(*_columns(table, pair)) for pair in named]
    asked = {frozenset(pair) for pair in named}
    both = np.argwhere(np.triu(counts + counts.T, k=1)).tolist()
    others = [counted(*sorted(pair, key=table.classes.__getitem__)) for pair in both]
    others = [pair for pair in others if frozenset(pair.names) not in asked]
    return [*told, *sorted(others, key=lambda pair: (-pair.share, pair.names))[:most]]


def telling_query(table: QueryTable, shots: int, true: str, other: str) -> int:
    """Find the query of a class that leans most towards another.

    Args:
        table: The queries.
        shots: Those with so many exemplars a class.
        true: Its class.
        other: The other one.

    Returns:
        The row of the surest that was answered with the other; where none was, of the one whose
        scores come nearest to it.

    Raises:
        SkelshotError: No task has a query of the one and offers the other.
    """
    of_true, of_other = (table.scores[:, table.classes.index(name)] for name in (true, other))
    leans = of_other.astype(np.float64) - of_true
    rows = [
        row for row in _rows(table, shots) if table.true[row] == true and not np.isnan(leans[row])
    ]
    taken = [row for row in rows if table.predicted[row] == other]
    if not rows:
        raise SkelshotError(
            f"queries: found no task with a query of {printable(true)!r} that offers "
            f"{printable(other)!r}, expected one; choose another --pair"
        )
    return max(taken or rows, key=lambda row: float(leans[row]))


def _rows(table: QueryTable, shots: int) -> list[int]:
    """Return the rows with so many shots whose class is known."""
    known = [name is not None for name in table.true]
    rows: list[int] = np.flatnonzero((table.shots == shots) & np.array(known)).tolist()
    if not rows:
        there = ", ".join(map(str, np.unique(table.shots).tolist()))
        raise SkelshotError(
            f"--shots: found {shots}, expected one of {there}, with queries whose class is known"
        )
    return rows


def _columns(table: QueryTable, pair: Pair) -> tuple[int, int]:
    """Find the two classes of a pair."""
    for name in pair:
        if name not in table.classes:
            raise SkelshotError(
                f"--pair: found the class {printable(name)!r}, expected one of the "
                f"{len(table.classes)} of the table{did_you_mean(name, table.classes)}"
            )
    if pair[0] == pair[1]:
        raise SkelshotError(f"--pair: found {printable(pair[0])!r} twice, expected two classes")
    return table.classes.index(pair[0]), table.classes.index(pair[1])


def _counts(table: QueryTable, shots: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count which class was answered for which, and the queries of each that were offered each."""
    rows = _rows(table, shots)
    column = {name: number for number, name in enumerate(table.classes)}
    true = np.array([column[str(table.true[row])] for row in rows])
    answered = np.array([column[table.predicted[row]] for row in rows])
    counts, offered = np.zeros((2, len(column), len(column)), np.int64)
    np.add.at(counts, (true, answered), 1)
    np.add.at(offered, true, ~np.isnan(table.scores[rows]))
    return counts, offered
