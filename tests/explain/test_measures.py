"""Measures of attributions, against loops and against scikit-learn."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from skelshot.explain import ATTRIBUTIONS, Question
from skelshot.explain.measures import (
    course_area,
    likeness,
    points_at_truth,
    share_in_truth,
    truth_auc,
)
from skelshot.ground import SkelshotError


@pytest.fixture
def cells() -> tuple[torch.Tensor, np.ndarray, np.ndarray]:
    """Importance with ties, a truth, and a person who is there half the time."""
    rng = np.random.default_rng(0)
    importance = torch.from_numpy(rng.integers(0, 9, (12, 5, 2)).astype(np.float32))
    present = np.ones((12, 2), bool)
    present[6:, 1] = False
    return importance, rng.random((12, 5, 2)) < 0.3, present


def test_auc_is_that_of_scikit_learn(
    cells: tuple[torch.Tensor, np.ndarray, np.ndarray],
) -> None:
    importance, truth, present = cells
    there = np.broadcast_to(present[:, None], truth.shape)
    expected = roc_auc_score(truth[there], importance.numpy()[there])
    assert truth_auc(importance, truth, present) == pytest.approx(expected)
    assert truth_auc(torch.zeros_like(importance), truth, present) == 0.5
    perfect = torch.from_numpy(truth.astype(np.float32))
    assert truth_auc(perfect, truth, present) == 1
    assert points_at_truth(perfect, truth, present) == 1
    assert share_in_truth(perfect, truth, present) == 1
    assert share_in_truth(perfect * 0 + 1, truth, present) == pytest.approx(truth[there].mean())


def test_absent_persons_do_not_count(
    cells: tuple[torch.Tensor, np.ndarray, np.ndarray],
) -> None:
    importance, truth, present = cells
    other = importance.clone()
    other[6:, :, 1] = 1000
    for measure in (truth_auc, points_at_truth, share_in_truth):
        assert measure(importance, truth, present) == measure(other, truth, present)
    assert likeness(importance, other, present) == pytest.approx(1)


@pytest.mark.parametrize("flag", [True, False])
def test_a_truth_that_tells_nothing_is_refused(
    flag: bool, cells: tuple[torch.Tensor, np.ndarray, np.ndarray]
) -> None:
    importance, truth, present = cells
    with pytest.raises(SkelshotError, match="expected some of either"):
        truth_auc(importance, np.full_like(truth, flag), present)
    with pytest.raises(SkelshotError, match="found the shape"):
        truth_auc(importance, truth[1:], present)


def test_what_matters_is_missed_first_and_shown_first(linear: Callable[..., Question]) -> None:
    """On a linear decision the exact shares beat random ones, and their own reverse."""
    question = linear(clips=6, target="margin")
    exact = ATTRIBUTIONS.named("ig")().attribute(question).values.sum(1)
    noise = torch.randn(exact.shape, generator=torch.Generator().manual_seed(0))
    for course, sign in (("deletion", -1), ("insertion", 1)):
        areas = [
            course_area(question, order, course).mean().item()  # type: ignore[arg-type]
            for order in (exact, noise, -exact)
        ]
        assert sign * areas[0] > sign * areas[1] > sign * areas[2]
        assert all(0 <= area <= 1 for area in areas)
