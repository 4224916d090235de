"""Choice of the queries that a page draws: the surest misses, the narrowest hits."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skelshot.evaluation.query_table import QueryTable

MOST_DRAWN = 12
"""The most hits, and the most misses, that are drawn."""


@dataclass(frozen=True)
class Chosen:
    """Rows of a table of queries.

    Args:
        misses: Those answered wrongly, the surest first.
        hits: Those answered rightly, the narrowest first.
        every_miss: How many misses there are.
        every_hit: How many hits there are.
    """

    misses: list[int]
    hits: list[int]
    every_miss: int
    every_hit: int


def choose_queries(table: QueryTable, shots: int, most: int = MOST_DRAWN) -> Chosen:
    """Choose queries that tell most: each confusion and each class once before any again.

    Args:
        table: The queries; those whose class is not known are left out.
        shots: Those with so many exemplars a class.
        most: How many misses and how many hits.

    Returns:
        Their rows.
    """
    rows = np.flatnonzero((table.shots == shots) & ~np.isnan(table.hits))
    named = [(str(table.true[row]), table.predicted[row]) for row in rows.tolist()]
    column = {name: number for number, name in enumerate(table.classes)}
    true = np.array([column[name] for name, _ in named], int)
    answered = np.array([column[name] for _, name in named], int)
    scores = np.where(np.isnan(table.scores[rows]), -np.inf, table.scores[rows]).astype(float)
    at = np.arange(len(rows))
    best, of_true = scores[at, answered], scores[at, true]
    scores[at, answered] = -np.inf
    hit = answered == true
    with np.errstate(invalid="ignore"):  # infinite scores
        margins = np.where(hit, best - scores.max(1, initial=-np.inf), best - of_true)
    found = [
        rows[_varied(np.flatnonzero(which), sign * margins, named, most)].tolist()
        for which, sign in ((~hit, -1), (hit, 1))
    ]
    return Chosen(found[0], found[1], int((~hit).sum()), int(hit.sum()))


def _varied(
    candidates: NDArray[np.int64], order: NDArray[np.float64], kinds: Sequence[Hashable], most: int
) -> list[int]:
    """Take candidates in order, of each kind one, then of each a second, and so on."""
    seen: Counter[Hashable] = Counter()
    rounds = []
    for candidate in candidates[np.argsort(order[candidates], kind="stable")].tolist():
        seen[kinds[candidate]] += 1
        rounds.append((seen[kinds[candidate]], candidate))
    return [candidate for _, candidate in sorted(rounds, key=lambda pair: pair[0])[:most]]
