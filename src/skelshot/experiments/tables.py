"""Tables in Markdown, made of results."""

from collections.abc import Iterable, Mapping
from typing import Any

from skelshot.evaluation.metrics import paired_interval


def accuracy_table(results: Mapping[str, Mapping[str, Any]], shots: Iterable[str]) -> str:
    """Write accuracies with their intervals, a row a result.

    Args:
        results: Result documents by the name of their row.
        shots: Numbers of exemplars, as the documents' keys.

    Returns:
        A Markdown table, in percent.
    """
    shots = list(shots)
    lines = [
        "| row | " + " | ".join(f"{k}-shot %" for k in shots) + " |",
        "|---|" + "---|" * len(shots),
    ]
    for name, document in results.items():
        cells = [
            _cell(document["accuracy"][k]["mean"], document["accuracy"][k]["ci95"]) for k in shots
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def difference_table(
    results: Mapping[str, Mapping[str, Any]],
    pairs: Iterable[tuple[str, str]],
    shots: Iterable[str],
) -> str:
    """Write paired differences over splits with their intervals.

    Args:
        results: Result documents by name.
        pairs: (a, b) for the row a - b.
        shots: Numbers of exemplars, as the documents' keys.

    Returns:
        A Markdown table, in points.
    """
    shots = list(shots)
    lines = [
        "| difference | " + " | ".join(f"{k}-shot points" for k in shots) + " |",
        "|---|" + "---|" * len(shots),
    ]
    for a, b in pairs:
        cells = []
        for k in shots:
            first, second = (results[name]["accuracy"][k]["per_split"] for name in (a, b))
            interval = paired_interval(first, second)
            cells.append(_cell(interval.mean, interval.ci95, sign="+"))
        lines.append(f"| {a} - {b} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(mean: float, interval: list[float] | None, sign: str = "") -> str:
    text = f"{100 * mean:{sign}.1f}"
    if interval is None:
        return text
    low, high = (f"{100 * end:{sign}.1f}" for end in interval)
    return f"{text} ({low} to {high})"
