"""Material of a page about a run: the run, its results, a table of queries and a store."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from skelshot.datasets.store import Store
from skelshot.evaluation.query_table import QueryTable, read_queries
from skelshot.evaluation.saved_results import SavedResult, read_saved_result
from skelshot.ground import SkelshotError
from skelshot.ground.plans import first_difference
from skelshot.runs import Run, SplitRun

MOST_RESULTS = 24
"""The most results of a run that are read."""


@dataclass(frozen=True)
class RunMaterial:
    """Material of a page about a run.

    Args:
        run: The run.
        results: Its results, by the names of their files.
        more_results: How many more there are.
        elsewhere: How many others are left out, which are on other data than the clips.
        queries: The table of queries, if there is one.
        store: The clips, if they are given.
    """

    run: Run
    results: Mapping[str, SavedResult]
    more_results: int
    elsewhere: int
    queries: QueryTable | None
    store: Store | None


def gather(
    run: Run, result: Path | None = None, queries: Path | None = None, store: Store | None = None
) -> RunMaterial:
    """Gather what belongs to a run, and refuse what does not.

    Args:
        run: The run.
        result: A result of it; all in its `results/` unless told.
        queries: A table of queries; the one that a result names, where it is there, unless told.
        store: The clips.

    Returns:
        The material.

    Raises:
        SkelshotError: A file is damaged, or of another run, other data or other clips.
    """
    files = [result] if result else sorted((run.path / "results").glob("*.json"))
    results = {file: read_saved_result(file) for file in files[:MOST_RESULTS]}
    here = {
        file: found
        for file, found in results.items()
        if store is None or found.data_hash == store.data_hash
    }
    elsewhere = len(results) - len(here) if here else 0
    results = here or results  # a store of which there is no result at all is refused
    for file, found in results.items():
        _check_result(file, found, run, store)
    places = [queries] if queries else [_table_of(*item) for item in results.items()]
    table_file = next((place for place in places if place is not None), None)
    table = None if table_file is None else read_queries(table_file)
    if table is not None and store is not None:
        for clip in {*table.clips, *(name for task in set(table.exemplars) for name in task)}:
            store.index_of(clip)
    if table is not None and result is not None:
        _check_table(Path(str(table_file)), table, result, results[result])
    named = {file.stem: found for file, found in results.items()}
    more = len(files) - elsewhere - len(results)
    return RunMaterial(run, named, more, elsewhere, table, store)


def _table_of(file: Path, result: SavedResult) -> Path | None:
    """Find the table that a result names, as it is written there or beside the result."""
    if result.queries is None:
        return None
    named = Path(result.queries)
    return next((place for place in (named, file.parent / named.name) if place.exists()), None)


def _check_result(file: Path, result: SavedResult, run: Run, store: Store | None) -> None:
    """Refuse a result of another run, or of other data than the store."""
    told = result.config.get("run")
    if isinstance(told, dict) and (trained := _split_of(run, told, result)):
        config = trained.config
        here, there = ({key: one[key] for key in config if key in told} for one in (told, config))
        if unlike := first_difference(here, there):
            key, found, expected = unlike
            raise SkelshotError(
                f"{file}, config.run.{key}: found {found!r:.80}, expected {expected!r:.80} as in "
                f"{trained.folder}; name a result of this run"
            )
    if store is not None and result.data_hash != store.data_hash:
        raise SkelshotError(
            f"{file}, data_hash: found {result.data_hash:.12}, expected {store.data_hash:.12} as "
            f"of {store.path}; name the --store that was evaluated, or one --result"
        )


def _split_of(run: Run, told: Mapping[str, object], result: SavedResult) -> SplitRun | None:
    """Find the split whose configuration a result tells."""
    number = told.get("split", result.splits[0])
    return run.splits.get(number) if isinstance(number, int) else None


def _check_table(file: Path, table: QueryTable, result_file: Path, result: SavedResult) -> None:
    """Refuse a table of other splits or shots than the result has."""
    for key, found, expected in (
        ("split", set(table.splits.tolist()), set(result.splits)),
        ("shots", set(table.shots.tolist()), set(map(int, result.accuracy))),
    ):
        if not found <= expected:
            raise SkelshotError(
                f"{file}, {key}: found {sorted(found)!s:.60}, expected {sorted(expected)!s:.60} "
                f"as in {result_file}; name the table of this result"
            )
