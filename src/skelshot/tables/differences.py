"""Significance within a table: paired differences from the best, or from a named row."""

from dataclasses import dataclass, replace

from skelshot.evaluation.comparison import judge
from skelshot.evaluation.interval_notes import DIFFERENCE_NOTES
from skelshot.evaluation.significance import has_spread, holm
from skelshot.tables.saved import SavedTable
from skelshot.tables.series import Series, paired, series_of

_NOTES = {
    **DIFFERENCE_NOTES,
    "queries": (
        "Student's t over the queries of one task, taken as independent although those of one "
        "performer are alike, and McNemar's exact p: not what other exemplars, classes or another "
        "training seed would give"
    ),
}


@dataclass(frozen=True)
class CellDifference:
    """A number against the one that its series is compared with.

    Args:
        series: Name of the series.
        baseline: What it is compared with.
        name: What is compared.
        difference: Its accuracy minus the baseline's.
        ci95: The 95 % interval of the difference; None where nothing tells its spread.
        p: The two-sided p value, if there is one.
        p_holm: The same, corrected by Holm for all comparisons of the table.
        over: What is paired; None where nothing can be.
        n: How many of these.
    """

    series: str
    baseline: str
    name: str
    difference: float
    ci95: list[float] | None = None
    p: float | None = None
    p_holm: float | None = None
    over: str | None = None
    n: int = 0


def table_differences(table: SavedTable) -> list[CellDifference]:
    """Compare each number with the best of its series, or with a named row.

    Args:
        table: The table.

    Returns:
        One a number that is not the baseline itself.
    """
    found = [each for series in series_of(table) for each in _of_series(series, table.against)]
    corrected = holm([each.p for each in found])
    return [replace(each, p_holm=value) for each, value in zip(found, corrected, strict=True)]


def difference_notes(table: SavedTable, found: list[CellDifference]) -> list[str]:
    """Say what differences of a table are over, and what they are not.

    Args:
        table: The table.
        found: From `table_differences`.

    Returns:
        Sentences.
    """
    told = dict.fromkeys(each.over for each in found if each.over is not None)
    notes = []
    for over in told:
        numbers = " or ".join(map(str, sorted({each.n for each in found if each.over == over})))
        notes.append(f"Paired over {numbers} {over}: {_NOTES[over]}.")
    count = sum(each.p is not None for each in found)
    if count:
        notes.append(f"p values are two-sided, corrected by Holm for {count} comparisons.")
    if table.against is None and told:
        notes.append(
            "The best is chosen by the same numbers, which favours it; --against names a row that "
            "is chosen beforehand."
        )
    if any(each.over is None for each in found):
        notes.append(
            "Differences without an interval have nothing to be paired over: one seed, one split, "
            "and no table of queries beside the result, or other tasks."
        )
    return notes


def _of_series(series: Series, against: str | None) -> list[CellDifference]:
    measured = series.measured
    if len(measured) < 2:
        return []
    baseline = against if against in measured else series.best[0]
    if against in series.cells and against not in measured:
        return []  # compared with a row that has no number here
    return [_difference(series, baseline, name) for name in measured if name != baseline]


def _difference(series: Series, baseline: str, name: str) -> CellDifference:
    first, second = series.cells[baseline], series.cells[name]
    told = CellDifference(
        series.name, baseline, name, difference=(second.ours or 0) - (first.ours or 0)
    )
    pairs = paired(first, second)
    if pairs is None:
        return told
    interval, p, over = judge(pairs)
    ci95 = interval.ci95 if has_spread(interval) else None
    return replace(told, ci95=ci95, p=p, over=over, n=interval.n)
