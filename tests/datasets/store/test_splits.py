"""Splits that come with raw files: kept, read again, bounded, and refused when they are amiss."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.datasets.store.reader import StoreReader
from skelshot.datasets.store.splits import checked_splits
from skelshot.datasets.verify import verify
from skelshot.ground import SkelshotError
from skelshot.ground.files import MOST_JSON_BYTES, write_json
from skelshot.ground.json_text import MOST_VALUES

FIRST, LAST = "a01_s01_e00_v01", "a01_s04_e00_v02"
GIVEN = {"train": [FIRST, "nobody", FIRST, LAST], "val": ("a02_s01_e00_v01",), "empty": []}
"""A clip twice, one in no file, and one that is rejected."""
KEPT = {"train": (FIRST, LAST), "val": (), "empty": ()}


class Divided(NwUclaReader):
    """NW-UCLA's clips with splits; stops before the clip of a given number."""

    def __init__(self, given: Any = GIVEN, stop: int | None = None) -> None:
        super().__init__()
        self.given, self.stop, self.read_so_far = given, stop, 0

    def splits(self) -> Any:
        """Return what the test says."""
        return self.given

    def read(self, source: Any) -> Any:
        """Read a clip, or stop."""
        if self.read_so_far == self.stop:
            raise RuntimeError
        self.read_so_far += 1
        return super().read(source)


@pytest.fixture
def divided(raw: Path, tmp_path: Path) -> Store:
    """A store with splits."""
    prepare(Divided(), raw, tmp_path / "divided")
    return Store.open(tmp_path / "divided")


def test_clips_that_there_are_are_kept_once_and_the_others_counted(
    divided: Store, store: Store, raw: Path
) -> None:
    assert divided.splits == KEPT
    report = prepare(Divided(), raw, divided.path)
    assert (report.already_prepared, report.splits_left_out) == (True, 2)
    assert report.as_json()["splits"] == {"train": 2, "val": 0, "empty": 0}
    assert divided.data_hash == store.data_hash
    assert verify(divided.path).bad == ()
    assert verify(divided.path).passed_over == ()


def test_a_store_without_splits_has_no_file_of_them(store: Store) -> None:
    assert store.splits == {}
    assert not (store.path / "splits.json").exists()
    assert "splits.json" not in store.document.files


def test_an_older_store_in_the_way_is_said_to_lack_them(store: Store, raw: Path) -> None:
    report = prepare(Divided(), raw, store.path)
    assert (report.splits, report.splits_left_out) == ({}, 0)
    assert any("made before there were any; delete it" in doubt for doubt in report.remarks.doubts)


