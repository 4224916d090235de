"""P values: those of SciPy's own tests, and honest where there is nothing to judge by."""

import numpy as np
import pytest
from scipy.stats import binomtest, ttest_rel

from skelshot.evaluation.metrics import Interval, mean_interval, paired_interval
from skelshot.evaluation.significance import has_spread, holm, mcnemar_exact, t_test
from skelshot.ground import SkelshotError


@pytest.mark.parametrize("n", [2, 3, 20])
def test_the_t_test_is_scipys(n: int) -> None:
    rng = np.random.default_rng(n)
    first, second = rng.random(n), rng.random(n)
    interval = paired_interval(first.tolist(), second.tolist())
    assert t_test(interval) == pytest.approx(ttest_rel(first, second).pvalue, rel=1e-9)


def test_interval_and_test_agree() -> None:
    values = np.array([0.01, 0.03, 0.02, 0.05])
    interval = mean_interval(values.tolist())
    edge = mean_interval((values - (interval.low or 0)).tolist())
    assert edge.low == pytest.approx(0)
    assert t_test(edge) == pytest.approx(0.05)


def test_where_there_is_no_spread_there_is_no_p_value() -> None:
    alike = mean_interval(np.subtract([0.61, 0.71, 0.81], [0.60, 0.70, 0.80]).tolist())
    assert not has_spread(alike)  # rounding errors are no spread
    assert t_test(alike) is None
    assert t_test(mean_interval([0.1])) is None
    assert t_test(mean_interval([0.0])) is None
    assert t_test(mean_interval([0.0, 0.0])) == 1
    assert t_test(Interval(0.2, None, None, 5)) is None


@pytest.mark.parametrize("counts", [(0, 1), (1, 9), (5, 5), (7, 0), (40, 60), (0, 3000)])
def test_mcnemar_is_the_binomial_test(counts: tuple[int, int]) -> None:
    expected = binomtest(counts[0], sum(counts)).pvalue
    assert mcnemar_exact(*counts) == pytest.approx(expected, rel=1e-9, abs=1e-300)
    assert mcnemar_exact(*counts[::-1]) == mcnemar_exact(*counts)


def test_mcnemar_without_any_difference() -> None:
    assert mcnemar_exact(0, 0) == 1
    with pytest.raises(SkelshotError, match="found -1 and 3"):
        mcnemar_exact(-1, 3)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == pytest.approx([1, 1])
    assert holm([None, 0.5]) == [None, 0.5]
    assert holm([]) == []
