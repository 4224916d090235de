"""PairedValues of results: values of two evaluations that belong together, or why they do not."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skelshot.evaluation.metrics import Interval, paired_interval
from skelshot.evaluation.query_table import QueryTable
from skelshot.evaluation.saved_results import MeasuredAccuracy, MeasuredResult
from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable

Measured = MeasuredResult | QueryTable


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    Args:
        name: What it is called.
        place: Its file, or its name once more, for messages.
        measured: A result, or a table of queries.
    """

    name: str
    place: str
    measured: Measured

    @property
    def shots(self) -> list[int]:
        """The numbers of shots that it has."""
        if isinstance(self.measured, QueryTable):
            return sorted(set(self.measured.shots.tolist()))
        return self.measured.shots


@dataclass(frozen=True, eq=False)
class PairedValues:
    """Values of two sides for one number of shots.

    Args:
        first: Accuracies of the first side, one a unit, (n,).
        second: Those of the second, in the same order.
        over: What a unit is: `splits`, `draws`, `seeds` or `queries`.
        clips: The clips, where units are queries.
    """

    first: NDArray[np.float64]
    second: NDArray[np.float64]
    over: str
    clips: tuple[str, ...] = ()

    @property
    def difference(self) -> Interval:
        """The mean of second - first with its 95 % interval, units taken as independent."""
        return paired_interval(self.second.tolist(), self.first.tolist())


_SAME = ("data_hash", "protocol", "splits", "seeds")
"""The entries of two results that must be the same."""


def check_sides(first: Side, second: Side) -> None:
    """Refuse two evaluations of other kinds, data, protocols, splits or seeds.

    What only one of two results tells, as results of other programs may, is not compared.

    Args:
        first: The one.
        second: The other.

    Raises:
        SkelshotError: They can be no pairs; the message says what differs, and both values.
    """
    one, two = first.measured, second.measured
    if isinstance(one, QueryTable) != isinstance(two, QueryTable):
        raise SkelshotError(
            f"{second.place}: found {_kind(two)}, expected {_kind(one)} as {first.place} is; "
            "compare two results or two tables"
        )
    if isinstance(one, MeasuredResult):
        for key in _SAME:
            _same_if_told(first, second, key, getattr(one, key), getattr(two, key))


def check_tasks(first: Side, second: Side, shots: int) -> list[MeasuredAccuracy]:
    """Refuse two results of other tasks.

    Args:
        first: The one.
        second: The other, which `check_sides` has looked at.
        shots: Exemplars a class.

    Returns:
        What came out of both.

    Raises:
        SkelshotError: One has no such shots, or exemplars or queries are others.
    """
    found = [
        side.measured.of_shots(str(shots), side.name)
        for side in (first, second)
        if isinstance(side.measured, MeasuredResult)
    ]
    hashes = [accuracy.protocol_hash for accuracy in found]
    _same_if_told(first, second, f"accuracy.{shots}.protocol_hash", *hashes)
    return found


def pair(first: Side, second: Side, shots: int) -> PairedValues:
    """Pair two evaluations for one number of shots, which both have.

    Results are paired over splits, or over draws or seeds where both have accuracies of these.
    Tables of queries are paired over splits where there are several, as averages of a split's
    draws; over draws where there is one split; and over queries where there is one task.

    Args:
        first: The one.
        second: The other, which `check_sides` has looked at.
        shots: Exemplars a class.

    Returns:
        The pairs.

    Raises:
        SkelshotError: They are no pairs: other tasks, exemplars or queries; the message says
            which and what each side has.
    """
    one, two = first.measured, second.measured
    if isinstance(one, QueryTable) and isinstance(two, QueryTable):
        return _pair_queries(first, one, second, two, shots)
    found = check_tasks(first, second, shots)
    for over in ("seeds", "draws", "splits"):
        values = [getattr(accuracy, f"per_{over[:-1]}") for accuracy in found]
        if all(values):
            _same(first, second, f"accuracy.{shots}, number of {over}", *map(len, values))
            return PairedValues(np.array(values[0]), np.array(values[1]), over)
    if not all(each.mean or each.per_split or each.per_draw or each.per_seed for each in found):
        raise _no_class_known(first, shots)
    raise SkelshotError(
        f"{second.place}, accuracy.{shots}: found no accuracies of the units that {first.place} "
        "has, expected per_split, per_draw or per_seed in both; compare results measured alike"
    )


