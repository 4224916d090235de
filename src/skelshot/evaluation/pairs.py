"""The difference of two results, value by value, and only where the values are pairs."""

from collections.abc import Mapping, Sequence
from typing import Any

from skelshot.evaluation.metrics import Interval, paired_interval
from skelshot.ground import SkelshotError

Result = Mapping[str, Any]
"""A result document, as `skelshot evaluate` writes it."""

_SAME = {
    "splits": "evaluate both on the same --split, in one order",
    "seeds": "take the same seeds for both, in one order",
    "data_hash": "evaluate both on one store",
    "protocol_hash": "evaluate both with one --protocol, for the same exemplars and queries",
}
"""What two results must share to be paired, and what to do where they do not."""


def paired_difference(
    first: Result,
    second: Result,
    shots: str,
    over: str = "per_split",
    names: tuple[str, str] = ("first", "second"),
) -> Interval:
    """Return the mean of first - second over the same splits or seeds, with its 95 % interval.

    Args:
        first: A result document.
        second: Another, of the same splits, tasks and data.
        shots: Number of exemplars, as the documents' keys.
        over: What is paired: `per_split` or `per_seed`.
        names: What the two are called in messages.

    Returns:
        The interval of the differences; see `paired_interval`.

    Raises:
        SkelshotError: The values are no pairs.

    Example:
        >>> one = {"splits": [0, 1], "accuracy": {"1": {"per_split": [0.5, 0.7]}}}
        >>> two = {"splits": [0, 1], "accuracy": {"1": {"per_split": [0.4, 0.6]}}}
        >>> round(paired_difference(one, two, "1").mean, 3)
        0.1
    """
    check_paired(first, second, shots, names)
    ours, theirs = (
        _values(result, name, shots, over)
        for result, name in zip((first, second), names, strict=True)
    )
    try:
        return paired_interval(ours, theirs)
    except SkelshotError as error:
        raise SkelshotError(f"{_pair(names)}, {shots}-shot: {error}") from error


def check_paired(first: Result, second: Result, shots: str, names: tuple[str, str]) -> None:
    """Refuse two results whose values are no pairs.

    They must be of the same splits (and seeds) in one order, the same clips, and tasks of the
    same exemplars and queries. What only one of them tells, as results of other programs may, is
    not compared.

    Args:
        first: A result document.
        second: Another.
        shots: Number of exemplars, as the documents' keys.
        names: What the two are called in messages.

    Raises:
        SkelshotError: They are no pairs; the message names what differs.
    """
    ours, theirs = (
        _marks(result, name, shots) for result, name in zip((first, second), names, strict=True)
    )
    for mark, advice in _SAME.items():
        if mark in ours and mark in theirs and ours[mark] != theirs[mark]:
            raise SkelshotError(
                f"{_pair(names)}, {shots}-shot: found {mark} {ours[mark]:.120} and "
                f"{theirs[mark]:.120}, expected the same on both sides; {advice}"
            )


def _marks(result: Result, name: str, shots: str) -> dict[str, str]:
    """Return as text what a result tells of splits, clips and tasks."""
    told = {**result, **accuracy_of(result, name, shots)}
    # a published result of an encoder of other data names two stores in a mapping
    return {mark: str(told[mark]) for mark in _SAME if isinstance(told.get(mark), str | list)}


def accuracy_of(result: Result, name: str, shots: str) -> Mapping[str, Any]:
    """Return what a result holds of one number of exemplars.

    Args:
        result: The document.
        name: What it is called in messages.
        shots: Number of exemplars, as the document's keys.

    Returns:
        Mean, interval and values.

    Raises:
        SkelshotError: It holds none.
    """
    measured = result.get("accuracy")
    found = measured.get(shots) if isinstance(measured, Mapping) else None
    if not isinstance(found, Mapping):
        there = ", ".join(measured) if isinstance(measured, Mapping) else "no few-shot accuracy"
        raise SkelshotError(
            f"{name}: found {there or 'nothing'}, expected {shots} among the numbers of shots; "
            f"evaluate it with --shots {shots}"
        )
    return found


def _values(result: Result, name: str, shots: str, over: str) -> Sequence[float]:
    values = accuracy_of(result, name, shots).get(over)
    if not isinstance(values, list) or not all(isinstance(value, int | float) for value in values):
        raise SkelshotError(
            f"{name}, {shots}-shot, {over}: found {values!r:.60}, expected a list of accuracies; "
            "compare results that were measured alike"
        )
    return values


def _pair(names: tuple[str, str]) -> str:
    return " - ".join(names)
