"""From cells to entries: what is shared, what is trained elsewhere, what only its user has."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.experiments.toy import write_toy_clips
from skelshot.ground.files import read_json
from skelshot.tables.amounts import DataRole, table_preset
from skelshot.tables.definitions import TableColumn, TableRow, table_named
from skelshot.tables.engine import local_executor, make_entries
from skelshot.tables.entries import Entry
from skelshot.tables.marks import TeacherMarks
from skelshot.tables.planned_cell import PlannedCell
from skelshot.tables.planning import CellPlanner
from skelshot.tables.role_data import RoleData
from skelshot.tables.stage_cache import StageCache


def planner(store: Store, column: TableColumn, **further: Any) -> CellPlanner:
    data = RoleData(DataRole(protocol="nw-ucla"), store)
    return CellPlanner(data, column, "smoke", table_preset("smoke"), 1, **further)


def column(**further: Any) -> TableColumn:
    return TableColumn(data="nw-ucla", **further)


class NamedMarks(TeacherMarks):
    """Marks of teachers that are not there to be loaded: their names."""

    def _fingerprint(self, name: str, model: Path | None) -> str:
        return f"{name} {model}"


def only_result(cell: PlannedCell) -> Entry:
    assert cell.error is None
    (entry,) = cell.results.values()
    return entry


def test_columns_with_the_same_splits_share_their_runs(toy_store: Store) -> None:
    row = TableRow(strategy="supervised")
    columns = [
        column(protocol=""),
        column(protocol="-cross-subject"),
        column(protocol="nw-ucla-cross-subject", shots=2),
        column(method="nearest"),
    ]
    results = [only_result(planner(toy_store, each).cell("r", row, "c")) for each in columns]
    assert len({entry.key for entry in results}) == 4
    assert len({need.key for entry in results for need in entry.needs}) == 1
    other = only_result(planner(toy_store, column(protocol="toy")).cell("r", row, "c"))
    assert other.needs[0].key != results[0].needs[0].key


@pytest.mark.parametrize(
    ("told", "measure"),
    [
        ("by which camera it is", {"protocol": "-same-camera"}),
        ("has 8 clips, 8 shots and a query need 9", {"shots": 8}),
    ],
)
def test_clips_that_do_not_fit_a_column_fail_before_any_training(
    toy_store: Store, told: str, measure: dict[str, Any]
) -> None:
    cell = planner(toy_store, column(**measure)).cell("r", TableRow(strategy="supervised"), "c")
    assert told in str(cell.error)
    assert not cell.results


def test_the_row_decides_the_method_before_the_column(toy_store: Store) -> None:
    plans = planner(toy_store, column(method="linear", evaluate=("readout=pooled",)))
    methods = {
        method: only_result(plans.cell("r", TableRow(method=method), "c")).config["method"]
        for method in (None, "raw-nearest")
    }
    assert methods == {None: "linear", "raw-nearest": "raw-nearest"}


def test_changes_of_the_preset_stand_before_those_of_the_row(toy_store: Store) -> None:
    plans = planner(toy_store, column(), changes=("strategies.supervised.epochs=7",))
    for row, epochs in (
        (TableRow(strategy="supervised"), 7),
        (TableRow(strategy="supervised", set=("strategy.epochs=2",)), 2),
    ):
        (run,) = only_result(plans.cell("r", row, "c")).needs
        assert run.config["options"]["strategy"]["epochs"] == epochs


def test_an_encoder_of_other_data_serves_all_splits(toy_store: Store) -> None:
    row = TableRow(strategy="supervised", trained_on="ntu60")
    alone = planner(toy_store, column())
    assert "no --data ntu60=STORE" in str(alone.cell("r", row, "c").left_out)
    there = RoleData(DataRole(protocol="toy"), toy_store)
    both = replace(alone, elsewhere={"ntu60": there}, amounts=table_preset("cpu"))
    cell = both.cell("r", row, "c")
    assert len(cell.results) == 20
    assert {entry.call["encoder_split"] for entry in cell.results.values()} == {0}
    (run,) = {need.key: need for entry in cell.results.values() for need in entry.needs}.values()
    assert "name='toy'" in run.config["protocol"]


@pytest.mark.slow
def test_an_encoder_of_other_data_is_evaluated(toy_store: Store, tmp_path: Path) -> None:
    write_toy_clips(tmp_path / "raw", performers=3, repetitions=1)
    prepare(NpzReader(), tmp_path / "raw", tmp_path / "store")
    there = RoleData(DataRole(protocol="toy"), Store.open(tmp_path / "store"))
    plans = planner(toy_store, column(), elsewhere={"ntu60": there})
    result = only_result(plans.cell("r", TableRow(strategy="supervised", trained_on="ntu60"), "c"))
    cache = StageCache(tmp_path / "cache")
    assert make_entries([result], cache, local_executor(1)).errors == {}
    document = read_json(cache.output(result))
    assert document["trained_on"]["data_hash"] == there.store.data_hash != toy_store.data_hash
    assert document["evaluated_on"]["data_hash"] == toy_store.data_hash
    assert len(document["trained_on"]["base"]) == 6
    assert 0 <= document["accuracy"]["1"]["mean"] <= 1


def test_weights_that_only_their_user_has(toy_store: Store, tmp_path: Path) -> None:
    row = table_named("IX")[1].rows["ImageNet pre-trained"]
    assert "--weights imagenet=FILE" in str(
        planner(toy_store, column()).cell("r", row, "c").left_out
    )
    file, keys = tmp_path / "a: b.pth", set()
    for content in ("one", "two"):
        file.write_text(content)
        plans = planner(toy_store, column(), weights={"imagenet": file})
        (run,) = only_result(plans.cell("r", row, "c")).needs
        assert run.config["options"]["episodic"]["method_options"]["imagenet"] == str(file)
        keys.add(run.key)
    assert len(keys) == 2


def test_a_teacher_whose_weights_only_their_user_has(toy_store: Store, tmp_path: Path) -> None:
    row = table_named("XII")[1].rows["ActionCLIP"]
    left_out = str(planner(toy_store, column()).cell("r", row, "c").left_out)
    assert left_out == (
        "it needs a checkpoint of ActionCLIP that you have: --weights actionclip=PATH"
    )
    file = tmp_path / "own.pt"
    file.write_text("weights")
    plans = planner(toy_store, column(), weights={"actionclip": file}, teachers=NamedMarks())
    result = only_result(plans.cell("r", row, "c"))
    (features,) = result.needs[0].needs[0].needs
    assert features.call["model"] == file
    assert features.config["teacher"] == "actionclip"
    assert features.config["fingerprint"] == f"actionclip {file}"


def test_a_model_of_ones_own_takes_the_place_of_the_mini_teacher(
    toy_store: Store, tmp_path: Path
) -> None:
    row, told = TableRow(strategy="transfer", teacher="x-clip"), {}
    for weights in ({}, {"x-clip": tmp_path}):
        plans = planner(toy_store, column(), weights=weights, teachers=NamedMarks())
        (features,) = only_result(plans.cell("r", row, "c")).needs[0].needs
        told[len(weights)] = features.config["teacher"], features.call.get("model")
    assert told == {0: ("mini", None), 1: ("xclip", tmp_path)}


@pytest.mark.parametrize(("videos", "every"), [("films", 1.0), ("rendered", None)])
def test_videos_of_the_skeletons_own_rate_are_read_at_it(
    toy_store: Store, videos: str, every: float | None
) -> None:
    role = DataRole(protocol="nw-ucla", every=1)
    data = RoleData(role, toy_store, videos, videos_mark=videos)
    amounts = table_preset("smoke")
    plans = CellPlanner(data, column(), "smoke", amounts, 1, teachers=NamedMarks())
    row = TableRow(strategy="transfer", teacher="x-clip")
    (features,) = only_result(plans.cell("r", row, "c")).needs[0].needs
    assert features.call.get("every") == features.config.get("every") == every
