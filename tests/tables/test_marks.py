"""What decides an entry is in its key: teachers' weights, texts, files, sides, device, twins."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.encoders.packaged import packaged_card
from skelshot.ground import SkelshotError
from skelshot.runs.folder import RunFolder
from skelshot.tables.amounts import DataRole, TablePreset, TableTeacher, TwinSize
from skelshot.tables.definitions import TableColumn, TableRow
from skelshot.tables.marks import TeacherMarks, files_named
from skelshot.tables.planning import CellPlanner
from skelshot.tables.role_data import RoleData
from skelshot.tables.twins import twin_entry

CODE = TableTeacher(teacher="random-code")


class FakeTeacher:
    def __init__(self, weights: str) -> None:
        self._weights = weights

    def fingerprint(self) -> str:
        return self._weights


def test_other_weights_and_other_texts_have_other_marks(
    toy_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = []

    def load(name: str, **options: object) -> FakeTeacher:
        loads.append(options)
        return FakeTeacher(weights)

    monkeypatch.setattr("skelshot.tables.marks.teacher_named", load)
    weights = "one"
    kept = TeacherMarks()
    first = kept.marks(CODE, None, toy_store)
    assert kept.marks(CODE, None, toy_store) == first
    assert len(loads) == 1  # however many cells ask
    weights = "two"
    assert TeacherMarks().marks(CODE, None, toy_store)["fingerprint"] != first["fingerprint"]
    TeacherMarks().marks(TableTeacher(teacher="mini"), None, toy_store)
    assert loads[-1] == {"device": "cpu"}
    file = tmp_path / "texts.json"
    texts = dict.fromkeys(toy_store.class_names, "a text")
    file.write_text(json.dumps(texts))
    one = kept.marks(CODE, str(file), toy_store)
    file.write_text(json.dumps(texts | {toy_store.class_names[0]: "another"}))
    assert len({one["texts"], first["texts"], kept.marks(CODE, str(file), toy_store)["texts"]}) == 3


def test_a_teacher_that_cannot_be_had_is_asked_for_once(
    toy_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refuse(name: str, **options: object) -> None:
        asked.append(name)
        raise SkelshotError("no hub")

    monkeypatch.setattr("skelshot.tables.marks.teacher_named", refuse)
    marks = TeacherMarks()
    for _ in range(3):
        with pytest.raises(SkelshotError, match="no hub"):
            marks.marks(CODE, None, toy_store)
    assert len(asked) == 1


def test_files_that_options_name_count_by_their_bytes(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    file.write_bytes(b"one")
    options = {"a": [{"imagenet": str(file)}], "b": 3, "c": "cosine"}
    (first,) = files_named(options).items()
    file.write_bytes(b"two")
    (second,) = files_named(options).items()
    assert first[0] == second[0] == str(file)
    assert first[1] != second[1]


@pytest.fixture
def planner(toy_store: Store) -> CellPlanner:
    data = RoleData(DataRole(protocol="toy"), toy_store)
    amounts = TablePreset(teachers={"main": CODE})
    return CellPlanner(data, TableColumn(data="ntu60"), "smoke", amounts, 1)


def test_weights_that_a_strategy_learns_from_count_by_their_bytes(
    tmp_path: Path, planner: CellPlanner
) -> None:
    planner = replace(planner, amounts=TablePreset(splits=1))
    row = TableRow(strategy="distill", set=(f"strategy.encoders=[{tmp_path}]",))
    assert "found no encoder of split 0" in str(planner.cell("row", row, "column").error)
    file, keys = RunFolder(tmp_path / "split-00").encoder_file, []
    for content in ("one", "one", "two"):
        file.write_text(content)
        (run,) = planner.cell("row", row, "column").results[0, 0].needs
        keys.append(run.key)
    assert keys[0] == keys[1] != keys[2]


def test_packaged_weights_count_where_a_strategy_learns_from_them(planner: CellPlanner) -> None:
    files = {}
    for strategy in ("distill", "supervised"):
        result = planner.cell("row", TableRow(strategy=strategy), "column").results[0, 0]
        files[strategy] = result.needs[0].config["files"]
    weights = {"skelshot-base": packaged_card("skelshot-base").sha256}
    assert files == {"distill": weights, "supervised": {}}  # others keep the keys they had


def keys(planner: CellPlanner) -> list[str]:
    """The keys of a result, its run and its features."""
    taught = TableRow(strategy="transfer", teacher="main")
    cell = planner.cell("row", taught, "column")
    assert cell.error is None
    result = cell.results[0, 0]
    return [result.key, result.needs[0].key, result.needs[0].needs[0].key]


def test_the_device_and_what_is_said_of_sides_are_in_the_keys(
    planner: CellPlanner, toy_store: Store, tmp_path: Path
) -> None:
    first = keys(planner)
    assert keys(planner) == first
    on_gpu = keys(replace(planner, device="cuda"))
    assert on_gpu[0] != first[0]
    assert on_gpu[1] != first[1]
    assert on_gpu[2] == first[2]  # codes of classes are drawn, nothing is computed
    shutil.copytree(toy_store.path, tmp_path / "store")
    document = tmp_path / "store" / "store.json"
    said = json.loads(document.read_text()) | {"sides": "matter"}
    document.write_text(json.dumps(said))
    other = replace(planner.data, store=Store.open(tmp_path / "store"))
    assert other.store.data_hash == toy_store.data_hash
    assert keys(replace(planner, data=other))[1] != first[1]


@pytest.mark.parametrize("role", ["ntu60", "pku-mmd", "msr-action-pairs"])
def test_keys_of_twins_follow_from_all_that_is_written(
    role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = TwinSize(last_class=12, performers=2, cameras=(1,), replications=(1,))
    first = twin_entry(role, size)
    assert twin_entry(role, size, workers=2).key == first.key
    for change in (
        {"last_class": 11},
        {"performers": 3},
        {"replications": (1, 2)},
        {"filmed": True},
    ):
        assert twin_entry(role, size.model_copy(update=change)).key != first.key
    monkeypatch.setattr("skelshot.synthesis.twins.twin.programs_hash", lambda: "others")
    monkeypatch.setattr("skelshot.tables.twins.programs_hash", lambda: "others")
    assert twin_entry(role, size).key != first.key


@pytest.mark.parametrize(
    ("role", "protocol"),
    [("pku-mmd", "pku-mmd-one-shot"), ("msr-action-pairs", "msr-action-pairs")],
)
def test_twins_are_written_and_fill_their_protocols(
    role: str, protocol: str, tmp_path: Path
) -> None:
    last, cameras = {"pku-mmd": (51, (1,)), "msr-action-pairs": (12, (1,))}[role]
    size = TwinSize(last_class=last, performers=1, cameras=cameras, replications=(1, 2))
    entry = twin_entry(role, size)
    entry.stage.make(tmp_path / "store", entry.call, [])
    store = Store.open(tmp_path / "store")
    assert len(store) == 2 * last
    protocol_named(protocol).split_list(store)