def _kind(measured: Measured) -> str:
    return "a table of queries" if isinstance(measured, QueryTable) else "a result"


def _same(first: Side, second: Side, key: str, one: object, two: object) -> None:
    """Refuse two values that differ."""
    if one != two:
        raise SkelshotError(
            f"{second.place}, {key}: found {two!s:.100}, expected {one!s:.100} as in "
            f"{first.place}; these are no pairs, evaluate both on the same"
        )


def _same_if_told(first: Side, second: Side, key: str, one: object, two: object) -> None:
    """Refuse two entries that differ, unless one side tells none or another kind."""
    if type(one) is type(two):
        _same(first, second, key, one, two)


def _pair_queries(
    first: Side, one: QueryTable, second: Side, two: QueryTable, shots: int
) -> PairedValues:
    ours, theirs = _rows_of(one, shots), _rows_of(two, shots)
    for what, at in (("splits", 1), ("draws (split, draw)", 2), ("queries (split, draw, clip)", 3)):
        here, there = ({key[:at] for key in rows} for rows in (ours, theirs))
        if here != there:
            raise SkelshotError(
                f"{second.place}, {shots}-shot {what}: {_unlike(there, here)} as in "
                f"{first.place}; these are no pairs, evaluate both on the same"
            )
    for key, row in ours.items():
        other, clip = theirs[key], printable(key[2])
        _same(first, second, f"class of {clip}", one.true[row], two.true[other])
        named = tuple(one.exemplars[row]), tuple(two.exemplars[other])
        _same(first, second, f"exemplars of {clip}", *named)
    known = [key for key, row in ours.items() if one.true[row] is not None]
    if not known:
        raise _no_class_known(first, shots)
    hits = one.hits[[ours[key] for key in known]], two.hits[[theirs[key] for key in known]]
    return _by_unit(known, *hits)


def _no_class_known(side: Side, shots: int) -> SkelshotError:
    return SkelshotError(
        f"{side.place}: found no {shots}-shot query whose class is known, expected some; "
        "answers without one cannot be compared"
    )


def _rows_of(table: QueryTable, shots: int) -> dict[tuple[int, int, str], int]:
    """Return the row of each query, by split, draw and clip."""
    rows = np.flatnonzero(table.shots == shots).tolist()
    keys = zip(table.splits.tolist(), table.draws.tolist(), table.clips, strict=True)
    every = list(keys)
    return {every[row]: row for row in rows}


def _unlike(found: Collection[tuple[object, ...]], expected: Collection[tuple[object, ...]]) -> str:
    """Say how two sets differ: as lists where they are short, else by their first difference."""
    if max(len(found), len(expected)) <= 20 and all(len(key) == 1 for key in expected):
        lists = [", ".join(str(key[0]) for key in sorted(keys)) for keys in (found, expected)]
        return f"found {lists[0]}, expected {lists[1]}"
    extra, missing = set(found) - set(expected), set(expected) - set(found)
    word = "more" if extra else "fewer"
    example = printable(", ".join(map(str, min(extra or missing, key=str))), 80)
    return f"found {len(found)} (one {word}: {example}), expected {len(expected)}"


def _by_unit(
    keys: list[tuple[int, int, str]], first: NDArray[np.float64], second: NDArray[np.float64]
) -> PairedValues:
    """Average hits over draws and then splits, as results do."""
    tasks, task = np.unique([key[:2] for key in keys], axis=0, return_inverse=True)
    if len(tasks) == 1:
        return PairedValues(first, second, "queries", tuple(key[2] for key in keys))
    first, second = _means(first, task.ravel()), _means(second, task.ravel())
    splits, split = np.unique(tasks[:, 0], return_inverse=True)
    if len(splits) == 1:
        return PairedValues(first, second, "draws")
    return PairedValues(_means(first, split), _means(second, split), "splits")


def _means(values: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.bincount(group, weights=values) / np.bincount(group)
