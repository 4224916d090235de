"""A cell as it is saved: its number, the values behind it, its settings and hashes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from skelshot.evaluation.query_table import read_queries
from skelshot.ground import SkelshotError
from skelshot.ground.files import read_mapping
from skelshot.ground.seeding import digest_of
from skelshot.tables.engine import Made
from skelshot.tables.entries import QUERIES, Entry, all_entries
from skelshot.tables.figures import cell_figure
from skelshot.tables.hits import packed
from skelshot.tables.planned_cell import PlannedCell
from skelshot.tables.saved import SavedCell, SavedStage
from skelshot.tables.stage_cache import StageCache

LONG = 200
"""Settings of more letters stand apart, once for all cells."""


@dataclass(frozen=True)
class SharedParts:
    """Parts that cells of a table share, each told once.

    Args:
        stages: Stages by name.
        texts: Long settings by their short names.
    """

    stages: dict[str, SavedStage] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def saved_cell(
    cell: PlannedCell, cache: StageCache, made: Made, paper: float | None, shared: SharedParts
) -> SavedCell:
    """Tell a cell with all that its number is made of.

    Args:
        cell: The cell.
        cache: Where its results are.
        made: What came of making them.
        paper: What is printed, in percent.
        shared: Gets the stages and the long settings.

    Returns:
        The cell.
    """
    error = cell.error or next(
        (made.errors[e.key] for e in cell.results.values() if e.key in made.errors), None
    )
    told: dict[str, Any] = {
        "row": cell.row,
        "column": cell.column,
        "paper": None if paper is None else round(paper / 100, 4),
        "error": error,
        "left_out": cell.left_out,
    }
    if error is None and cell.results:
        files = {at: cache.output(entry) for at, entry in cell.results.items()}
        results = {at: read_mapping(file) for at, file in files.items()}
        told |= vars(cell_figure(results, cell.shots)) | values_of(results, cell.shots)
        told["ours"] = told.pop("mean")
        if isinstance(cell.shots, int):
            told["hits"] = _hits(list(files.values()), cell.shots)
        stages = stages_of(list(cell.results.values()), shared.texts)
        shared.stages.update(stages)
        told["stages"] = list(stages)
    return SavedCell(**told)


def values_of(
    results: Mapping[tuple[int, int], Mapping[str, Any]], shots: int | str
) -> dict[str, Any]:
    """Gather the values by which a cell is compared with others.

    Args:
        results: Documents by seed and split, at least one.
        shots: Exemplars a class, or `many`.

    Returns:
        `per_seed`, `per_split`, `per_draw`, `per_class` and `tasks`, as `SavedCell` has them.
    """
    found = {at: document["accuracy"][str(shots)] for at, document in results.items()}
    by_class: dict[str, list[float]] = defaultdict(list)
    for accuracy in found.values():
        for name, share in accuracy["per_class"].items():
            by_class[name].append(share)
    per_seed = _means((seed, accuracy["mean"]) for (seed, _), accuracy in found.items())
    split_tasks = sorted({(split, one["protocol_hash"]) for (_, split), one in found.items()})
    return {
        "per_seed": per_seed if len(per_seed) > 1 else [],
        "per_split": _means((split, accuracy["mean"]) for (_, split), accuracy in found.items()),
        "per_draw": next(iter(found.values()))["per_draw"] if len(found) == 1 else [],
        "per_class": {name: round(float(np.mean(each)), 4) for name, each in by_class.items()},
        "tasks": digest_of(*split_tasks).hex()[:16],
    }


def stages_of(results: Sequence[Entry], texts: dict[str, str]) -> dict[str, SavedStage]:
    """Tell the stages behind results, what their entries share once.

    Args:
        results: The last entries, one a seed and split, all made in the same stages.
        texts: Gets the long settings.

    Returns:
        The stages in the order in which they were made, by a name of their own.
    """
    chains = [all_entries([result]) for result in results]
    stages = {}
    for entries in zip(*chains, strict=True):
        alike = list({entry.key: entry for entry in entries}.values())
        settings = [_flat(entry.config) for entry in alike]
        names = dict.fromkeys(name for each in settings for name in each)
        values = {name: [each.get(name) for each in settings] for name in names}
        same = {name: each[0] for name, each in values.items() if each.count(each[0]) == len(each)}
        kind, keys = alike[0].stage, [entry.key for entry in alike]
        stages[f"{kind.name}/{digest_of(*keys).hex()[:8]}"] = SavedStage(
            stage=kind.name,
            version=kind.version,
            settings={name: _short(value, texts) for name, value in same.items()},
            varying={name: each for name, each in values.items() if name not in same},
            entries=keys,
        )
    return stages


def _means(values: Iterable[tuple[int, float]]) -> list[float]:
    """Average values by their number, in its order."""
    groups: dict[int, list[float]] = defaultdict(list)
    for number, value in values:
        groups[number].append(value)
    return [sum(groups[number]) / len(groups[number]) for number in sorted(groups)]


def _hits(results: Sequence[Path], shots: int) -> str | None:
    """Read the answers to the only task of a cell, in the order of its clips' names."""
    file = results[0].with_name(QUERIES)
    if len(results) > 1 or not file.is_file():
        return None
    try:
        table = read_queries(file)
    except SkelshotError:
        return None  # a damaged table of queries costs the comparison, not the number
    at = np.flatnonzero(table.shots == shots)
    hits = table.hits[at[np.argsort([table.clips[row] for row in at.tolist()], kind="stable")]]
    one_task = len({(table.splits[row], table.draws[row]) for row in at}) == 1
    return packed(hits) if one_task and not np.isnan(hits).any() else None


def _flat(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Name nested settings by dotted names."""
    found: dict[str, Any] = {}
    for name, value in config.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def _short(value: Any, texts: dict[str, str]) -> Any:
    """Put a short name in place of a long text."""
    if not isinstance(value, str) or len(value) <= LONG:
        return value
    name = f"text {digest_of(value).hex()[:8]}"
    texts[name] = value
    return name
