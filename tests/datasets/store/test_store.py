import json
import os
import pickle
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skelshot.datasets.clips import Clip
from skelshot.datasets.npz import NpzReader, write_npz_clip
from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.datasets.store.index import LATER_COLUMNS
from skelshot.ground import SkelshotError


def test_a_store_gives_back_what_the_reader_gave(store, raw):
    reader = NwUclaReader()
    items = [item for source in reader.sources(raw) for item in reader.read(source)]
    clips = [item for item in items if isinstance(item, Clip)]
    assert len(store) == len(clips) == 10
    for index, clip in enumerate(clips):
        record, found = store.clips[index], store.sequence(index)
        for field in ("name", "label", "subject", "camera", "replication", "setup", "source_file"):
            assert getattr(record, field) == getattr(clip, field)
        assert (record.frames, record.persons) == (clip.sequence.frames, 1)
        np.testing.assert_array_equal(found.joints, clip.sequence.joints)
        np.testing.assert_array_equal(found.present, clip.sequence.present)
        np.testing.assert_array_equal(found.frame_index, np.arange(clip.sequence.frames))
        assert found.confidence is None
        assert found.pixels is None
        assert store.index_of(clip.name) == index
    assert store.labels.tolist() == [clip.label for clip in clips]
    assert store.labels.dtype == np.int64
    assert store.class_names == reader.class_names
    assert store.layout is reader.layout


def test_arrays_are_plain_files_that_numpy_opens(store):
    frames = np.load(store.path / "frames.npy", mmap_mode="r")
    rows = sum(clip.frames for clip in store.clips)
    assert (frames.shape, frames.dtype) == ((rows, 20, 3), np.float32)
    assert np.load(store.path / "present.npy").shape == (rows,)
    assert np.load(store.path / "frame_index.npy").dtype == np.int64


def test_what_a_caller_does_to_a_clip_stays_with_the_caller(store):
    before = store.sequence(0).joints.copy()
    store.sequence(0).joints[:] = 0
    np.testing.assert_array_equal(store.sequence(0).joints, before)


def test_a_store_travels_as_its_path(store):
    content = pickle.dumps(store)
    assert len(content) < 1000
    again = pickle.loads(content)  # noqa: S301 - made in the line above
    np.testing.assert_array_equal(again.sequence(3).joints, store.sequence(3).joints)


def test_clips_are_found_by_name_only(store):
    with pytest.raises(SkelshotError, match="no clip is called 'other', it has for example 'a01_"):
        store.index_of("other")
    with pytest.raises(IndexError):
        store.sequence(10)


def change_json(**changes):
    def change(path):
        document = json.loads((path / "store.json").read_text())
        (path / "store.json").write_text(json.dumps({**document, **changes}))

    return change


def cut(name, end):
    return lambda path: os.truncate(path / name, (path / name).stat().st_size + end)


def remove(name):
    return lambda path: (path / name).unlink()


def swap_rows(path):
    table = pq.read_table(path / "index.parquet")
    order = [1, 0, *range(2, len(table))]
    pq.write_table(table.take(order), path / "index.parquet")


def relabel(path):
    table = pq.read_table(path / "index.parquet")
    place = table.schema.get_field_index("label")
    labels = pa.array([99] * len(table), pa.int64())
    pq.write_table(table.set_column(place, table.field(place), labels), path / "index.parquet")


def drop_column(name):
    def change(path):
        table = pq.read_table(path / "index.parquet")
        pq.write_table(table.drop_columns([name]), path / "index.parquet")

    return change


def rows_without_end(path):
    table = pq.read_table(path / "index.parquet")
    places = np.zeros(10_000, np.int64)
    pq.write_table(table.take(places), path / "index.parquet")


def more_clips_than_frames(path):
    rows_without_end(path)
    count(clips=10_000)(path)


def rename_all(name):
    def change(path):
        table = pq.read_table(path / "index.parquet")
        names = pa.array([name] * len(table), pa.string())
        place = table.schema.get_field_index("name")
        pq.write_table(table.set_column(place, table.field(place), names), path / "index.parquet")

    return change


def count(**changes):
    def change(path):
        document = json.loads((path / "store.json").read_text())
        document["counts"] |= changes
        (path / "store.json").write_text(json.dumps(document))

    return change


