"""Search: the nearest, in order, within bounds of memory."""

import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skelshot.ground import SkelshotError
from skelshot.recognition import search
from skelshot.recognition.search import ExactSearch


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 5), st.integers(1, 45), st.integers())
def test_the_nearest_are_those_of_the_formula(n, d, q, k, seed):
    rng = np.random.default_rng(abs(seed))
    features = rng.integers(-2, 3, (n, d)).astype(np.float32)  # many are equal
    features[~features.any(axis=1)] = 1
    queries = rng.normal(size=(q, d)).astype(np.float32)
    hits = ExactSearch(features).nearest(queries, k)
    assert hits.places.shape == hits.scores.shape == (q, min(k, n))
    sized = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in (queries, features)]
    cosines = sized[0] @ sized[1].T
    np.testing.assert_allclose(hits.scores, -np.sort(-cosines, axis=1)[:, : min(k, n)], atol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(cosines, hits.places, 1), hits.scores, atol=1e-5)
    assert all(len(set(row)) == len(row) for row in hits.places.tolist())


def test_of_equal_ones_the_first_is_nearest() -> None:
    hits = ExactSearch(np.ones((9, 4), np.float32)).nearest(np.ones((2, 4), np.float32), 3)
    assert hits.places.tolist() == [[0, 1, 2]] * 2


def test_lengths_do_not_matter() -> None:
    rng = np.random.default_rng(0)
    features, query = rng.normal(size=(50, 8)).astype("f4"), rng.normal(size=(1, 8)).astype("f4")
    sizes = rng.uniform(1e-30, 1e30, (50, 1)).astype("f4")
    one = ExactSearch(features).nearest(query, 50)
    other = ExactSearch(features * sizes).nearest(query * np.float32(1e-38), 50)
    assert one.places.tolist() == other.places.tolist()


def test_many_queries_take_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_SCORES", 20_000)
    rng = np.random.default_rng(0)
    found = ExactSearch(rng.normal(size=(5000, 8)).astype("f4"))
    queries = rng.normal(size=(2000, 8)).astype("f4")
    tracemalloc.start()
    try:
        hits = found.nearest(queries, 2)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000  # all scores are 40 MB
    finally:
        tracemalloc.stop()
    monkeypatch.undo()
    np.testing.assert_array_equal(hits.places, found.nearest(queries, 2).places)


@pytest.mark.parametrize(
    ("features", "queries", "k", "told"),
    [
        (np.ones(3), np.ones((1, 3)), 1, r"features: found shape \(3,\), expected \(n, D\)"),
        (np.ones((2, 3)), np.ones((1, 4)), 1, "queries: found 4 numbers, expected 3 each"),
        (np.ones((2, 3)), np.ones((1, 3)), 0, "k: found 0, expected 1 or more"),
        (np.zeros((2, 3)), np.ones((1, 3)), 1, "features: found one that is 0 or not finite"),
        (np.ones((2, 3)), np.full((1, 3), np.nan), 1, "queries: found one that is 0 or not"),
        (np.full((2, 3), np.inf), np.ones((1, 3)), 1, "features: found one that is 0 or not"),
    ],
)
def test_what_cannot_be_searched_is_one_line(features, queries, k, told) -> None:
    with pytest.raises(SkelshotError, match=told):
        ExactSearch(features).nearest(queries, k)


def test_none_among_none() -> None:
    hits = ExactSearch(np.ones((0, 3), np.float32)).nearest(np.ones((2, 3), np.float32), 5)
    assert hits.places.shape == (2, 0)


def test_faiss_finds_nearly_all() -> None:
    pytest.importorskip("faiss")
    from skelshot.recognition.faiss_search import FaissSearch

    rng = np.random.default_rng(0)
    centres = rng.normal(size=(40, 32))
    features = (centres[rng.integers(0, 40, 8000)] + rng.normal(size=(8000, 32))).astype("f4")
    queries = (centres[rng.integers(0, 40, 200)] + rng.normal(size=(200, 32))).astype("f4")
    exact = ExactSearch(features).nearest(queries, 5)
    near = FaissSearch(features).nearest(queries, 5)
    shared = [len(set(a) & set(b)) for a, b in zip(exact.places, near.places, strict=True)]
    assert np.mean(shared) / 5 > 0.9
    first = near.places[:, 0] == exact.places[:, 0]
    np.testing.assert_allclose(near.scores[first, 0], exact.scores[first, 0], atol=1e-5)
    again = FaissSearch(features).nearest(queries, 5)
    np.testing.assert_array_equal(again.places, near.places)
    few = FaissSearch(features[:3]).nearest(queries[:2], 9)
    assert few.places.shape == (2, 3)


def test_faiss_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    from skelshot.recognition.faiss_search import FaissSearch

    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(SkelshotError, match=r'pip install "skelshot\[faiss\]", or search exactly'):
        FaissSearch(np.ones((2, 3), np.float32))
