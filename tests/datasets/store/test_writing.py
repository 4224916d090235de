import csv

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.store import Store
from skelshot.datasets.store.writing import StoreWriter
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import COCO_17, KINECT_V1
from skelshot.skeletons.sequence import SkeletonSequence

PLAN = {
    "reader": {"name": "made-up", "options": {"a": 1}},
    "layout": "coco-17",
    "class_names": ["bow", "wave"],
    "sources": {"count": 3, "fingerprint": "f"},
}


def clip(number, persons=1, frames=4, *, extras="", channels=3, layout=COCO_17, **changes):
    rng = np.random.default_rng(number)
    shape = (persons, frames, layout.num_joints)
    sequence = SkeletonSequence(
        rng.random((*shape, channels), np.float32),
        rng.random(shape[:2]) < 0.8,
        layout,
        frame_index=np.sort(rng.choice(100, frames, replace=False)) if "t" in extras else None,
        confidence=rng.random(shape, np.float32) if "c" in extras else None,
        pixels=rng.random((*shape, 2), np.float32) if "p" in extras else None,
    )
    given = {"name": f"clip_{number}", "label": number % 2, "source_file": f"{number}.x"}
    return Clip(**{**given, "sequence": sequence, **changes})


def write(out, items):
    with StoreWriter(out, PLAN) as writer:
        for item in items:
            writer.add(item)
            writer.end_source()
        writer.finish()
    return Store.open(out)


def assert_same(found, wanted):
    np.testing.assert_array_equal(found.joints, wanted.joints)
    np.testing.assert_array_equal(found.present, wanted.present)
    times = np.arange(wanted.frames) if wanted.frame_index is None else wanted.frame_index
    np.testing.assert_array_equal(found.frame_index, times)
    for field in ("confidence", "pixels"):
        if getattr(wanted, field) is None:
            assert getattr(found, field) is None
        else:
            np.testing.assert_array_equal(getattr(found, field), getattr(wanted, field))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.integers(1, 3), st.integers(1, 6), st.sampled_from(["", "t", "c", "p", "tcp"])
        ),
        min_size=1,
        max_size=6,
    )
)
def test_clips_of_any_shape_come_back(tmp_path_factory, shapes):
    clips = [
        clip(number, persons, frames, extras=extras)
        for number, (persons, frames, extras) in enumerate(shapes)
    ]
    store = write(tmp_path_factory.mktemp("s") / "store", clips)
    assert len(store) == len(clips)
    for index, wanted in enumerate(clips):
        assert_same(store.sequence(index), wanted.sequence)
    arrays = {path.stem for path in store.path.glob("*.npy")}
    wanted_pixels = any(clip.sequence.pixels is not None for clip in clips)
    assert ("pixels" in arrays) == wanted_pixels


def test_the_index_keeps_all_that_is_known(tmp_path):
    known = {
        "subject": 3, "camera": 1, "setup": 17, "replication": 2, "video_file": "v.avi",
        "frame_range": (10, 14), "repaired": 5,
    }  # fmt: skip
    store = write(tmp_path / "store", [clip(0, **known), clip(1, persons=2)])
    first, second = store.clips
    assert (first.video_start, first.video_stop) == (10, 14)
    for field in ("subject", "camera", "setup", "replication", "video_file", "repaired"):
        assert getattr(first, field) == known[field]
        assert getattr(second, field) in (None, 0)
    assert (first.start, first.stop, second.start, second.stop) == (0, 4, 4, 12)
    assert (second.frame_start, store.document.counts.repaired) == (4, 5)


@pytest.mark.parametrize(
    ("misfit", "expected"),
    [
        (clip(5, label=2), "unknown label: found 2, expected 0 to 1"),
        (clip(5, name="clip_0"), "duplicate name 'clip_0': read before from 0.x"),
        (clip(5, channels=2), "joints: found 2 coordinates, the clips before have 3"),
        (clip(5, layout=KINECT_V1), "layout: found 'kinect-v1', the store has 'coco-17'"),
    ],
)
def test_clips_that_do_not_fit_are_listed(tmp_path, misfit, expected):
    store = write(tmp_path / "store", [clip(0), misfit, Rejected("7.x", "broken, badly"), clip(1)])
    assert [record.name for record in store.clips] == ["clip_0", "clip_1"]
    assert store.document.counts.rejected == 2
    with (store.path / "rejected.csv").open(newline="") as handle:
        rows = list(csv.reader(handle))
    assert rows == [["source", "reason"], ["5.x", expected], ["7.x", "broken, badly"]]


def test_the_line_of_a_rejection_is_listed_once(tmp_path):
    items = [
        Rejected("a.x", "broken", 3), Rejected("b.x", "broken at line 4", 4), Rejected("c.x", "odd")
    ]  # fmt: skip
    store = write(tmp_path / "store", [clip(0), *items])
    listed = (store.path / "rejected.csv").read_text().splitlines()[1:]
    assert listed == ["a.x,line 3: broken", "b.x,broken at line 4", "c.x,odd"]


