"""Accuracy of trained classes: who is trained on, who is tested, and what comes out."""

from pathlib import Path
from typing import Any

import pytest

from skelshot.datasets.protocols.clip_choice import ClipChoice
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json, sha256_of
from skelshot.tables.amounts import DataRole, table_preset
from skelshot.tables.definitions import TableColumn, TableRow
from skelshot.tables.entries import Entry
from skelshot.tables.figures import cell_figure
from skelshot.tables.many_shot import ClipSides
from skelshot.tables.planned_cell import PlannedCell
from skelshot.tables.planning import CellPlanner
from skelshot.tables.role_data import RoleData

SHORT = TableRow(strategy="supervised", set=("strategy.epochs=1",))


def people_of(store: Store) -> list[int]:
    return sorted({clip.subject for clip in store.clips if clip.subject is not None})


def test_all_other_clips_are_tested(toy_store: Store) -> None:
    first, *_ = people_of(toy_store)
    sides = ClipSides.of(toy_store, ClipChoice(subjects=(first,)))
    assert {toy_store.clips[int(i)].subject for i in sides.train} == {first}
    assert first not in {toy_store.clips[int(i)].subject for i in sides.test}
    assert len(sides.train) + len(sides.test) == len(toy_store)
    assert sides.split.base == tuple(range(10))


@pytest.mark.parametrize(
    ("train", "told"),
    [
        (ClipChoice(subjects=(999,)), "train: found no clips to train on"),
        (ClipChoice(), "train: found no clips to test on"),
        (ClipChoice(split="xsub60"), "its (subject|setup) is not known|none of its clips"),
        (ClipChoice(split="train"), "has no split 'train'"),
    ],
)
def test_sides_without_clips_are_refused(toy_store: Store, train: ClipChoice, told: str) -> None:
    with pytest.raises(SkelshotError, match=told):
        ClipSides.of(toy_store, train)


def test_a_class_that_nothing_trains_is_refused(toy_store: Store) -> None:
    of_class = tuple(clip.name for clip in toy_store.clips if clip.label == 3)
    with pytest.raises(SkelshotError, match="clips to test on but none to train on"):
        ClipSides.of(toy_store, ClipChoice(clips=of_class[:1]))


def planned(
    store: Store, row: TableRow, train: ClipChoice | None = None, **further: Any
) -> PlannedCell:
    train = train or ClipChoice(subjects=tuple(people_of(store)[:-1]))
    column = TableColumn(data="nw-ucla", train=train)
    data = RoleData(DataRole(protocol="nw-ucla"), store)
    planner = CellPlanner(data, column, "smoke", table_preset("smoke"), 1, **further)
    return planner.cell("r", row, "c")


def made(entry: Entry, folder: Path) -> Any:
    output = folder / entry.stage.output
    output.parent.mkdir()
    entry.stage.make(output, entry.call, [])
    return read_json(output)


def test_the_head_answers_and_the_number_is_that_of_its_confusion(
    toy_store: Store, tmp_path: Path
) -> None:
    row = TableRow(strategy="supervised", set=("strategy.time_reversed=true", "strategy.epochs=12"))
    cell = planned(toy_store, row)
    assert cell.shots == "many"
    (entry,) = cell.results.values()
    document = made(entry, tmp_path / "entry")
    accuracy = document["accuracy"]["many"]
    confusion = accuracy["confusion"]
    hits = sum(confusion[label][label] for label in range(10))
    assert accuracy["queries"] == document["test"] == sum(map(sum, confusion))
    assert accuracy["mean"] == hits / document["test"]
    assert accuracy["mean"] > 0.2  # ten classes
    figure = cell_figure({(0, 0): document}, cell.shots)
    assert (figure.over, figure.n) == ("queries", document["test"])
    assert made(entry, tmp_path / "again")["accuracy"] == document["accuracy"]


def test_a_class_without_clips_to_test_on_has_no_accuracy(toy_store: Store, tmp_path: Path) -> None:
    last = people_of(toy_store)[-1]
    train = ClipChoice(
        clips=tuple(
            clip.name for clip in toy_store.clips if clip.subject != last or clip.label == 3
        )
    )
    (entry,) = planned(toy_store, SHORT, train).results.values()
    accuracy = made(entry, tmp_path / "entry")["accuracy"]["many"]
    tested = [name for label, name in enumerate(toy_store.class_names) if label != 3]
    assert list(accuracy["per_class"]) == tested
    assert sum(accuracy["confusion"][3]) == 0


def test_a_device_that_only_a_cluster_has_is_what_it_trains_on(
    toy_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skelshot.tables.planning.is_there", lambda name: name == "cpu")
    (entry,) = planned(toy_store, SHORT, device="cuda:999").results.values()
    assert entry.config["options"]["loop"]["precision"] == "float32"
    with pytest.raises(SkelshotError, match="cuda:999 is not there"):
        made(entry, tmp_path / "entry")
    (here,) = planned(toy_store, SHORT).results.values()
    assert entry.config["trained_on"] == "cuda"
    assert not {"trained_on", "files"} & set(here.config)  # so that its key is what it was


def test_a_users_own_file_is_put_in_place(toy_store: Store, tmp_path: Path) -> None:
    file, row = (
        tmp_path / "own.safetensors",
        TableRow(strategy="distill", weights="own", set=("strategy.encoders=[{weights}]",)),
    )
    file.write_text("weights")
    (entry,) = planned(toy_store, row, weights={"own": file}).results.values()
    assert entry.config["files"] == {str(file): sha256_of(file)}


def test_a_strategy_without_a_head_is_refused(toy_store: Store, tmp_path: Path) -> None:
    (entry,) = planned(toy_store, TableRow(strategy="byol")).results.values()
    with pytest.raises(SkelshotError, match="strategy byol: has no head for classes"):
        entry.stage.make(tmp_path / "result.json", entry.call, [])
