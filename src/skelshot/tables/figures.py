"""The number of a cell: over seeds, splits or queries, whichever there are several of."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skelshot.evaluation.metrics import mean_interval


@dataclass(frozen=True)
class CellFigure:
    """An accuracy as a table has it.

    Args:
        mean: The accuracy, 0 to 1.
        ci95: The ends of its 95 % interval, or None for a single value.
        over: What the interval is over.
        n: How many of these there are.
    """

    mean: float
    ci95: list[float] | None
    over: str
    n: int


def cell_figure(
    results: Mapping[tuple[int, int], Mapping[str, Any]], shots: int | str
) -> CellFigure:
    """Put the results of a cell together.

    Args:
        results: Documents by seed and split, at least one.
        shots: Exemplars a class, or `many`.

    Returns:
        The mean over the splits of each seed and then over the seeds; its interval is over the
        seeds, else over the splits, else what the only result says of it.

    Example:
        >>> def result(mean):
        ...     return {"accuracy": {"1": {"mean": mean, "ci95": None, "queries": 9,
        ...                                "interval": "queries"}}}
        >>> cell_figure({(0, 0): result(0.5), (0, 1): result(0.75)}, shots=1).mean
        0.625
    """
    accuracies = {at: document["accuracy"][str(shots)] for at, document in results.items()}
    by_seed: dict[int, list[float]] = defaultdict(list)
    for (seed, _), accuracy in accuracies.items():
        by_seed[seed].append(accuracy["mean"])
    seeds = [sum(means) / len(means) for means in by_seed.values()]
    if len(seeds) > 1:
        over, values = "seeds", seeds
    else:
        over, values = "splits", next(iter(by_seed.values()))
    if len(values) > 1:
        interval = mean_interval(values)
        return CellFigure(interval.mean, interval.ci95, over, len(values))
    (only,) = accuracies.values()
    return CellFigure(only["mean"], only["ci95"], only["interval"], only["queries"])