def test_the_hash_is_of_the_clips_and_not_of_where_they_lay(tmp_path):
    first = write(tmp_path / "a", [clip(0), clip(1)]).data_hash
    assert write(tmp_path / "b", [clip(0, source_file="elsewhere"), clip(1)]).data_hash == first
    others = [
        [clip(1), clip(0)],
        [clip(0), clip(2, name="clip_1", label=1)],
        [clip(0, label=1), clip(1)],
        [clip(0, subject=1), clip(1)],
        [clip(0, name="other"), clip(1)],
        [clip(0)],
    ]
    hashes = [write(tmp_path / f"o{n}", items).data_hash for n, items in enumerate(others)]
    assert len({first, *hashes}) == 7


def test_only_what_was_committed_survives(tmp_path):
    out = tmp_path / "store"
    with StoreWriter(out, PLAN) as writer:
        writer.add(clip(0, extras="tcp"))
        writer.end_source()
        writer.commit()
        writer.add(clip(1, frames=30, extras="tcp"))
        writer.end_source()
    assert not out.exists()
    with StoreWriter(out, PLAN) as writer:
        assert (writer.sources_done, writer.items_done, writer.clips) == (1, 0, 1)
        writer.add(clip(1))
        writer.finish()
    store = Store.open(out)
    assert_same(store.sequence(0), clip(0, extras="tcp").sequence)
    assert_same(store.sequence(1), clip(1).sequence)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]
    assert not (out / "work").exists()


def test_a_source_of_many_clips_is_resumed_in_its_midst(tmp_path):
    with StoreWriter(tmp_path / "s", PLAN) as writer:
        writer.add(clip(0))
        writer.add(Rejected("0.x#1", "broken"))
        writer.commit()
    with StoreWriter(tmp_path / "s", PLAN) as writer:
        assert (writer.sources_done, writer.items_done, writer.clips) == (0, 2, 1)
        assert writer.rejected == [Rejected("0.x#1", "broken")]


def test_a_kill_after_the_last_clip_loses_nothing(tmp_path):
    with StoreWriter(tmp_path / "s", PLAN) as writer:
        writer.add(clip(0, extras="tcp"))
        writer.end_source()
        writer.commit()
    with StoreWriter(tmp_path / "s", PLAN) as writer:
        writer.finish()
    assert_same(Store.open(tmp_path / "s").sequence(0), clip(0, extras="tcp").sequence)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"reader": {"name": "other", "options": {}}},
            "reader.name .found 'made-up', now",
        ),
        (
            {"reader": {"name": "made-up", "options": {"a": 2}}},
            "reader.options.a .found 1, now",
        ),
        ({"layout": "kinect-v2"}, "layout .found 'coco-17', now asked for 'kinect-v2'"),
        ({"class_names": ["bow"]}, "class_names.*, now asked for .*bow"),
        ({"sources": {"count": 4, "fingerprint": "f"}}, "sources.count .found 3, now asked for 4"),
        ({"sources": {"count": 3, "fingerprint": "g"}}, "the raw files are others or have changed"),
    ],
)
def test_something_else_is_not_resumed(tmp_path, change, expected):
    with StoreWriter(tmp_path / "s", PLAN) as writer:
        writer.commit()
    with pytest.raises(
        SkelshotError, match=r"s\.partial: holds an unfinished store of .*" + expected
    ):
        StoreWriter(tmp_path / "s", {**PLAN, **change})


def test_two_writers_do_not_meet(tmp_path):
    first = StoreWriter(tmp_path / "s", PLAN)
    with pytest.raises(SkelshotError, match="another prepare is writing it"):
        StoreWriter(tmp_path / "s", PLAN)
    first.close()
    StoreWriter(tmp_path / "s", PLAN).close()


def test_a_store_that_came_into_being_meanwhile_is_kept(tmp_path):
    with StoreWriter(tmp_path / "s", PLAN) as writer:
        writer.add(clip(0))
        (tmp_path / "s").mkdir()
        (tmp_path / "s" / "theirs").touch()
        with pytest.raises(SkelshotError, match="s: cannot take its place"):
            writer.finish()
    assert (tmp_path / "s" / "theirs").exists()


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("work/journal.json", b"{}", "not a journal of prepare; delete .*s.partial and start"),
        ("work/journal.json", b"{", "journal.json, line 1"),
        ("work/log.jsonl", b"", "shorter than when it was written"),
        ("frames.npy", b"", r"frames.npy: found 0 bytes, expected \d+ or more"),
    ],
)
def test_a_meddled_partial_store_is_refused(tmp_path, name, content, expected):
    with StoreWriter(tmp_path / "s", PLAN) as writer:
        writer.add(clip(0))
        writer.commit()
    (tmp_path / "s.partial" / name).write_bytes(content)
    with pytest.raises(SkelshotError, match=expected), StoreWriter(tmp_path / "s", PLAN) as writer:
        writer.finish()
