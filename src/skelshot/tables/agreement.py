"""Agreement with the paper: Kendall's rank correlation of our order with the printed one."""

from dataclasses import dataclass
from itertools import combinations
from math import isnan

from scipy.stats import kendalltau

from skelshot.evaluation.comparison import judge
from skelshot.evaluation.significance import has_spread
from skelshot.tables.saved import SavedCell, SavedTable
from skelshot.tables.series import Series, paired, series_of


@dataclass(frozen=True)
class Agreement:
    """Our order of a series beside the printed one.

    Args:
        series: Name of the series.
        n: How many have a number of ours and a printed one.
        tau: Kendall's tau-b, from -1 (reversed) to 1 (the same order); None where one side
            makes no difference.
        agreeing: Pairs that both order alike.
        pairs: All pairs that the paper tells apart.
        contradicted: Pairs, the printed better one first, which our numbers order the other way
            by more than the 95 % interval of their difference.
    """

    series: str
    n: int
    tau: float | None
    agreeing: int
    pairs: int
    contradicted: tuple[tuple[str, str], ...]

    @property
    def short(self) -> str:
        """Tau and the count of pairs, as a cell of a table has them."""
        tau = "" if self.tau is None else f"tau {self.tau:+.2f}, "
        return f"{tau}{self.agreeing} of {self.pairs} pairs"


def agreements(table: SavedTable) -> list[Agreement]:
    """Compare the order of ours with the paper's in each series.

    Args:
        table: The table.

    Returns:
        One a series in which two or more numbers are printed and measured.
    """
    found = [_agreement(series) for series in series_of(table)]
    return [each for each in found if each is not None]


def agreement_sentence(each: Agreement) -> str:
    """Tell an agreement in words.

    Args:
        each: The agreement.

    Returns:
        A sentence or two.

    Example:
        >>> print(agreement_sentence(Agreement("NTU-60", 3, 1 / 3, 2, 3, (("CC", "NN"),))))
        NTU-60: tau +0.33, 2 of 3 pairs in the paper's order; reversed beyond the interval: CC over
        NN.
    """
    told = f"{each.series}: {each.short} in the paper's order"
    if each.contradicted:
        wrong = ", ".join(f"{better} over {worse}" for better, worse in each.contradicted)
        return f"{told}; reversed beyond the interval: {wrong}."
    return told + (
        "."
        if each.agreeing == each.pairs
        else "; none of the others is reversed beyond the interval."
    )


def _agreement(series: Series) -> Agreement | None:
    both = {name: cell for name, cell in series.measured.items() if cell.paper is not None}
    if len(both) < 2:
        return None
    ours, paper = zip(*((cell.ours or 0, cell.paper or 0) for cell in both.values()), strict=True)
    tau = float(kendalltau(ours, paper).statistic)  # NaN where one side makes no difference
    ordered = [
        (one, two) if (both[one].paper or 0) > (both[two].paper or 0) else (two, one)
        for one, two in combinations(both, 2)
        if both[one].paper != both[two].paper
    ]
    agreeing = sum((both[one].ours or 0) > (both[two].ours or 0) for one, two in ordered)
    against = tuple(pair for pair in ordered if _is_worse(*(both[name] for name in pair)))
    return Agreement(
        series.name, len(both), None if isnan(tau) else tau, agreeing, len(ordered), against
    )


def _is_worse(better: SavedCell, worse: SavedCell) -> bool:
    """Tell whether ours contradict the paper by more than the interval of the difference."""
    pairs = paired(better, worse)
    if pairs is not None:
        interval, _, _ = judge(pairs)
        return has_spread(interval) and (interval.low or 0) > 0
    if better.ci95 is None or worse.ci95 is None:
        return False
    return better.ci95[1] < worse.ci95[0]
