"""P values of paired differences: Student's t, McNemar's exact test, Holm's correction."""

from collections.abc import Sequence

import numpy as np
from scipy.special import bdtr, stdtr, stdtrit

from skelshot.evaluation.metrics import Interval
from skelshot.ground import SkelshotError

_NO_SPREAD = 1e-9
"""Intervals narrower than this are rounding errors."""


def has_spread(interval: Interval) -> bool:
    """Tell whether an interval has ends that are apart.

    Args:
        interval: Of differences.

    Returns:
        False for a single value, and for values that are all the same, by which no interval
        can be judged.

    Example:
        >>> has_spread(Interval(0.1, 0.1, 0.1, 3))
        False
    """
    return (
        interval.low is not None
        and interval.high is not None
        and interval.high - interval.low > _NO_SPREAD
    )


def t_test(interval: Interval) -> float | None:
    """Return the two-sided p value of the t test that belongs to a 95 % interval.

    The interval is mean +- t s with n - 1 degrees of freedom, so its width tells s, and the test
    asks for mean / s. Interval and test always agree: p < 0.05 where 0 is outside.

    Args:
        interval: Of differences over n independent units, as `paired_interval` makes them.

    Returns:
        The p value; 1 where no unit differs, None where there is no spread to judge by.

    Example:
        >>> from skelshot.evaluation.metrics import mean_interval
        >>> round(t_test(mean_interval([0.01, 0.02, 0.03])), 4)
        0.0742
    """
    if not has_spread(interval):
        return 1.0 if interval.n > 1 and abs(interval.mean) < _NO_SPREAD else None
    half = (float(interval.high or 0) - float(interval.low or 0)) / 2
    error = half / float(stdtrit(interval.n - 1, 0.975))
    return 2 * float(stdtr(interval.n - 1, -abs(interval.mean) / error))


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Return the two-sided p value of McNemar's exact test.

    McNemar, "Note on the sampling error of the difference between correlated proportions",
    Psychometrika 12 (1947), with the binomial distribution in place of its approximation: of
    the queries that one side alone recognised, each side would have half.

    Args:
        only_first: Queries that the first side alone recognised.
        only_second: Queries that the second side alone recognised.

    Returns:
        The p value.

    Raises:
        SkelshotError: A count is negative.

    Example:
        >>> mcnemar_exact(1, 9)
        0.021484375
    """
    if min(only_first, only_second) < 0:
        raise SkelshotError(f"McNemar: found {only_first} and {only_second}, expected counts")
    total = only_first + only_second
    return min(1.0, 2 * float(bdtr(min(only_first, only_second), total, 0.5)))


def holm(values: Sequence[float | None]) -> list[float | None]:
    """Correct p values for their number.

    Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Stat. 6 (1979):
    the i-th smallest of m is multiplied by m - i + 1, and none is smaller than those before.

    Args:
        values: P values; None where there is none.

    Returns:
        Corrected values in the same order.

    Example:
        >>> holm([0.01, None, 0.04, 0.03])
        [0.03, None, 0.06, 0.06]
    """
    known = [number for number, value in enumerate(values) if value is not None]
    found = np.array([values[number] for number in known], float)
    order = np.argsort(found, kind="stable")
    scaled = np.maximum.accumulate(found[order] * np.arange(len(found), 0, -1))
    corrected: list[float | None] = [None] * len(values)
    for place, value in zip(order, np.minimum(scaled, 1), strict=True):
        corrected[known[place]] = float(value)
    return corrected
