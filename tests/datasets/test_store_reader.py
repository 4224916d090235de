"""A store read again in another layout."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from skelshot.cli import main
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.datasets.store_reader import StoreReader
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.skeletons.mappings import map_layout


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
