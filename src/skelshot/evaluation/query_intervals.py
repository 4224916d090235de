"""95 % intervals of one accuracy over its queries, taken as independent or by performer."""

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from skelshot.evaluation.metrics import Interval
from skelshot.ground import SkelshotError


def wilson_interval(hits: int, queries: int) -> Interval:
    """Return the accuracy with its 95 % score interval, queries taken as independent.

    Wilson, "Probable inference, the law of succession, and statistical inference", J. Am. Stat.
    Assoc. 22 (1927).

    Args:
        hits: Queries that were recognised.
        queries: All queries, n.

    Returns:
        The accuracy and the interval, which stays within [0, 1].

    Raises:
        SkelshotError: No queries, or hits that are not 0 to n.

    Example:
        >>> [round(end, 3) for end in wilson_interval(7, 10).ci95]
        [0.397, 0.892]
    """
    from scipy.stats import binomtest  # noqa: PLC0415 - half a second, paid by fixed tasks alone

    if not 0 <= hits <= queries or queries < 1:
        raise SkelshotError(f"accuracy: found {hits} hits of {queries} queries, expected 0 to all")
    ends = binomtest(hits, queries).proportion_ci(0.95, method="wilson")
    return Interval(hits / queries, float(ends.low), float(ends.high), queries)


def cluster_interval(values: Sequence[float], groups: Sequence[int | None]) -> Interval:
    """Return a mean with a 95 % interval that lets values of one group go together.

    The cluster-robust standard error of a mean (Liang and Zeger, Biometrika 73, 1986; the factor
    and the t quantile as in Cameron and Miller, J. Human Resources 50, 2015): with e_g the sum of
    (value - mean) over the values of group g, V = G / (G - 1) sum_g e_g^2 / n^2, and the interval
    is mean +- t sqrt(V), t with G - 1 degrees of freedom.

    Args:
        values: One a query, n of them: hits, or differences of hits.
        groups: Who performs each query.

    Returns:
        The mean, and no ends where a group is unknown, where there is only one, or where all
        groups came out alike; `n` is the number of groups G.

    Raises:
        SkelshotError: No values, or different numbers of values and groups.

    Example:
        >>> [round(end, 3) for end in cluster_interval([1, 1, -1, 0], [1, 1, 2, 2]).ci95]
        [-9.28, 9.78]
    """
    if len(values) != len(groups) or len(values) == 0:
        raise SkelshotError(
            f"accuracy: found {len(values)} values of queries and {len(groups)} performers, "
            "expected one of each a query"
        )
    found = np.asarray(values, np.float64)
    p = float(found.mean())
    known = [group for group in groups if group is not None]
    people, group = np.unique(np.asarray(known, np.int64), return_inverse=True)
    count = len(people)
    if len(known) < len(groups) or count < 2:
        return Interval(p, None, None, count)
    excess = np.bincount(group, weights=found - p)
    if np.allclose(excess, 0):  # the formula would claim certainty
        return Interval(p, None, None, count)
    variance = count / (count - 1) * float((excess**2).sum()) / len(found) ** 2
    half = float(stdtrit(count - 1, 0.975)) * math.sqrt(variance)
    return Interval(p, p - half, p + half, count)
