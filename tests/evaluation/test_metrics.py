"""Accuracies and intervals against literal counts and SciPy."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from skelshot.evaluation.metrics import (
    accuracy,
    confusion_matrix,
    mean_interval,
    paired_interval,
    per_class_accuracy,
)
from skelshot.ground import SkelshotError

values = st.lists(st.floats(0.0, 1.0), min_size=2, max_size=20)


@pytest.fixture
def pairs() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return tuple(torch.randint(0, 4, (6, 15), generator=generator) for _ in range(2))


def test_accuracy_counts_hits(pairs):
    labels, predicted = (part.flatten().tolist() for part in pairs)
    hits = sum(a == b for a, b in zip(labels, predicted, strict=True))
    assert accuracy(*pairs) == pytest.approx(hits / 90)


def test_confusion_matrix_counts_pairs_with_true_classes_in_rows(pairs):
    expected = np.zeros((5, 5), int)
    for label, called in zip(*(part.flatten().tolist() for part in pairs), strict=True):
        expected[label, called] += 1
    assert confusion_matrix(*pairs, 5).tolist() == expected.tolist()


def test_per_class_accuracy_is_nan_only_for_absent_classes(pairs):
    found = per_class_accuracy(confusion_matrix(*pairs, 5))
    labels, predicted = pairs
    for label in range(4):
        own = labels == label
        assert found[label].item() == pytest.approx(
            (predicted[own] == label).double().mean().item()
        )
    assert found[4].isnan()


@settings(deadline=None, max_examples=30)
@given(values)
def test_mean_interval_is_scipys_t_interval(sample):
    found = mean_interval(sample)
    spread = stats.sem(sample)
    assert found.n == len(sample)
    assert found.mean == pytest.approx(np.mean(sample))
    if spread > 0:
        expected = stats.t.interval(0.95, len(sample) - 1, loc=np.mean(sample), scale=spread)
        assert found.ci95 == pytest.approx(list(expected))
    else:
        assert found.ci95 == pytest.approx([found.mean, found.mean])


def test_interval_covers_the_true_mean_in_95_percent_of_samples():
    rng = np.random.default_rng(0)
    samples = rng.normal(0.6, 0.1, (2000, 5))
    covered = [low <= 0.6 <= high for low, high in (mean_interval(list(s)).ci95 for s in samples)]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


def test_one_value_has_no_interval():
    found = mean_interval([0.4])
    assert (found.mean, found.low, found.high, found.n, found.ci95) == (0.4, None, None, 1, None)


def test_paired_interval_agrees_with_scipys_paired_test():
    rng = np.random.default_rng(1)
    splits = rng.uniform(0.3, 0.9, 20)
    first, second = splits + rng.normal(0.02, 0.02, 20), splits
    expected = stats.ttest_rel(first, second).confidence_interval(0.95)
    found = paired_interval(first.tolist(), second.tolist())
    assert found.ci95 == pytest.approx([expected.low, expected.high])
    assert found.low > 0 > mean_interval(first.tolist()).low - mean_interval(second.tolist()).high


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: accuracy(torch.tensor([0]), torch.tensor([0, 1])), r"found shape \(2,\)"),
        (lambda: accuracy(torch.tensor([]), torch.tensor([])), "at least one clip"),
        (
            lambda: confusion_matrix(torch.tensor([0, 3]), torch.tensor([0, 1]), 3),
            "labels: found classes from 0 to 3, expected 0 to 2",
        ),
        (
            lambda: confusion_matrix(torch.tensor([0]), torch.tensor([-1]), 3),
            "predicted: found classes from -1",
        ),
        (lambda: mean_interval([]), "at least one value"),
        (lambda: mean_interval([0.1, float("nan")]), "found 1 of 2 NaN"),
        (lambda: paired_interval([0.1, 0.2], [0.1]), "found 2 and 1 values"),
    ],
)
def test_bad_values_are_refused_in_one_line(call, message):
    with pytest.raises(SkelshotError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