def other_header(path):
    with (path / "frames.npy").open("r+b") as handle:
        handle.seek(20)
        handle.write(b">f8")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (cut("frames.npy", -1), "frames.npy: found .* bytes, expected .*truncated or altered"),
        (cut("frames.npy", 240), "frames.npy: found .* bytes, expected"),
        (cut("present.npy", -3), "present.npy: found"),
        (other_header, "frames.npy: found"),
        (remove("frame_index.npy"), "frame_index.npy: cannot be read"),
        (remove("index.parquet"), "index.parquet: not a store's index"),
        (cut("index.parquet", -9), "index.parquet: not a store's index"),
        (swap_rows, "index.parquet, row 0: found rows from"),
        (relabel, "index.parquet: found labels 99 to 99, expected 0 to 9, or -1"),
        (drop_column("label"), "index.parquet: not a store's index"),
        (drop_column("name"), "index.parquet: not a store's index .found no column b'name'"),
        (rows_without_end, "index.parquet: found 10000 clips, expected 10 by store.json"),
        (more_clips_than_frames, "index.parquet: found 10000 clips, expected [0-9]+ by store.json"),
        (rename_all("n" * 200_000), "index.parquet: not a store's index .found a text of 200000 b"),
        (rename_all("n" * 9_000_000), "index.parquet: found [0-9]+ bytes, expected at most"),
        (count(frames=-1), "store.json: store, counts.frames: found -1; input should be greater"),
        (count(frames=0), "found .* bytes, expected 128 for 0 rows"),
        (remove("store.json"), "not a store .store.json is missing.; make one with prepare"),
        (cut("store.json", -20), "store.json, line .*: not valid JSON"),
        (change_json(version=2), "store.json, version: found 2, expected 1"),
        (change_json(format="other"), "store.json: not a store's description"),
        (change_json(layout="kinect-v9"), "layout: found 'kinect-v9'"),
        (change_json(data_hash=3), "store.json: store, data_hash: found 3; input should be a"),
        (change_json(extra=3), "store.json: store: found the unknown option 'extra', exp"),
        (change_json(class_names=["a"]), "found labels 0 to 9, expected 0 to 0, or -1"),
    ],
)
def test_damaged_stores_are_refused(store, change, expected):
    change(store.path)
    with pytest.raises(SkelshotError, match=expected):
        Store.open(store.path)


def test_lost_clips_are_noticed(store):
    document = json.loads((store.path / "store.json").read_text())
    document["counts"]["clips"] = 11
    (store.path / "store.json").write_text(json.dumps(document))
    with pytest.raises(SkelshotError, match=r"index.parquet: found 10 clips, expected 11 by store"):
        Store.open(store.path)


def test_rates_are_kept_and_count_for_nothing_else(tmp_path, make_joints):
    for rate in (None, 15.0, 120.0):
        raw = tmp_path / f"raw {rate}"
        raw.mkdir()
        write_npz_clip(raw / "a.npz", make_joints(), label="bow", layout="kinect-v1", rate=rate)
        prepare(NpzReader(), raw, tmp_path / f"{rate}")
    stores = [Store.open(tmp_path / f"{rate}") for rate in (None, 15.0, 120.0)]
    assert [store.sequence(0).rate for store in stores] == [None, 15.0, 120.0]
    assert len({store.data_hash for store in stores}) == 1


def test_unlike_rates_are_told(tmp_path, make_joints):
    for name, rate in {"a": 30.0, "b": 29.97, "c": 120.0}.items():
        clip = tmp_path / "raw" / f"{name}.npz"
        clip.parent.mkdir(exist_ok=True)
        write_npz_clip(clip, make_joints(), label="bow", layout="kinect-v1", rate=rate)
    report = prepare(NpzReader(), tmp_path / "raw", tmp_path / "store")
    assert "rates: 29.97 to 120 frames a second; no clip is resampled" in report.remarks.doubts
    clip.unlink()
    report = prepare(NpzReader(), tmp_path / "raw", tmp_path / "other")
    assert not any("rates" in doubt for doubt in report.remarks.doubts)


def test_a_store_without_later_columns_is_read(store):
    table = pq.read_table(store.path / "index.parquet")
    pq.write_table(table.drop_columns([*LATER_COLUMNS]), store.path / "index.parquet")
    assert Store.open(store.path).sequence(0).rate is None


def test_unfinished_and_absent_stores_are_told_apart(store, tmp_path):
    with pytest.raises(SkelshotError, match="no such folder, expected a store made by prepare"):
        Store.open(tmp_path / "absent")
    shutil.copytree(store.path, tmp_path / "half.partial")
    for name in ("half", "half.partial"):
        with pytest.raises(SkelshotError, match="not finished; run the same prepare command again"):
            Store.open(tmp_path / name)
