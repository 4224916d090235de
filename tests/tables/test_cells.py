"""What stands behind a number is saved once, and by which values it is compared."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.evaluation.query_table import QueryTable, write_queries
from skelshot.ground.files import write_json
from skelshot.tables.cells import QUERIES, SharedParts, saved_cell, stages_of, values_of
from skelshot.tables.engine import Made
from skelshot.tables.entries import Entry, GridStage
from skelshot.tables.hits import unpacked
from skelshot.tables.planned_cell import PlannedCell
from skelshot.tables.stage_cache import StageCache

FIRST = GridStage("pretrain", 1, print, "run")
LAST = GridStage("evaluate", 2, print, "result.json")
LONG = "a protocol " * 30


def result(mean: float, tasks: str = "f00d", **further: Any) -> dict[str, Any]:
    accuracy = {"mean": mean, "ci95": [0.1, 0.9], "interval": "queries", "queries": 3}
    accuracy |= {"per_class": {"wave": mean}, "per_draw": [], "protocol_hash": tasks}
    return {"accuracy": {"1": accuracy | further}}


def test_values_are_by_seed_and_by_split() -> None:
    found = values_of(
        {
            (0, 0): result(0.2),
            (0, 3): result(0.4, "beef"),
            (1, 0): result(0.6),
            (1, 3): result(0.9, "beef"),
        },
        shots=1,
    )
    assert found["per_seed"] == pytest.approx([0.3, 0.75])
    assert found["per_split"] == pytest.approx([0.4, 0.65])
    assert found["per_class"] == {"wave": 0.525}
    assert found["per_draw"] == []


def test_one_seed_is_none_and_draws_are_of_the_only_split() -> None:
    found = values_of({(0, 0): result(0.5, per_draw=[0.4, 0.6])}, shots=1)
    assert (found["per_seed"], found["per_split"], found["per_draw"]) == ([], [0.5], [0.4, 0.6])


def test_tasks_are_told_apart_by_split_and_fingerprint_not_by_seed() -> None:
    one = values_of({(0, 0): result(0.5)}, shots=1)["tasks"]
    seeds = values_of({(0, 0): result(0.5), (1, 0): result(0.6)}, shots=1)["tasks"]
    other = values_of({(0, 0): result(0.5, "beef")}, shots=1)["tasks"]
    split = values_of({(0, 1): result(0.5)}, shots=1)["tasks"]
    assert one == seeds
    assert len({one, other, split}) == 3


def entries(seeds: int) -> list[Entry]:
    runs = [
        Entry(FIRST, {"protocol": LONG, "options": {"seed": seed, "width": 0.25}})
        for seed in range(seeds)
    ]
    return [Entry(LAST, {"method": "cosine"}, (run,)) for run in runs]


def test_what_entries_share_is_told_once() -> None:
    texts: dict[str, str] = {}
    first, last = stages_of(entries(3), texts).values()
    assert (first.stage, first.version, last.stage, last.version) == ("pretrain", 1, "evaluate", 2)
    assert first.varying == {"options.seed": [0, 1, 2]}
    assert first.settings["options.width"] == 0.25
    assert texts == {first.settings["protocol"]: LONG}
    assert first.entries == [entry.needs[0].key for entry in entries(3)]


def test_stages_of_two_cells_have_one_name_where_they_are_the_same() -> None:
    one, two = (stages_of(entries(seeds), {}) for seeds in (3, 3))
    assert one == two
    assert not one.keys() & stages_of(entries(2), {}).keys()


@pytest.fixture
def cell_in_cache(tmp_path: Path) -> tuple[PlannedCell, StageCache]:
    [entry] = entries(1)
    cache = StageCache(tmp_path)
    cache.folder(entry).mkdir(parents=True)
    write_json(cache.output(entry), result(2 / 3))
    return PlannedCell("CC", "A", 1, {(0, 0): entry}), cache


def table_of_queries(draws: list[int]) -> QueryTable:
    ones = np.ones(3, np.int64)
    return QueryTable(
        shots=ones,
        splits=0 * ones,
        draws=np.array(draws),
        clips=["c", "a", "b"],
        true=["wave"] * 3,
        predicted=["wave", "bow", "wave"],
        exemplars=[["x"]] * 3,
        classes=("bow", "wave"),
        scores=np.ones((3, 2), np.float32),
    )


def saved(cell: PlannedCell, cache: StageCache) -> Any:
    return saved_cell(cell, cache, Made({}, (), ()), 70.4, SharedParts())


def test_queries_beside_the_result_are_hits_in_the_order_of_clips(
    cell_in_cache: tuple[PlannedCell, StageCache],
) -> None:
    cell, cache = cell_in_cache
    assert saved(cell, cache).hits is None
    file = cache.output(cell.results[0, 0]).with_name(QUERIES)
    write_queries(file, table_of_queries([0, 0, 0]))
    found = saved(cell, cache)
    assert unpacked(found.hits or "").tolist() == [0, 1, 1]
    assert (found.ours, found.paper, found.n, found.over) == (2 / 3, 0.704, 3, "queries")
    file.write_bytes(b"PAR1")
    assert saved(cell, cache).hits is None


def test_queries_of_several_draws_are_no_single_task(
    cell_in_cache: tuple[PlannedCell, StageCache],
) -> None:
    cell, cache = cell_in_cache
    write_queries(cache.output(cell.results[0, 0]).with_name(QUERIES), table_of_queries([0, 0, 1]))
    assert saved(cell, cache).hits is None


def test_a_failed_cell_has_its_error_and_no_number(
    cell_in_cache: tuple[PlannedCell, StageCache],
) -> None:
    cell, cache = cell_in_cache
    made = Made({cell.results[0, 0].key: "found no memory"}, (), ())
    found = saved_cell(cell, cache, made, None, SharedParts())
    assert (found.ours, found.error, found.stages) == (None, "found no memory", [])
