"""Paired comparison: each evaluation against the first, with interval and significance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from skelshot.evaluation.interval_notes import DIFFERENCE_NOTES
from skelshot.evaluation.metrics import Interval
from skelshot.evaluation.pairing import PairedValues, Side, check_sides, pair
from skelshot.evaluation.query_intervals import cluster_interval
from skelshot.evaluation.significance import has_spread, holm, mcnemar_exact, t_test
from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable


@dataclass(frozen=True)
class Difference:
    """One evaluation against the baseline, for one number of shots.

    Args:
        baseline: The baseline's name.
        name: The other's name.
        shots: Exemplars a class.
        baseline_mean: The baseline's accuracy.
        mean: The other's.
        difference: The other's minus the baseline's.
        ci95: Its 95 % interval; None where nothing tells its spread.
        p: The two-sided p value, if there is one.
        p_holm: The same, corrected by Holm for all comparisons made; None where there is one.
        over: What is paired: `splits`, `draws`, `seeds`, `queries` or `performers`.
        n: How many of these.
        only_baseline: Queries that the baseline alone recognised, where queries are paired.
        only_this: Queries that the other alone recognised.
    """

    baseline: str
    name: str
    shots: int
    baseline_mean: float
    mean: float
    difference: float
    ci95: list[float] | None
    p: float | None
    p_holm: float | None
    over: str
    n: int
    only_baseline: int | None = None
    only_this: int | None = None


def compare(
    sides: Sequence[Side],
    shots: Sequence[int] | None = None,
    performers: Mapping[str, int | None] | None = None,
) -> list[Difference]:
    """Compare evaluations with the first of them, pair by pair.

    Args:
        sides: At least two; the first is the baseline.
        shots: Numbers of exemplars to compare; all unless told, which must then be the same.
        performers: Who performs each clip, if known; queries of one performer then go together.

    Returns:
        One a side after the first and a number of shots. With more than two sides p values are
        corrected for their number as well.

    Raises:
        SkelshotError: There is nothing to compare, or two are no pairs; see
            `check_sides` and `pair`.
    """
    if len(sides) < 2:
        raise SkelshotError(f"compare: found {len(sides)} results, expected two or more")
    baseline, *others = sides
    for other in others:
        check_sides(baseline, other)
    rows = [
        _difference(baseline, other, k, performers)
        for other in others
        for k in _shots(baseline, other, shots)
    ]
    if len(others) == 1:
        return rows
    corrected = holm([row.p for row in rows])
    return [replace(row, p_holm=value) for row, value in zip(rows, corrected, strict=True)]


def _shots(baseline: Side, other: Side, asked: Sequence[int] | None) -> Sequence[int]:
    """Choose the numbers of shots, which both sides must have."""
    for side in (baseline, other):
        if asked is None and side.shots != baseline.shots:
            raise SkelshotError(
                f"{side.place}, shots: found {side.shots}, expected {baseline.shots} as in "
                f"{baseline.place}; choose with --shots what both have"
            )
        for k in asked or ():
            if k not in side.shots:
                raise SkelshotError(
                    f"{side.place}, shots: found {side.shots}, expected --shots {k}"
                )
    return baseline.shots if asked is None else list(dict.fromkeys(asked))


def _difference(
    baseline: Side, other: Side, shots: int, performers: Mapping[str, int | None] | None
) -> Difference:
    pairs = pair(baseline, other, shots)
    interval, p, over = judge(pairs, performers)
    means = float(pairs.first.mean()), float(pairs.second.mean())
    only: dict[str, Any] = {}
    if pairs.clips:
        gains = pairs.second - pairs.first
        only = {"only_baseline": int((gains < 0).sum()), "only_this": int((gains > 0).sum())}
    return Difference(
        baseline=baseline.name,
        name=other.name,
        shots=shots,
        baseline_mean=means[0],
        mean=means[1],
        difference=means[1] - means[0],
        ci95=interval.ci95 if has_spread(interval) else None,
        p=p,
        p_holm=None,
        over=over,
        n=interval.n,
        **only,
    )


def judge(
    pairs: PairedValues, performers: Mapping[str, int | None] | None = None
) -> tuple[Interval, float | None, str]:
    """Judge differences: interval and two-sided p value.

    Args:
        pairs: The values of both sides.
        performers: Who performs each clip, if known; queries of one performer then go together.

    Returns:
        The interval of second - first, its p value (Student's t, McNemar's exact over queries;
        None where there is no spread), and what both are over.

    Raises:
        SkelshotError: A clip is not among `performers`.

    Example:
        >>> import numpy as np
        >>> first, second = np.array([0.5, 0.6, 0.7]), np.array([0.6, 0.8, 0.8])
        >>> interval, p, over = judge(PairedValues(first, second, "seeds"))
        >>> round(interval.mean, 3), round(p, 3), over
        (0.133, 0.057, 'seeds')
    """
    gains = (pairs.second - pairs.first).tolist()
    if pairs.clips and performers is not None:
        for clip in pairs.clips:
            if clip not in performers:
                raise SkelshotError(
                    f"--store: found no clip {printable(clip)!r}, expected it as the tables of "
                    "queries name it; name the store that they are of"
                )
        groups = [performers[clip] for clip in pairs.clips]
        if None not in groups:
            clustered = cluster_interval(gains, groups)
            return clustered, t_test(clustered), "performers"
    interval = pairs.difference
    if pairs.over != "queries":
        return interval, t_test(interval), pairs.over
    return interval, mcnemar_exact(gains.count(-1.0), gains.count(1.0)), pairs.over


def comparison_document(rows: Sequence[Difference]) -> dict[str, Any]:
    """Gather a comparison in one document.

    Args:
        rows: From `compare`.

    Returns:
        `rows`; `difference` and `ci95` of the first of them; and `notes` on what the intervals
        are over.
    """
    judged = dict.fromkeys(row.over for row in rows if row.ci95 is not None)
    notes = [DIFFERENCE_NOTES[over] for over in judged]
    notes += [
        f"{row.name}, {row.shots}-shot: no interval, "
        + ("one unit tells no spread" if row.n < 2 else f"all {row.n} {row.over} differ alike")
        + ("; compare the tables of queries" if row.over == "splits" and row.n < 2 else "")
        for row in rows
        if row.ci95 is None
    ]
    first = rows[0]
    return {
        "rows": [vars(row) for row in rows],
        "difference": first.difference,
        "ci95": first.ci95,
        "notes": notes,
    }
