"""Queries that a page draws: sure misses and narrow hits, of different kinds first."""

import numpy as np

from skelshot.evaluation.query_table import QueryTable
from skelshot.experiments.run_page.choosing import choose_queries

NAN = np.nan
CLASSES = ("a", "b", "c")


def table(rows: list[tuple[str | None, str, tuple[float, float, float]]]) -> QueryTable:
    n = len(rows)
    return QueryTable(
        shots=np.ones(n, np.int64),
        splits=np.zeros(n, np.int64),
        draws=np.zeros(n, np.int64),
        clips=[str(row) for row in range(n)],
        true=[true for true, _, _ in rows],
        predicted=[said for _, said, _ in rows],
        exemplars=[("x",)] * n,
        classes=CLASSES,
        scores=np.array([scores for _, _, scores in rows], np.float32),
    )


def test_sure_misses_and_narrow_hits_come_first() -> None:
    chosen = choose_queries(
        table(
            [
                ("a", "a", (0.9, 0.1, NAN)),
                ("a", "a", (0.6, 0.5, NAN)),
                ("a", "b", (0.1, 0.2, 0.9)),  # the answer is the method's, not the largest score
                ("a", "b", (0.1, 0.8, NAN)),
                (None, "b", (0.0, 1.0, NAN)),
            ]
        ),
        1,
    )
    assert chosen.misses == [3, 2]
    assert chosen.hits == [1, 0]
    assert (chosen.every_miss, chosen.every_hit) == (2, 2)


def test_each_confusion_and_each_class_stands_once_before_any_again() -> None:
    chosen = choose_queries(
        table(
            [
                ("a", "b", (0.0, 0.9, 0.0)),
                ("a", "b", (0.0, 0.8, 0.0)),
                ("a", "c", (0.0, 0.0, 0.1)),
                ("b", "a", (0.5, 0.0, 0.0)),
                ("c", "c", (0.0, 0.0, 0.1)),
                ("c", "c", (0.0, 0.0, 0.2)),
                ("b", "b", (0.0, 0.9, 0.0)),
            ]
        ),
        1,
        most=3,
    )
    assert chosen.misses == [0, 3, 2]
    assert chosen.hits == [4, 6, 5]
    assert (chosen.every_miss, chosen.every_hit) == (4, 3)


def test_infinite_scores_and_absent_queries_are_no_obstacle() -> None:
    chosen = choose_queries(
        table([("a", "a", (np.inf, -np.inf, NAN)), ("a", "b", (1, np.inf, 0))]), 1
    )
    assert (chosen.hits, chosen.misses) == ([0], [1])
    none = choose_queries(table([(None, "a", (1, 0, 0))]), 1)
    assert (none.hits, none.misses, none.every_hit) == ([], [], 0)
    assert choose_queries(table([("a", "a", (1, 0, 0))]), 5).hits == []
