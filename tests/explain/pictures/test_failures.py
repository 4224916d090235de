"""Failure cases: the query, its exemplar and the one it was taken for, legibly."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from skelshot.evaluation.query_table import QueryTable
from skelshot.explain.pictures import confused_pairs, draw_failures
from skelshot.ground import SkelshotError

Make = Callable[..., Any]
CLASSES = ("hush (quiet)", "yawn " * 12, r"$\foo$")
CLIPS = {"h": 0, "y": 1, "f": 2, "query": 0, "other": 1}


@pytest.fixture
def store(clip_of: Make) -> Any:
    sequences = [clip_of(1 + place % 2, seed=place) for place in range(len(CLIPS))]
    return SimpleNamespace(
        path=Path("store"),
        index_of=list(CLIPS).index,
        class_of=lambda index: CLASSES[list(CLIPS.values())[index]],
        sequence=sequences.__getitem__,
    )


def table_of(answers: dict[str, str], exemplars: str = "hyf") -> QueryTable:
    scores = [[float(name == said) for name in CLASSES] for said in answers.values()]
    n = len(answers)
    return QueryTable(
        shots=np.ones(n, np.int64),
        splits=np.zeros(n, np.int64),
        draws=np.zeros(n, np.int64),
        clips=list(answers),
        true=[CLASSES[CLIPS[clip]] for clip in answers],
        predicted=list(answers.values()),
        exemplars=[list(exemplars)] * n,
        classes=CLASSES,
        scores=np.array(scores, np.float32),
    )


def test_a_row_a_class_that_was_taken_for_the_other(
    store: Any, figures: list[Figure], legible: Make
) -> None:
    table = table_of({"query": CLASSES[1], "other": CLASSES[0]})
    draw_failures(store, table, confused_pairs(table, 1), Path("a.png"), 1)
    texts = legible(figures[0])
    assert len(figures[0].axes) == 2 * 3
    assert sum("1 of 1 taken for" in text for text in texts) == 2
    assert texts.count("exemplar: hush (quiet)") == 2
    assert "query, answered hush (quiet)" in texts


def test_a_pair_that_is_never_confused_has_one_row(
    store: Any, figures: list[Figure], legible: Make
) -> None:
    table = table_of({"query": CLASSES[0], "other": CLASSES[1]})
    pairs = confused_pairs(table, 1, named=[(CLASSES[0], CLASSES[2])])
    draw_failures(store, table, pairs, Path("a.png"), 1)
    texts = legible(figures[0])
    assert len(figures[0].axes) == 3
    assert r"hush (quiet): 0 of 1 taken for $\foo$" in texts
    assert "query" in texts


def test_what_cannot_be_drawn(store: Any) -> None:
    fine = table_of({"query": CLASSES[0]})
    with pytest.raises(SkelshotError, match="pairs: found 0, expected 1 to 12; is every query"):
        draw_failures(store, fine, confused_pairs(fine, 1), Path("a.png"), 1)
    table = table_of({"query": CLASSES[1]}, exemplars="hf")
    with pytest.raises(SkelshotError, match="no exemplar of 'yawn"):
        draw_failures(store, table, confused_pairs(table, 1), Path("a.png"), 1)
