"""Tables in Markdown, made of results."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from skelshot.evaluation.pairing import Side, check_sides, pair
from skelshot.evaluation.saved_results import measured_result
from skelshot.experiments.table_formats import format_table


def accuracy_table(results: Mapping[str, Mapping[str, Any]], shots: Iterable[str]) -> str:
    """Write accuracies with their intervals, a row a result.

    Args:
        results: Result documents by the name of their row.
        shots: Numbers of exemplars, as the documents' keys.

    Returns:
        A Markdown table, in percent.

    Raises:
        SkelshotError: A result has no such number of exemplars.
    """
    shots = list(shots)
    rows: dict[str, list[str]] = {}
    for name, result in results.items():
        measured = measured_result(result, name)
        found = [measured.of_shots(k, name) for k in shots]
        rows[name] = [accuracy_cell(accuracy.mean, accuracy.ci95) for accuracy in found]
    return _table("row", [f"{k}-shot %" for k in shots], rows)


def difference_table(
    results: Mapping[str, Mapping[str, Any]],
    pairs: Iterable[tuple[str, str]],
    shots: Iterable[str],
) -> str:
    """Write paired differences over splits, draws or seeds with their intervals.

    Args:
        results: Result documents by name.
        pairs: (a, b) for the row a - b.
        shots: Numbers of exemplars, as the documents' keys.

    Returns:
        A Markdown table, in points.

    Raises:
        SkelshotError: Two results are no pair: of other splits, seeds, clips or tasks.
    """
    shots = list(shots)
    rows: dict[str, list[str]] = {}
    for names in pairs:
        a, b = (Side(name, name, measured_result(results[name], name)) for name in names)
        check_sides(b, a)
        found = [pair(b, a, int(k)).difference for k in shots]
        cells = [accuracy_cell(interval.mean, interval.ci95, sign="+") for interval in found]
        rows[" - ".join(names)] = cells
    return _table("difference", [f"{k}-shot points" for k in shots], rows)


def _table(first: str, columns: list[str], rows: Mapping[str, list[str]]) -> str:
    """Lay out rows of cells as a Markdown table."""
    cells = ([name, *cells] for name, cells in rows.items())
    return format_table([first, *columns], cells, "markdown")


def accuracy_cell(mean: float | None, interval: Sequence[float] | None, sign: str = "") -> str:
    """Write an accuracy or a difference with its interval.

    Args:
        mean: A fraction; None where no query has a label.
        interval: Its ends, if it has any.
        sign: `+` for differences.

    Returns:
        Percent with one decimal, a dash where there is nothing.

    Example:
        >>> accuracy_cell(0.614, [0.58, 0.65])
        '61.4 (58.0 to 65.0)'
    """
    if mean is None:
        return "-"
    text = f"{100 * mean:{sign}.1f}"
    if interval is None:
        return text
    low, high = (f"{100 * end:{sign}.1f}" for end in interval)
    return f"{text} ({low} to {high})"