def test_a_resumed_prepare_keeps_them(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skelshot.datasets.store.writing.COMMIT_SECONDS", 0.0)
    with pytest.raises(RuntimeError):
        prepare(Divided(stop=6), raw, tmp_path / "store")
    prepare(Divided(), raw, tmp_path / "store")
    assert Store.open(tmp_path / "store").splits == KEPT


def test_a_store_of_a_store_keeps_them(divided: Store, tmp_path: Path) -> None:
    for layout in (None, "coco-17"):
        out = tmp_path / str(layout)
        report = prepare(StoreReader(layout), divided.path, out)
        assert Store.open(out).splits == KEPT
        assert report.splits_left_out == 0


def _replaced(content: Any) -> Callable[[Path], None]:
    return lambda path: path.write_text(json.dumps(content))  # type: ignore[func-returns-value]


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (Path.unlink, "splits.json: cannot be read"),
        (lambda path: path.write_text("{"), "splits.json, line 1, .*not valid JSON"),
        (_replaced([]), "splits.json, split: found list, expected a dict.*; prepare the store ag"),
        (_replaced({"a": {FIRST: 1}}), "split 'a': found a dictionary with.*, expected a list of"),
        (_replaced({"a": [FIRST, 3]}), "split 'a': found int in it, expected a list of clips' n"),
        (_replaced({"a": FIRST}), "split 'a': found 'a01_s01_e00_v01', expected a list of"),
        (_replaced({"a": [FIRST, "b"]}), "split 'a': found 'b', expected names of clips of the st"),
        (_replaced({"": []}), "found a split called '', expected printable text"),
    ],
)
def test_damaged_splits_are_told_when_asked_for_and_by_verify(
    divided: Store, damage: Callable[[Path], None], expected: str
) -> None:
    damage(divided.path / "splits.json")
    opened = Store.open(divided.path)
    with pytest.raises(SkelshotError, match=expected) as caught:
        _ = opened.splits
    assert "\n" not in str(caught.value)
    found = [problem.problem for problem in verify(divided.path).bad]
    assert str(caught.value) in found
    assert len(found) == 2  # and its digest


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "split: found NoneType, expected a dictionary with lists"),
        ([FIRST], "split: found list, expected a dictionary"),
        ({"train": None}, "split 'train': found none, expected a list"),
        ({"train": FIRST}, "split 'train': found 'a01"),
        ({"train": {FIRST}}, "split 'train': found a set of 1, expected a list"),
        ({"train": [FIRST, None]}, "split 'train': found NoneType in it"),
        ({"train": np.zeros(3)}, r"split 'train': found float64 \(3,\), expected a list"),
        ({"train": np.array([[FIRST]])}, r"split 'train': found <U15 \(1, 1\), expected a list"),
        ({1: [FIRST]}, "split: found a split called 1, expected printable text"),
        ({b"train": [FIRST]}, "split: found a split called b'train'"),
        ({"two\nlines": [FIRST]}, r"split: found a split called 'two\\nlines'"),
        ({"x" * 9000: [3]}, "split 'x{79}: found int in it"),
        ({"a": ["x" * 400] * 100_000}, "split 'a': found 100000 names up to here, .* 64 MB"),
        ({"a": [","] * 1_500_000, "b": [","] * 1_500_000}, "split 'b': found 3000000 names up"),
        ({str(n): [] for n in range(10_001)}, "found 10001 splits, expected at most 10000; mend"),
    ],
)
def test_splits_that_are_none_stop_the_call_before_anything_is_read(
    raw: Path, tmp_path: Path, given: Any, expected: str
) -> None:
    reader = Divided(given)
    with pytest.raises(SkelshotError, match=expected) as caught:
        prepare(reader, raw, tmp_path / "store")
    assert str(caught.value).startswith("reader nw-ucla, split")
    assert len(str(caught.value)) < 400
    assert reader.read_so_far == 0
    assert not (tmp_path / "store.partial").exists()
    with pytest.raises(SkelshotError, match=expected):
        verify(raw, reader)


def test_ten_million_names_are_refused_at_once() -> None:
    many = [FIRST] * 10_000_000
    shared: Mapping[str, list[str]] = {str(number): many for number in range(1000)}
    began = time.process_time()
    with pytest.raises(SkelshotError, match="split '0': found 10000000 names up to here"):
        checked_splits(shared, "x, split", "leave it out")
    assert time.process_time() - began < 1


@pytest.mark.parametrize("name", ["x", ",{[" * 30, '"\\' * 60, "\N{GRINNING FACE}" * 100])
def test_as_many_as_are_taken_can_be_written_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The bound on names lies within those of the file that they are written to."""
    monkeypatch.setattr("skelshot.datasets.store.splits.MOST_JSON_BYTES", 1 << 16)
    largest, refused = {"all": (name,)}, False
    while not refused:
        write_json(tmp_path / "splits.json", largest)
        try:
            largest = checked_splits({"all": largest["all"] * 2}, "x", "mend it")
        except SkelshotError:
            refused = True
    text = (tmp_path / "splits.json").read_text()
    assert len(text.encode()) < 1 << 16
    assert sum(map(text.count, "[{,")) < MOST_VALUES * (1 << 16) / MOST_JSON_BYTES


def test_arrays_of_names_are_lists_of_names() -> None:
    given = {"train": np.array(["a", "bc"]), "val": ("d",)}
    assert checked_splits(given, "x", "mend it") == {"train": ("a", "bc"), "val": ("d",)}
