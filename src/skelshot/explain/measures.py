"""Measures of an attribution: against a known truth, and against the decision itself."""

from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata, spearmanr
from torch import Tensor

from skelshot.explain.baselines import Baseline, baseline_of
from skelshot.explain.question import Question
from skelshot.ground import SkelshotError

Course = Literal["deletion", "insertion"]
"""What matters most is taken from the clip first, or given to a clip without motion first."""


def truth_auc(importance: Tensor, truth: NDArray[np.bool_], present: NDArray[np.bool_]) -> float:
    """Area under the ROC curve of importance as a detector of what matters.

    The chance that a joint and frame that matters is given more than one that does not; equal
    values count one half, so importance that says nothing has 0.5.

    Args:
        importance: (T, V, M).
        truth: Which joint matters in which frame, (T, V, M).
        present: Who is there, (T, M); others do not count.

    Returns:
        0 to 1.

    Raises:
        SkelshotError: Everything matters, or nothing.

    Example:
        >>> importance = torch.tensor([0.1, 0.9, 0.5]).view(3, 1, 1)
        >>> truth = np.array([False, True, True]).reshape(3, 1, 1)
        >>> truth_auc(importance, truth, np.ones((3, 1), bool))
        1.0
    """
    values, true = _counted(importance, truth, present)
    hits, misses = int(true.sum()), int((~true).sum())
    if not (hits and misses):
        raise SkelshotError(
            f"truth: found {hits} joints and frames that matter and {misses} that do not, expected "
            "some of either"
        )
    ranks = rankdata(values)
    return float((ranks[true].sum() - hits * (hits + 1) / 2) / (hits * misses))


def points_at_truth(
    importance: Tensor, truth: NDArray[np.bool_], present: NDArray[np.bool_]
) -> float:
    """Tell whether the joint and frame of most importance is one that matters.

    Args:
        importance: (T, V, M).
        truth: Which joint matters in which frame, (T, V, M).
        present: Who is there, (T, M).

    Returns:
        1 or 0; between them where several have the most.

    Example:
        >>> importance = torch.tensor([0.1, 0.9, 0.9]).view(3, 1, 1)
        >>> truth = np.array([False, False, True]).reshape(3, 1, 1)
        >>> points_at_truth(importance, truth, np.ones((3, 1), bool))
        0.5
    """
    values, true = _counted(importance, truth, present)
    return float(true[values == values.max()].mean())


def share_in_truth(
    importance: Tensor, truth: NDArray[np.bool_], present: NDArray[np.bool_]
) -> float:
    """Return how much of all importance falls on what matters.

    Args:
        importance: (T, V, M).
        truth: Which joint matters in which frame, (T, V, M).
        present: Who is there, (T, M).

    Returns:
        0 to 1; NaN where all importance is 0.

    Example:
        >>> importance = torch.tensor([1.0, 3.0]).view(2, 1, 1)
        >>> truth = np.array([False, True]).reshape(2, 1, 1)
        >>> share_in_truth(importance, truth, np.ones((2, 1), bool))
        0.75
    """
    values, true = _counted(importance, truth, present)
    total = values.sum()
    return float(values[true].sum() / total) if total > 0 else float("nan")


def likeness(one: Tensor, other: Tensor, present: NDArray[np.bool_]) -> float:
    """Return the rank correlation of two maps of importance.

    Args:
        one: (T, V, M).
        other: (T, V, M).
        present: Who is there, (T, M).

    Returns:
        Spearman's rho; 0 where either map is the same everywhere.

    Example:
        >>> one = torch.tensor([1.0, 2.0, 4.0]).view(3, 1, 1)
        >>> round(likeness(one, one.square(), np.ones((3, 1), bool)), 6)
        1.0
    """
    there = np.broadcast_to(present[:, None], tuple(one.shape))
    first, second = one.numpy()[there], other.numpy()[there]
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(spearmanr(first, second).statistic)


def course_area(
    question: Question,
    importance: Tensor,
    course: Course,
    steps: int = 10,
    baseline: Baseline = "still",
) -> Tensor:
    """Mean probability of the class while joints and frames are hidden, or shown, in order.

    Args:
        question: The clips, n of them, and the classes.
        importance: At the positions as they are seen, (n, T, V, M).
        course: `deletion` hides what matters most first, so a low area is good; `insertion` shows
            it first, so a high one is.
        steps: Equal parts that are hidden or shown one after the other.
        baseline: What stands where a joint is hidden.

    Returns:
        The area under the course, (n,), 0 to 1.
    """
    hidden = baseline_of(question, baseline)
    ranks = importance.flatten(1).argsort(dim=1, descending=True, stable=True).argsort(dim=1)
    places = (ranks.view_as(importance) / importance[0].numel())[:, None]
    areas = torch.zeros(len(question))
    for step in range(steps + 1):
        first = places < step / steps
        shown = first if course == "insertion" else ~first
        points = torch.where(shown, question.positions, hidden)
        areas += _probability(question, points) * (0.5 if step in (0, steps) else 1.0)
    return areas / steps


@torch.no_grad()
def _probability(question: Question, points: Tensor) -> Tensor:
    shares = question.scores(points, question.rows).softmax(1)
    return shares.gather(1, question.labels[:, None])[:, 0].cpu()


def _counted(
    importance: Tensor, truth: NDArray[np.bool_], present: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Give importance and truth of the persons who are there, in one row each."""
    if tuple(importance.shape) != truth.shape:
        raise SkelshotError(
            f"truth: found the shape {truth.shape}, expected {tuple(importance.shape)} (T, V, M), "
            "as the importance has"
        )
    there = np.broadcast_to(present[:, None], truth.shape)
    values: NDArray[np.float32] = importance.numpy()[there]
    return values, truth[there]
