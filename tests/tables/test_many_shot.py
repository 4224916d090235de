"""Accuracy of trained classes: who is trained on, who is tested, and what comes out."""

from pathlib import Path
from typing import Any

import pytest

from skelshot.datasets.protocols.clip_choice import ClipChoice
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json
from skelshot.tables.amounts import DataRole, table_preset
from skelshot.tables.definitions import TableColumn, TableRow
from skelshot.tables.figures import cell_figure
from skelshot.tables.many_shot import ClipSides
from skelshot.tables.planning import CellPlanner
from skelshot.tables.role_data import RoleData


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


def planned(store: Store, row: TableRow, **amounts: Any) -> Any:
    column = TableColumn(data="nw-ucla", train=ClipChoice(subjects=tuple(people_of(store)[:-1])))
    data = RoleData(DataRole(protocol="nw-ucla"), store, **amounts)
    return CellPlanner(data, column, "smoke", table_preset("smoke"), 1).cell("r", row, "c")


def test_the_head_answers_and_the_number_is_that_of_its_confusion(
    toy_store: Store, tmp_path: Path
) -> None:
    row = TableRow(strategy="supervised", set=("strategy.time_reversed=true", "strategy.epochs=12"))
    cell = planned(toy_store, row)
    assert cell.shots == "many"
    (entry,) = cell.results.values()
    output = tmp_path / "entry" / entry.stage.output
    output.parent.mkdir()
    entry.stage.make(output, entry.call, [])
    document = read_json(output)
    accuracy = document["accuracy"]["many"]
    confusion = accuracy["confusion"]
    hits = sum(confusion[label][label] for label in range(10))
    assert accuracy["queries"] == document["test"] == sum(map(sum, confusion))
    assert accuracy["mean"] == hits / document["test"]
    assert accuracy["mean"] > 0.2  # ten classes
    figure = cell_figure({(0, 0): document}, cell.shots)
    assert (figure.over, figure.n) == ("queries", document["test"])
    again = tmp_path / "again" / entry.stage.output
    again.parent.mkdir()
    entry.stage.make(again, entry.call, [])
    assert read_json(again)["accuracy"] == document["accuracy"]


def test_a_strategy_without_a_head_is_refused(toy_store: Store, tmp_path: Path) -> None:
    (entry,) = planned(toy_store, TableRow(strategy="byol")).results.values()
    with pytest.raises(SkelshotError, match="strategy byol: has no head for classes"):
        entry.stage.make(tmp_path / "result.json", entry.call, [])
