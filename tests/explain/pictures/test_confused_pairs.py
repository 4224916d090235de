"""Confused pairs: counted where both were offered, ranked by share, named by the paper."""

import re

import numpy as np
import pytest

from skelshot.datasets.ntu.names import ntu_class_names
from skelshot.evaluation.query_table import QueryTable
from skelshot.explain.pictures.confused_pairs import (
    confused_pairs,
    confusion_counts,
    paper_pairs,
    telling_query,
)
from skelshot.ground import SkelshotError

CLASSES = ("a", "b", "c", "d")
ANSWERS = [  # true, answered, scores of a, b, c, d
    ("a", "b", (0.1, 0.9, 0.0, np.nan)),
    ("a", "b", (0.4, 0.5, 0.35, np.nan)),
    ("a", "a", (0.9, 0.1, 0.0, np.nan)),
    ("a", "d", (0.1, np.nan, np.nan, 0.9)),  # a task without b
    ("b", "b", (0.3, 0.9, 0.0, np.nan)),
    ("b", "c", (0.1, 0.3, 0.8, np.nan)),
    ("c", "c", (0.1, 0.2, 0.9, np.nan)),
    ("d", "a", (0.9, np.nan, np.nan, 0.1)),
    (None, "a", (0.9, 0.1, 0.0, np.nan)),
]


def table_of(classes: tuple[str, ...] = CLASSES) -> QueryTable:
    n, of = len(ANSWERS), dict(zip(CLASSES, classes, strict=True))
    return QueryTable(
        shots=np.ones(n, np.int64),
        splits=np.zeros(n, np.int64),
        draws=np.zeros(n, np.int64),
        clips=[f"clip {row}" for row in range(n)],
        true=[None if true is None else of[true] for true, _, _ in ANSWERS],
        predicted=[of[said] for _, said, _ in ANSWERS],
        exemplars=[["e"]] * n,
        classes=classes,
        scores=np.array([scores for _, _, scores in ANSWERS], np.float32),
    )


def test_pairs_by_share_of_the_queries_that_could_be_confused() -> None:
    found = confused_pairs(table_of(), 1)
    assert [(pair.names, pair.taken, pair.queries) for pair in found] == [
        (("a", "d"), (1, 1), (1, 1)),
        (("a", "b"), (2, 0), (3, 2)),
        (("b", "c"), (1, 0), (2, 1)),
    ]
    assert [round(pair.share, 3) for pair in found] == [1.0, 0.4, 0.333]
    assert [pair.names for pair in confused_pairs(table_of(), 1, most=1)] == [("a", "d")]


def test_pairs_that_are_asked_for_come_first_even_those_never_confused() -> None:
    found = confused_pairs(table_of(), 1, 1, [("c", "a"), ("d", "a")])
    assert [pair.names for pair in found] == [("c", "a"), ("d", "a"), ("a", "b")]
    assert found[0].taken == (0, 0)
    assert found[0].queries == (1, 3)


def test_the_matrix_leaves_out_queries_without_a_class() -> None:
    names, counts = confusion_counts(table_of(), 1)
    assert names == list(CLASSES)
    assert counts.tolist() == [[1, 2, 0, 1], [0, 1, 1, 0], [0, 0, 1, 0], [1, 0, 0, 0]]


def test_the_query_that_tells_most() -> None:
    assert telling_query(table_of(), 1, "a", "b") == 0  # the surest
    assert telling_query(table_of(), 1, "a", "c") == 1  # none was taken for c: the nearest
    with pytest.raises(SkelshotError, match="no task with a query of 'b' that offers 'd'"):
        telling_query(table_of(), 1, "b", "d")


@pytest.mark.parametrize(
    ("shots", "named", "reason"),
    [
        (1, [("a", "e")], "--pair: found the class 'e', expected one of the 4"),
        (1, [("a", "a")], "--pair: found 'a' twice"),
        (5, [], "--shots: found 5, expected one of 1"),
    ],
)
def test_what_is_not_in_the_table(shots: int, named: list[tuple[str, str]], reason: str) -> None:
    with pytest.raises(SkelshotError, match=re.escape(reason)):
        confused_pairs(table_of(), shots, named=named)


@pytest.mark.parametrize(("first", "second"), [(67, 103), (1, 85), (55, 109)])
def test_the_papers_pairs_are_named_where_a_task_offers_both(first: int, second: int) -> None:
    one, other = (ntu_class_names()[number - 1] for number in (first, second))
    assert paper_pairs(table_of((one, other, "x", "y")), 1) == [(one, other)]
    assert paper_pairs(table_of((other, "x", one, "y")), 1) == [(one, other)]
    assert paper_pairs(table_of(("x", one, "y", other)), 1) == [], "b and d are never together"
    assert paper_pairs(table_of((one, "x", "y", "z")), 1) == []
