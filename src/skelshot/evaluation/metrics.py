"""Accuracies, the confusion matrix, and means with 95 % confidence intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.special import stdtrit
from torch import Tensor

from skelshot.ground import SkelshotError


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % confidence interval.

    Attributes:
        mean: The mean.
        low: Lower end, or None for a single value, which has no spread to judge by.
        high: Upper end, or None.
        n: How many values there were.
    """

    mean: float
    low: float | None
    high: float | None
    n: int

    @property
    def ci95(self) -> list[float] | None:
        """`[low, high]` as results spell it, or None for a single value."""
        return None if self.low is None or self.high is None else [self.low, self.high]


def accuracy(labels: Tensor, predicted: Tensor) -> float:
    """Return the fraction of clips whose predicted class is the true one.

    Args:
        labels: True classes, int64, any shape.
        predicted: Predicted classes, the same shape.

    Returns:
        A fraction from 0 to 1.

    Raises:
        SkelshotError: Shapes differ or there are no clips.

    Example:
        >>> accuracy(torch.tensor([0, 1, 1, 2]), torch.tensor([0, 1, 2, 2]))
        0.75
    """
    _check_pairs(labels, predicted)
    return (labels == predicted).double().mean().item()


def confusion_matrix(labels: Tensor, predicted: Tensor, classes: int) -> Tensor:
    """Count how often clips of each class were called each class.

    Args:
        labels: True classes, int64, any shape.
        predicted: Predicted classes, the same shape.
        classes: N; classes are 0 to N - 1.

    Returns:
        Counts `(N, N)` int64: row = true class, column = predicted class.

    Raises:
        SkelshotError: Shapes differ, there are no clips, or a class is not below N.

    Example:
        >>> confusion_matrix(torch.tensor([0, 1, 1]), torch.tensor([0, 1, 0]), 2).tolist()
        [[1, 0], [1, 1]]
    """
    _check_pairs(labels, predicted)
    for name, found in (("labels", labels), ("predicted", predicted)):
        if int(found.min()) < 0 or int(found.max()) >= classes:
            raise SkelshotError(
                f"{name}: found classes from {int(found.min())} to {int(found.max())}, expected "
                f"0 to {classes - 1}"
            )
    pairs = labels.flatten() * classes + predicted.flatten()
    return torch.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def per_class_accuracy(confusion: Tensor) -> Tensor:
    """Return the fraction of each class's clips that were recognised.

    Args:
        confusion: Counts `(N, N)` of `confusion_matrix`.

    Returns:
        `(N,)` float64; NaN for a class without clips.

    Example:
        >>> per_class_accuracy(torch.tensor([[3, 1], [0, 2]])).tolist()
        [0.75, 1.0]
    """
    return confusion.diagonal().double() / confusion.sum(dim=1)


def mean_interval(values: Sequence[float]) -> Interval:
    """Return the mean with its 95 % interval by Student's t, n - 1 degrees of freedom.

    Args:
        values: One value a split, which are taken as independent. Splits that share clips and
            classes are not: see `INTERVAL_NOTES`.

    Returns:
        Mean +- t * s / sqrt(n), s being the standard deviation with n - 1; no ends when n = 1.

    Raises:
        SkelshotError: No values, or NaN or infinite ones.

    Example:
        >>> interval = mean_interval([0.6, 0.7, 0.8])
        >>> round(interval.mean, 3), [round(end, 3) for end in interval.ci95]
        (0.7, [0.452, 0.948])
    """
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 1 or len(found) == 0:
        raise SkelshotError(f"values: found shape {found.shape}, expected at least one value")
    bad = int((~np.isfinite(found)).sum())
    if bad:
        raise SkelshotError(f"values: found {bad} of {len(found)} NaN or infinite, expected none")
    n, mean = len(found), float(found.mean())
    if n == 1:
        return Interval(mean, None, None, 1)
    half = float(stdtrit(n - 1, 0.975) * found.std(ddof=1) / np.sqrt(n))
    return Interval(mean, mean - half, mean + half, n)


def paired_interval(first: Sequence[float], second: Sequence[float]) -> Interval:
    """Return the mean of first - second over the same splits, with its 95 % interval.

    Splits differ from each other far more than methods do; the difference within each split takes
    that part out. The two differ clearly when the interval leaves out 0. Bare values cannot tell
    what they are of: `evaluation.pairing` takes whole results, and refuses what are no pairs.

    Args:
        first: One value a split.
        second: Values of the same splits in the same order.

    Returns:
        The interval of the differences.

    Raises:
        SkelshotError: Different numbers of splits, no splits, or NaN or infinite values.

    Example:
        >>> paired_interval([0.52, 0.70, 0.61], [0.50, 0.68, 0.59]).ci95[0] > 0
        True
    """
    if len(first) != len(second):
        raise SkelshotError(
            f"paired comparison: found {len(first)} and {len(second)} values, expected the same "
            "splits on both sides"
        )
    return mean_interval(np.subtract(first, second).tolist())


def within_unit(interval: Interval) -> Interval:
    """Cut an interval of accuracies at 0 and 1, which few splits can overshoot.

    Args:
        interval: Mean and interval.

    Returns:
        The same mean, and ends within [0, 1].

    Example:
        >>> within_unit(Interval(0.9, 0.7, 1.1, 3)).high
        1.0
    """
    if interval.low is None or interval.high is None:
        return interval
    return replace(interval, low=max(0.0, interval.low), high=min(1.0, interval.high))


def _check_pairs(labels: Tensor, predicted: Tensor) -> None:
    """Refuse classes that do not go together."""
    if labels.shape != predicted.shape:
        raise SkelshotError(
            f"predicted: found shape {tuple(predicted.shape)}, expected {tuple(labels.shape)} as "
            "the labels have"
        )
    if labels.numel() == 0:
        raise SkelshotError("labels: found none, expected at least one clip")
