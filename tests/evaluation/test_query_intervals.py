"""Intervals over queries against literal formulas, SciPy and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from skelshot.evaluation.metrics import Interval, mean_interval, within_unit
from skelshot.evaluation.query_intervals import cluster_interval, wilson_interval
from skelshot.ground import SkelshotError


def subject_interval(hits: list[bool], subjects: list[int | None]) -> Interval:
    """What results have as `ci95_subjects`."""
    return within_unit(cluster_interval(hits, subjects))


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 20000), st.floats(0, 1))
def test_wilson_is_the_printed_formula(queries: int, share: float) -> None:
    hits = round(share * queries)
    z, n, p = 1.959963984540054, queries, hits / queries
    root = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = ((p + z * z / (2 * n) + sign * root) / (1 + z * z / n) for sign in (-1.0, 1.0))
    found = wilson_interval(hits, queries)
    assert (found.mean, found.n) == (p, n)
    assert found.ci95 == pytest.approx([low, high], abs=1e-12)
    assert 0 <= found.low <= found.mean <= found.high <= 1


def test_wilson_solves_the_score_equation() -> None:
    """What the interval is: the p for which the accuracy lies 1.96 standard errors away."""
    found = wilson_interval(30, 40)
    for end in found.ci95:
        distance = abs(0.75 - end) / math.sqrt(end * (1 - end) / 40)
        assert distance == pytest.approx(stats.norm.ppf(0.975))


def test_by_subject_is_the_literal_sum() -> None:
    rng = np.random.default_rng(0)
    subjects = rng.integers(1, 9, 200).tolist()
    hits = (rng.random(200) < 0.6).tolist()
    p = sum(hits) / 200
    squares = 0.0
    for person in set(subjects):
        excess = sum(h - p for h, s in zip(hits, subjects, strict=True) if s == person)
        squares += excess**2
    error = math.sqrt(8 / 7 * squares) / 200
    half = float(stats.t.ppf(0.975, 7)) * error
    found = subject_interval(hits, subjects)
    assert found.n == 8
    assert found.ci95 == pytest.approx([p - half, p + half])


def test_one_query_a_subject_gives_the_interval_of_a_mean() -> None:
    hits = [True] * 12 + [False] * 8
    expected = mean_interval([float(hit) for hit in hits])
    found = subject_interval(hits, list(range(20)))
    assert found.ci95 == pytest.approx([expected.low, expected.high])


def test_the_names_of_subjects_and_the_order_of_queries_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    subjects, hits = rng.integers(0, 5, 60), rng.random(60) < 0.5
    order = rng.permutation(60)
    renamed = (100 - subjects)[order].tolist()
    expected = subject_interval(hits.tolist(), subjects.tolist())
    assert subject_interval(hits[order].tolist(), renamed).ci95 == pytest.approx(expected.ci95)


def test_performers_who_differ_need_the_interval_by_subject() -> None:
    """People differ, 40 of them with 50 queries each: Wilson is far too sure, this one is not."""
    rng = np.random.default_rng(2)
    subjects = np.repeat(np.arange(40), 50).tolist()
    covered = {"wilson": 0, "subject": 0}
    for _ in range(400):
        skill = np.repeat(rng.beta(3, 2, 40), 50)  # mean 0.6
        hits = (rng.random(2000) < skill).tolist()
        ends = {
            "wilson": wilson_interval(sum(hits), 2000),
            "subject": subject_interval(hits, subjects),
        }
        for name, interval in ends.items():
            covered[name] += interval.low <= 0.6 <= interval.high
    assert covered["wilson"] / 400 < 0.6
    assert covered["subject"] / 400 == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize(
    ("hits", "subjects"),
    [
        ([True, False], [1, None]),
        ([True, False, True], [4, 4, 4]),
        ([True, True], [1, 2]),
        ([False, False], [1, 2]),
        ([True, True, False, False, True, True], [1, 2, 1, 2, 1, 2]),
    ],
    ids=["unknown performer", "one performer", "all right", "all wrong", "all alike"],
)
def test_no_interval_where_performers_tell_no_spread(
    hits: list[bool], subjects: list[int | None]
) -> None:
    found = subject_interval(hits, subjects)
    assert found.ci95 is None
    assert found.mean == sum(hits) / len(hits)


@pytest.mark.parametrize(
    "call",
    [
        lambda: wilson_interval(3, 2),
        lambda: wilson_interval(0, 0),
        lambda: wilson_interval(-1, 4),
        lambda: subject_interval([], []),
        lambda: subject_interval([True], [1, 2]),
    ],
)
def test_numbers_that_are_no_accuracy_are_refused(call) -> None:
    with pytest.raises(SkelshotError, match="accuracy: found"):
        call()
