"""A store read again in another layout."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from skelshot.cli import main
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.datasets.store.reader import StoreReader
from skelshot.ground import SkelshotError
from skelshot.skeletons.as_picture import camera_view
from skelshot.skeletons.inputs import AskedSides
from skelshot.skeletons.layouts import COCO_17, KINECT_V2
from skelshot.skeletons.mappings import map_layout, mapping_report


def test_every_clip_arrives_in_the_other_layout(toy_store: Store, tmp_path: Path) -> None:
    report = prepare(StoreReader("kinect-v2"), toy_store.path, tmp_path / "mapped")
    mapped = Store.open(tmp_path / "mapped")
    assert (report.clips, report.rejected) == (len(toy_store), 0)
    assert mapped.layout == KINECT_V2
    assert mapped.class_names == toy_store.class_names
    for index, clip in enumerate(toy_store.clips):
        wanted = map_layout(toy_store.sequence(index), KINECT_V2)
        found = mapped.clips[index]
        assert np.array_equal(mapped.sequence(index).joints, wanted.joints)
        assert (found.name, found.label, found.subject) == (clip.name, clip.label, clip.subject)


def test_what_becomes_of_the_joints_is_told(toy_store: Store, tmp_path: Path) -> None:
    report = prepare(StoreReader("coco-17"), toy_store.path, tmp_path / "mapped")
    assert report.remarks.mapping == mapping_report(toy_store.layout, COCO_17)
    assert report.as_json()["mapping"]["lost"] == list(report.remarks.mapping.borrowed)
    again = prepare(StoreReader("coco-17"), toy_store.path, tmp_path / "mapped")
    assert again.remarks.mapping == report.remarks.mapping
    same = prepare(StoreReader(toy_store.layout.name), toy_store.path, tmp_path / "same")
    assert same.as_json()["mapping"] is None


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        ("auto", None, "auto"),
        ("matter", None, "matter"),
        ("ignore", None, "ignore"),
        ("matter", "auto", "auto"),
        ("matter", "ignore", "ignore"),
    ],
)
def test_what_a_store_says_of_sides_is_passed_on(
    toy_store: Store, tmp_path: Path, first: AskedSides, then: AskedSides | None, kept: AskedSides
) -> None:
    prepare(StoreReader(), toy_store.path, tmp_path / "first", sides=first)
    report = prepare(StoreReader("coco-17"), tmp_path / "first", tmp_path / "then", sides=then)
    assert Store.open(tmp_path / "then").document.sides == kept
    assert report.sides == report.as_json()["sides"] == kept


def test_without_a_layout_the_store_is_copied(toy_store: Store, tmp_path: Path) -> None:
    prepare(StoreReader(), toy_store.path, tmp_path / "same")
    assert Store.open(tmp_path / "same").data_hash == toy_store.data_hash


def test_the_reader_travels_to_worker_processes(toy_store: Store) -> None:
    reader = StoreReader("coco-17")
    first = reader.sources(toy_store.path)[0]
    there = pickle.loads(pickle.dumps(reader))  # noqa: S301 - our own bytes
    assert [clip.name for clip in there.read(first)] == [first.name]


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match="not a store"):
        StoreReader().sources(tmp_path)
    with pytest.raises(SkelshotError, match="kinect-v3"):
        StoreReader("kinect-v3")


def test_the_command_maps_a_store(toy_store: Store, tmp_path: Path) -> None:
    words = ["prepare", "store", str(toy_store.path), "--layout", "coco-17", "--workers", "1"]
    main([*words, "--out", str(tmp_path / "mapped")])
    assert Store.open(tmp_path / "mapped").layout.name == "coco-17"


def test_the_command_prints_what_is_lost_and_what_is_said_of_sides(
    toy_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["prepare", "store", str(toy_store.path), "--layout", "coco-17", "--workers", "1"]
    main([*words, "--out", str(tmp_path / "one"), "--sides", "matter"])
    lines = capsys.readouterr().out.splitlines()
    assert "sides: matter" in lines
    assert "mapped from kinect-v1 to coco-17" in lines
    assert "  made: 1 - nose from head" in lines
    lost = "left eye, right eye, left ear, right ear"
    assert f"  lost (they stand at their parent, with confidence 0): 4 - {lost}" in lines
    assert any(line.startswith("  unused of kinect-v1: 7 - hip centre, ") for line in lines)
    words = ["prepare", "store", str(tmp_path / "one"), "--workers", "1"]
    main([*words, "--out", str(tmp_path / "two")])
    out = capsys.readouterr().out
    assert "sides: matter" in out
    assert "mapped" not in out


def test_clips_as_a_camera_takes_them(toy_store: Store, tmp_path: Path) -> None:
    reader = StoreReader("coco-17", "pixels")
    report = prepare(reader, toy_store.path, tmp_path / "pixels")
    seen = Store.open(tmp_path / "pixels")
    assert (seen.channels, seen.layout, len(seen)) == (2, COCO_17, len(toy_store))
    assert report.remarks.guessed == {
        "camera": "at the sensor's place, 640 x 480 pixels, focal length 554"
    }
    wanted = camera_view(map_layout(toy_store.sequence(3), COCO_17))
    assert np.array_equal(seen.sequence(3).joints, wanted.joints)
    assert seen.sequence(3).picture_size == (640, 480)
    assert {clip.video_file for clip in seen.clips} == {""}  # no camera took them
    again = prepare(StoreReader(coordinates="pixels"), seen.path, tmp_path / "again")
    assert again.remarks.guessed == {}  # they were pixels
    twice = Store.open(tmp_path / "again")
    assert np.array_equal(twice.sequence(3).joints, wanted.joints)
    assert {clip.video_file for clip in twice.clips} == {""}


def test_as_stored_is_what_it_was_before_there_was_a_choice(toy_store: Store) -> None:
    """A store that was begun by an earlier version goes on."""
    reader = StoreReader()
    reader.sources(toy_store.path)
    assert reader.options().keys() == {"layout", "data_hash"}
