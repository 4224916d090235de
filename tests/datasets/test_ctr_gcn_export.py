"""The public CTR-GCN file, against its rules written out slowly; and NTU's own splits."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from skelshot.datasets.ctr_gcn_export import ctr_gcn_rows, export_ctr_gcn, names_file_of
from skelshot.datasets.npz import NpzReader, write_npz_clip
from skelshot.datasets.ntu import NtuReader
from skelshot.datasets.ntu.bodies import BodyOptions
from skelshot.datasets.ntu.names import parse_name
from skelshot.datasets.ntu.splits import members_of, ntu_splits, pyskl_splits, split_of
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.skeletons.sequence import SkeletonSequence

NAMES = (
    "S001C001P001R001A001",
    "S001C001P003R001A060",
    "S001C002P001R001A002",
    "S001C003P001R001A002",
    "S002C001P002R001A050",
    "S002C002P040R002A055",
    "S017C003P038R002A003",
    "S018C001P045R001A061",
    "S019C002P044R001A106",
    "S032C003P106R002A120",
)


def thinned(text, dropped):
    """A file of two bodies without those that `dropped` names by frame: 0, 1, or both."""
    lines = text.splitlines()
    frames, lines = [lines[0]], lines[1:]
    for frame in range(int(frames[0])):
        block = lines[frame * 55 : frame * 55 + 55]
        bodies = [block[1:28], block[28:55]]
        kept = [body for number, body in enumerate(bodies) if number not in dropped(frame)]
        frames += [str(len(kept)), *(line for body in kept for line in body)]
    return "\n".join(frames) + "\n"


@pytest.fixture
def ntu_store(tmp_path, skeleton_text):
    """Clips of one and two persons, some of them absent for a while, out of name order."""
    folder = tmp_path / "ntu-raw"
    for number, name in enumerate(NAMES):
        path = folder / ("a" if number % 2 else "b") / f"{name}.skeleton"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = skeleton_text(30 + number, number, 1 + number % 2)
        if number in (3, 5):  # each is away for a while, one of them at first
            gone = (1, 0) if number == 3 else (0, 1)
            text = thinned(text, lambda f, g=gone: g[:1] if f % 9 < 3 else g[1:] if f > 25 else ())
        elif number == 7:
            text = thinned(text, lambda f: (0, 1) if f < 3 else (0,) if f < 6 else ())
        path.write_text(text)
    prepare(NtuReader(missing_list="none"), folder, tmp_path / "ntu-store")
    return Store.open(tmp_path / "ntu-store")


def literal(sequence, copy):
    """A clip as the public scripts leave it: (300, 150), one number after the other."""
    persons, frames = sequence.joints.shape[:2]
    rows = np.zeros((frames, 75 * persons), np.float32)
    for person in range(persons):
        for frame in range(frames):
            if sequence.present[person, frame]:
                for joint in range(25):
                    for axis in range(3):
                        column = 75 * person + 3 * joint + axis
                        rows[frame, column] = sequence.joints[person, frame, joint, axis]
    missing = [
        [not rows[f, 75 * p : 75 * p + 75].any() for f in range(frames)] for p in range(persons)
    ]
    start = next(f for f in range(frames) if rows[f, :75].any())
    origin = rows[start, 3:6].copy()
    for frame in range(frames):
        for column in range(75 * persons):
            gone = missing[column // 75][frame]
            rows[frame, column] = 0 if gone else rows[frame, column] - origin[column % 3]
    padded = np.zeros((300, 150), np.float32)
    padded[:frames, : 75 * persons] = rows
    if copy and persons == 1:
        padded[:frames, 75:] = rows
    return padded


@pytest.mark.parametrize(
    ("split", "train", "test"),
    [  # by the deciding number, then by name
        ("xsub60", [0, 2, 3, 4, 6], [1, 5]),
        ("xview60", [2, 5, 3, 6], [0, 1, 4]),
        ("xsub120", [0, 2, 3, 4, 6, 7], [1, 5, 8, 9]),
        ("xset120", [4, 5, 7, 9], [0, 1, 2, 3, 6, 8]),
    ],
)
@pytest.mark.parametrize("second", [None, "zero", "copy"])
def test_files_are_those_of_the_public_code(ntu_store, tmp_path, split, train, test, second):
    path = tmp_path / "out.npz"
    done = export_ctr_gcn(ntu_store, path, split, second)
    assert (done.train, done.test) == (len(train), len(test))
    assert done.left_out == len(NAMES) - len(train) - len(test)
    copy = (second or ("copy" if split.endswith("120") else "zero")) == "copy"
    with np.load(path) as file:
        assert list(file) == ["x_train", "y_train", "x_test", "y_test"]
        for side, numbers in (("train", train), ("test", test)):
            x, y = file[f"x_{side}"], file[f"y_{side}"]
            assert x.dtype == np.float32
            assert y.dtype == np.float64
            assert x.shape == (len(numbers), 300, 150)
            assert y.shape == (len(numbers), 60 if split.endswith("60") else 120)
            assert y.sum(axis=1).tolist() == [1.0] * len(numbers)
            for row, label, number in zip(x, y.argmax(axis=1), numbers, strict=True):
                sequence = ntu_store.sequence(ntu_store.index_of(NAMES[number]))
                np.testing.assert_array_equal(row, literal(sequence, copy))
                assert label == parse_name(NAMES[number]).label
    assert done.names_file == tmp_path / "out.npz.names.txt"
    assert done.names_file.read_text().split() == [NAMES[n] for n in [*train, *test]]


def test_the_clips_have_what_the_rules_are_about(ntu_store):
    """Two persons, one person, and each of the two absent in some frames."""
    clips = [ntu_store.sequence(ntu_store.index_of(name)) for name in NAMES]
    assert {clip.persons for clip in clips} == {1, 2}
    absent = [~clip.present for clip in clips if clip.persons == 2]
    assert any(person[0].any() for person in absent)
    assert any(person[1].any() for person in absent)
    assert any(person[0, 0] for person in absent)


def test_a_second_person_who_never_comes_is_not_a_copy():
    joints = np.random.default_rng(0).normal(size=(2, 5, 25, 3)).astype(np.float32)
    present = np.array([[True] * 5, [False] * 5])
    joints[1] = 0
    rows = ctr_gcn_rows(SkeletonSequence(joints, present, KINECT_V2), "copy")
    assert not rows[:, 75:].any()
    assert not rows[0, 3:6].any()
    alone = ctr_gcn_rows(SkeletonSequence(joints[:1], present[:1], KINECT_V2), "copy")
    np.testing.assert_array_equal(alone[:, 75:], rows[:, :75])


def test_the_empty_second_person_of_old_stays_empty(tmp_path, skeleton_text):
    folder = tmp_path / "raw"
    folder.mkdir()
    text = thinned(skeleton_text(40, 3, 2), lambda f: (1,) if f < 20 else (0,))
    (folder / "S001C001P001R001A001.skeleton").write_text(text)
    shares = {}
    for legacy in ((), ("empty-second",)):
        out = tmp_path / f"store{len(legacy)}"
        prepare(NtuReader(bodies=BodyOptions(legacy=legacy)), folder, out)
        export_ctr_gcn(Store.open(out), tmp_path / "out.npz", "xsub120")
        shares[legacy] = np.load(tmp_path / "out.npz")["x_train"][0, :, 75:].any(axis=1).sum()
    assert shares == {(): 40, ("empty-second",): 0}


def test_names_can_be_lost_and_old_ones_do_not_stay(ntu_store, tmp_path):
    path = tmp_path / "out.npz"
    export_ctr_gcn(ntu_store, path, "xsub60")
    first = path.read_bytes()
    assert names_file_of(path).is_file()
    done = export_ctr_gcn(ntu_store, path, "xsub60", lose_names=True)
    assert done.names_file is None
    assert not names_file_of(path).exists()
    assert path.read_bytes() == first


def test_memory_does_not_grow_with_the_clips(ntu_store, tmp_path, monkeypatch):
    place = ntu_store.index_of(NAMES[5])
    copies = [replace(ntu_store.clips[place], name=f"clip {n}") for n in range(60)]
    monkeypatch.setattr(ntu_store, "clips", tuple(copies))
    tracemalloc.start()
    try:
        export_ctr_gcn(ntu_store, tmp_path / "out.npz", "xsub60")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (tmp_path / "out.npz").stat().st_size > 60 * 300 * 150 * 4
    assert peak < 2_000_000  # a fifth of what was written, ten clips


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"frames": 301}, "found 301 frames, expected at most 300"),
        ({"persons": 3}, "found 3 persons, expected at most 2"),
        ({"label": 60}, "found the label 60, expected 0 to 59 for the split xsub60"),
        ({"subject": None}, "its subject is not known, which the split xsub60 goes by"),
        ({"setup": None}, "its setup is not known"),
    ],
)
def test_clips_without_a_place_are_refused_by_name(
    ntu_store, tmp_path, monkeypatch, changes, expected
):
    place = ntu_store.index_of(NAMES[5])
    clips = list(ntu_store.clips)
    clips[place] = replace(clips[place], **changes)
    monkeypatch.setattr(ntu_store, "clips", tuple(clips))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(SkelshotError, match=expected) as refused:
        export_ctr_gcn(ntu_store, tmp_path / "out.npz", "xsub60")
    assert f"clip {NAMES[5]!r}" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert sorted(tmp_path.iterdir()) == before


def test_other_stores_and_splits_are_refused(store, ntu_store, tmp_path):
    path = tmp_path / "out.npz"
    with pytest.raises(SkelshotError, match="'kinect-v1', expected 3 of 'kinect-v2'"):
        export_ctr_gcn(store, path, "xsub60")
    with pytest.raises(SkelshotError, match=r"split: found 'xsub', expected one of xsub60, xview"):
        export_ctr_gcn(ntu_store, path, "xsub")
    with pytest.raises(SkelshotError, match="found a folder"):
        export_ctr_gcn(ntu_store, tmp_path, "xsub60")
    with pytest.raises(SkelshotError, match=r"absent/out.npz: cannot be written"):
        export_ctr_gcn(ntu_store, tmp_path / "absent" / "out.npz", "xsub60")
    later = [clip for clip in ntu_store.clips if (clip.setup or 0) > 17]
    with pytest.raises(SkelshotError, match="found none of its clips among 3, expected setups 1"):
        members_of(later, "xview60")


def test_pixels_and_unknown_subjects_are_refused(tmp_path, make_joints):
    for channels, expected in ((2, "found 2 coordinates"), (3, "is not known")):
        folder = tmp_path / f"raw{channels}"
        folder.mkdir()
        for name in ("one", "two"):
            joints = make_joints(6, 25, channels)
            write_npz_clip(folder / f"{name}.npz", joints, label=name, layout=KINECT_V2)
        prepare(NpzReader(), folder, tmp_path / f"store{channels}")
        made = Store.open(tmp_path / f"store{channels}")
        with pytest.raises(SkelshotError, match=expected):
            export_ctr_gcn(made, tmp_path / "out.npz", "xsub60")


def test_nothing_is_left_when_writing_breaks_off(ntu_store, tmp_path, monkeypatch):
    path = tmp_path / "out.npz"
    export_ctr_gcn(ntu_store, path, "xsub60")
    before = {file.name: file.read_bytes() for file in tmp_path.glob("out*")}
    real, left = ntu_store.sequence, [0, 1, 2]

    def full(place):
        if not left:
            raise OSError(28, "No space left on device")
        left.pop()
        return real(place)

    monkeypatch.setattr(ntu_store, "sequence", full)
    with pytest.raises(SkelshotError, match=r"out.npz: cannot be written \(No space left"):
        export_ctr_gcn(ntu_store, path, "xview60")
    assert {file.name: file.read_bytes() for file in tmp_path.glob("*out*")} == before


def test_splits_are_the_published_ones(ntu_store):
    splits = ntu_splits()
    for name, (train, test) in {
        "xsub60": (20, 20), "xview60": (2, 1), "xsub120": (53, 53), "xset120": (16, 16)
    }.items():  # fmt: skip
        split = splits[name]
        assert len(set(split.train)) == len(split.train) == train
        assert list(split.train) == sorted(split.train)
        assert split.last - train == test
    assert set(splits["xsub60"].train) == {s for s in splits["xsub120"].train if s <= 40}
    assert splits["xsub60"].train[:6] == (1, 2, 4, 5, 8, 9)
    beyond = replace(ntu_store.clips[0], setup=1, subject=41)
    assert split_of(beyond, "xsub60") is None
    assert split_of(beyond, "xsub120") == "test"


def test_pyskl_splits_go_by_the_names_of_its_configurations(ntu_store):
    found = pyskl_splits(ntu_store.clips, "xview60")
    assert found == {
        "xview_train": [NAMES[n] for n in (2, 5, 3, 6)],
        "xview_val": [NAMES[n] for n in (0, 1, 4)],
    }
    assert list(pyskl_splits(ntu_store.clips, "xset120")) == ["xset_train", "xset_val"]
