import io
import json
import os
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.npz import NpzReader, write_npz_clip
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import COCO_17, KINECT_V2, layout_from


@pytest.fixture
def mine(tmp_path, make_joints):
    """Three clips of two classes."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for number, label in enumerate(["wave", "bow", "wave"]):
        write_npz_clip(
            folder / f"clip_{number}.npz",
            make_joints(6 + number, 25, 3, seed=number),
            label=label,
            layout=KINECT_V2,
            subject=number,
        )
    return folder


def read(folder, **options):
    reader = NpzReader(**options)
    return [item for source in reader.sources(folder) for item in reader.read(source)], reader


def reason(folder, **options):
    (found,) = [item.reason for item in read(folder, **options)[0] if isinstance(item, Rejected)]
    return found


def test_three_clips_become_a_store(mine, tmp_path, make_joints):
    report = prepare(NpzReader(), mine, tmp_path / "store")
    assert (report.clips, report.classes, report.rejected) == (3, 2, 0)
    store = Store.open(tmp_path / "store")
    assert store.class_names == ("bow", "wave")
    assert store.labels.tolist() == [1, 0, 1]
    assert [clip.name for clip in store.clips] == ["clip_0", "clip_1", "clip_2"]
    assert [clip.subject for clip in store.clips] == [0, 1, 2]
    assert store.layout is KINECT_V2
    wanted = make_joints(8, 25, 3, seed=2).astype(np.float32)
    np.testing.assert_array_equal(store.sequence(2).joints, wanted[np.newaxis])


def test_every_field_goes_through(tmp_path):
    rng = np.random.default_rng(0)
    given_arrays = {
        "present": np.array([[True] * 5, [True, False, False, True, True]]),
        "confidence": rng.uniform(0.1, 1, (2, 5, 17)).astype(np.float32),
        "pixels": rng.random((2, 5, 17, 2)).astype(np.float32),
        "frame_index": np.array([0, 2, 3, 10, 11]),
    }
    joints = rng.random((2, 5, 17, 2)).astype(np.float32)
    write_npz_clip(
        tmp_path / "a.npz", joints, label="wave", layout=COCO_17, **given_arrays,
        subject=1, camera=2, setup=3, replication=4,
    )  # fmt: skip
    (clip,), _ = read(tmp_path)
    assert (clip.subject, clip.camera, clip.setup, clip.replication) == (1, 2, 3, 4)
    for field, wanted in given_arrays.items():
        np.testing.assert_array_equal(getattr(clip.sequence, field), wanted)
    assert not clip.sequence.joints[1, 1:3].any()
    np.testing.assert_array_equal(clip.sequence.joints[0], joints[0])


def test_for_one_person_the_first_axis_may_be_left_out(tmp_path):
    np.savez(
        tmp_path / "a.npz",
        joints=np.ones((4, 17, 2)),
        present=np.array([True, True, False, True]),
        confidence=np.ones((4, 17)),
        label="x",
    )
    (clip,), _ = read(tmp_path)
    assert clip.sequence.joints.shape == (1, 4, 17, 2)
    assert clip.sequence.present.tolist() == [[True, True, False, True]]
    assert clip.sequence.confidence.shape == (1, 4, 17)


def labelled(folder, **arrays):
    folder.mkdir(exist_ok=True)
    whole = {"joints": np.ones((1, 4, 25, 3)), "label": np.array("wave"), **arrays}
    kept = {field: value for field, value in whole.items() if value is not ...}
    np.savez(folder / "z.npz", **kept)
    return folder


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        (
            {"joints": ..., "jonts": np.ones(3)},
            "joints: missing, found only jonts float64 (3,), label <U4 ()",
        ),
        ({"label": np.array(3.5)}, "label: found 3.5, expected text"),
        ({"label": np.array(["a", "b"])}, "label: found <U1 (2,), expected text"),
        ({"label": np.array(" ")}, "label: found ' ', expected text"),
        ({"label": np.array(None)}, "label: found Python objects, expected numbers or text"),
        ({"joints": np.array([None])}, "joints: found Python objects"),
        ({"joints": np.array("x")}, "joints: found <U1 (), expected numbers"),
        ({"joints": np.ones((4, 25))}, "joints: found shape (4, 25), expected (M, T, V, C)"),
        ({"joints": np.ones((1, 4, 20, 3))}, "joints: found shape (1, 4, 20, 3)"),
        ({"joints": np.ones((1, 1, 25, 3))}, "one frame: no movement"),
        ({"present": np.ones((1, 5), bool)}, "present: found shape (1, 5), expected (1, 4)"),
        ({"present": np.ones((1, 4))}, "present: found float64 (1, 4), expected true and false"),
        ({"present": np.zeros((1, 4), bool)}, "all coordinates are zero"),
        ({"confidence": np.ones((1, 4))}, "confidence: found shape"),
        ({"pixels": np.ones((1, 4, 25, 3))}, "pixels: found shape"),
        ({"frame_index": np.array([0, 1, 1, 2])}, "frame_index: expected whole numbers that rise"),
        ({"frame_index": np.arange(3)}, "frame_index: found shape (3,)"),
        ({"frame_index": np.ones(4)}, "frame_index: expected whole numbers"),
        ({"subject": np.array("P3")}, "subject: found 'P3', expected a whole number"),
        ({"subject": np.array(-1)}, "subject: found -1"),
        ({"camera": np.array(2**63, np.uint64)}, "camera: found 9223372036854775808"),
        ({"layout": np.array("kinect-v1")}, "layout: found 'kinect-v1', expected 'kinect-v2'"),
        ({"layout": np.array("kinect-v9")}, "layout: found 'kinect-v9', expected 'kinect-v2'"),
        ({"joints": np.full((1, 4, 25, 3), np.inf)}, "no finite joint"),
    ],
)
def test_bad_clips_are_rejected_and_the_rest_is_read(mine, arrays, expected):
    assert expected in reason(labelled(mine, **arrays))
    assert sum(isinstance(item, Clip) for item in read(mine)[0]) == 3


def test_clips_of_other_coordinates_are_rejected(mine, tmp_path):
    labelled(mine, joints=np.ones((1, 4, 25, 2)))
    report = prepare(NpzReader(), mine, tmp_path / "store")
    assert (report.clips, report.rejected) == (3, 1)
    expected = "joints: found 2 coordinates, most clips beside it have 3"
    assert expected in report.rejected_file.read_text()


def labels_csv(folder, text):
    (folder / "labels.csv").write_text(text, "utf-8")
    return folder


def test_labels_csv_gives_what_the_files_leave_out(tmp_path):
    folder = labelled(tmp_path / "x", label=...)
    labels_csv(folder, "\ufefffile,label,subject,camera,note\nz, bow ,4,,left\n")
    (clip,), reader = read(folder)
    assert (reader.class_names, clip.label) == (("bow",), 0)
    assert (clip.subject, clip.camera) == (4, None)


def test_clips_within_a_recording(tmp_path, make_joints):
    raw = tmp_path / "raw"
    raw.mkdir()
    for number, start in enumerate([0, 40]):
        write_npz_clip(
            raw / f"clip_{number}.npz",
            make_joints(6, 25, 3),
            label="wave",
            layout=KINECT_V2,
            video="0002-L.avi",
            video_start=start,
            video_stop=start + 6,
        )
    (found, _), _ = read(raw)
    assert (found.video_file, found.frame_range) == ("0002-L.avi", (0, 6))
    prepare(NpzReader(), raw, tmp_path / "store")
    clips = Store.open(tmp_path / "store").clips
    assert [(clip.video_file, clip.video_start, clip.video_stop) for clip in clips] == [
        ("0002-L.avi", 0, 6),
        ("0002-L.avi", 40, 46),
    ]


def test_a_column_of_the_table_divides_the_clips(mine, tmp_path):
    names = [item.name for item in read(mine)[0]]
    lines = [f"{name},{split}" for name, split in zip(names, (" train ", "", "val"), strict=True)]
    labels_csv(mine, "\n".join(["file,split,label", *(f"{line}," for line in lines), "gone,val,"]))
    report = prepare(NpzReader(), mine, tmp_path / "store")
    assert Store.open(tmp_path / "store").splits == {"train": (names[0],), "val": (names[2],)}
    assert (report.rejected, report.splits_left_out) == (1, 1)
    assert report.remarks.passed_over == ()


@pytest.mark.parametrize("numbers", [{"video_start": 3}, {"video_start": 6, "video_stop": 6}])
def test_half_a_range_is_rejected(tmp_path, make_joints, numbers):
    path = tmp_path / "clip.npz"
    write_npz_clip(path, make_joints(6, 25, 3), label="wave", layout=KINECT_V2, **numbers)
    assert reason(tmp_path).startswith("video_start, video_stop: found")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("z.npz,bow,", "label: found 'wave', but labels.csv says 'bow'"),
        ("z.npz,wave,7", "subject: found 3, but labels.csv says 7"),
    ],
)
def test_contradictions_are_rejected(tmp_path, line, expected):
    folder = labelled(tmp_path / "x", subject=np.array(3))
    assert expected in reason(labels_csv(folder, f"file,label,subject\n{line}\n"))


def test_files_that_labels_csv_names_in_vain_are_rejected(mine):
    labels_csv(mine, "file,label\nclip_1,bow\nlost,bow\n")
    (rejected,) = [item for item in read(mine)[0] if isinstance(item, Rejected)]
    assert rejected == Rejected("lost.npz", "labels.csv names it, but there is no such file")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "line 1: found the columns , expected file,label"),
        ("name,label\n", "line 1: found the columns name, label, expected file,label"),
        ("file,label\nclip_0,a\nclip_0.npz,b\n", "line 3: found 'clip_0.npz' a second time"),
        ("file,label,subject\nclip_0,a,P3\n", "line 2, subject: found 'P3'"),
        ("file,label\n,a\n", "line 2: found the file ''"),
        ("file,label\n../x,a\n", r"line 2: found the file '../x'"),
        ("file,label\n/x,a\n", r"line 2: found the file '/x'"),
        ('file,label\n"' + "x" * 200_000, "cannot be read"),
    ],
)
def test_a_bad_labels_csv_is_a_bad_call(mine, text, expected):
    with pytest.raises(SkelshotError, match=expected):
        NpzReader().sources(labels_csv(mine, text))


def test_another_labels_csv_makes_another_store(mine, tmp_path):
    labels_csv(mine, "file,label,subject\nclip_0,wave,0\n")
    prepare(NpzReader(), mine, tmp_path / "store")
    labels_csv(mine, "file,label,subject\nclip_0,wave,0\nclip_1,bow,1\n")
    with pytest.raises(SkelshotError, match=r"holds a store of another reader\.options"):
        prepare(NpzReader(), mine, tmp_path / "store")


def test_the_layout_comes_from_the_option_the_files_or_the_joints(tmp_path):
    folder = labelled(tmp_path / "x", joints=np.ones((4, 15, 3)))
    assert read(folder)[1].layout.name == "openni-15"
    assert "expected (persons, frames, 25" in reason(folder, layout="kinect-v2")
    labelled(folder, joints=np.ones((4, 19, 3)))
    with pytest.raises(SkelshotError, match=r"no clip has a known layout; the first: z\.npz: "):
        NpzReader().sources(folder)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(SkelshotError, match=r"the folder holds no \.npz files, one a clip"):
        NpzReader().sources(tmp_path)
    (tmp_path / "a.mat").touch()
    with pytest.raises(SkelshotError, match=r"or \.npy; it holds a\.mat$"):
        NpzReader().sources(tmp_path)


def test_names_and_endings_of_other_systems(tmp_path, make_joints):
    joints = make_joints(6, 25, 3)
    (tmp_path / "Tag 1").mkdir()
    write_npz_clip(tmp_path / "x.npz", joints, label="wave", layout=KINECT_V2)
    (tmp_path / "x.npz").rename(tmp_path / "Tag 1" / "Größe 1.NPZ")
    np.save(tmp_path / "two", np.asfortranarray(joints.astype(">f8")[np.newaxis]))
    (tmp_path / "Labels.TSV").write_text("FILE\tLabel\nTWO\tbow\nTag 1\\größe 1\twave\n")
    items, reader = read(tmp_path)
    assert [(clip.name, clip.source_file) for clip in items] == [
        ("Tag 1/Größe 1", "Tag 1/Größe 1.NPZ"),
        ("two", "two.npy"),
    ]
    assert [reader.class_names[clip.label] for clip in items] == ["wave", "bow"]
    np.testing.assert_array_equal(items[0].sequence.joints, items[1].sequence.joints)
    assert reader.remarks().guessed["Labels.TSV"].startswith("cells separated by tabs")


@pytest.mark.parametrize("name", ["bell\x07", "two\nlines", "\udcff", "x" * 240])
def test_names_that_no_list_could_show_are_rejected_escaped(mine, tmp_path, name):
    folder = mine / ("y" * 200) if len(name) > 200 else mine
    folder.mkdir(exist_ok=True)
    (mine / "clip_0.npz").rename(folder / f"{name}.npz")
    report = prepare(NpzReader(), mine, tmp_path / "store")
    assert (report.clips, report.rejected) == (2, 1)
    listed = report.rejected_file.read_text()
    assert "expected 1 to 400 printable characters" in listed
    assert all(line.isprintable() for line in listed.splitlines())


def test_what_is_passed_over_is_said(mine, tmp_path):
    for name in ("notes.txt", "a\x07.mat", "deep/labels.csv", ".hidden"):
        (mine / name).parent.mkdir(exist_ok=True)
        (mine / name).touch()
    labels_csv(mine, "file,label,weather\nclip_0,wave,sun\n")
    report = prepare(NpzReader(), mine, tmp_path / "store")
    document = report.as_json()
    assert document["passed_over"] == 4
    assert document["passed_over_examples"] == [
        "labels.csv, column 'weather'", "a\\x07.mat", "deep/labels.csv", "notes.txt",
    ]  # fmt: skip
    assert prepare(NpzReader(), mine, tmp_path / "store").as_json()["passed_over"] == 4


def test_two_tables_are_refused(mine):
    labels_csv(mine, "file,label\n")
    (mine / "LABELS.tsv").write_text("file\tlabel\n")
    with pytest.raises(SkelshotError, match=r"found .* and .*, expected one table"):
        NpzReader().sources(mine)


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        ({"label": np.array(3)}, "3"),
        ({"label": np.array(b"wave")}, "wave"),
        ({"label": np.array(["wave"])}, "wave"),
        ({"subject": np.array([2.0])}, "wave"),
        ({"joints": np.asfortranarray(np.ones((1, 4, 25, 3), ">f8"))}, "wave"),
        ({"joints": np.ones((1, 4, 25, 3), np.uint16)}, "wave"),
        ({"joints": np.ones((4, 25, 3), "g")}, "wave"),
        ({"confidence": np.ones((1, 4, 25, 1), np.float16)}, "wave"),
        ({"layout": np.array("NTU-25")}, "wave"),
    ],
)
def test_values_of_other_kinds_are_the_same_clip(tmp_path, arrays, expected):
    (clip,), reader = read(labelled(tmp_path / "x", **arrays))
    np.testing.assert_array_equal(clip.sequence.joints, np.ones((1, 4, 25, 3), np.float32))
    assert reader.class_names == (expected,)


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        ({"frame_index": np.array(3)}, "frame_index: expected whole numbers"),
        ({"video_start": np.array(0), "video_stop": np.array(2**40)}, "video_stop: found 1099511"),
        ({"label": np.array("a\udcff")}, r"label: found 'a\\udcff', expected at most 400 print"),
        ({"video": np.array("x" * 401)}, "video: found"),
        ({"picture_size": np.array([640])}, "picture_size: found int64 (1,), expected two"),
    ],
)
def test_values_unfit_for_a_store_are_rejected_before_it_is_written(mine, arrays, expected):
    assert expected in reason(labelled(mine, **arrays))


def test_other_files_are_named_with_their_arrays(tmp_path):
    np.savez(tmp_path / "m_0.npz", np.ones((37, 20, 3), np.float32))
    with pytest.raises(
        SkelshotError, match=r"m_0\.npz: joints: missing, found only arr_0 float32 "
    ):
        NpzReader().sources(tmp_path)
    np.savez(tmp_path / "m_0.npz", x_train=np.ones((3, 300, 150)), y_train=np.ones((3, 60)))
    with pytest.raises(SkelshotError, match=r"CTR-GCN.*'skelshot prepare ntu'"):
        NpzReader().sources(tmp_path)


def test_the_pictures_size_goes_through(tmp_path, make_joints):
    joints = 100 * make_joints(6, 17, 2)
    write_npz_clip(tmp_path / "a.npz", joints, label="x", layout="coco-17", picture_size=(640, 480))
    (clip,), _ = read(tmp_path)
    assert clip.sequence.picture_size == (640, 480)


OWN = {"name": "stick", "joints": ["hip", "chest", "head"], "bones": [[1, 0], [2, 1]]}


def test_clips_of_a_layout_of_ones_own_are_read_back(tmp_path):
    joints = np.random.default_rng(0).random((5, 3, 2))
    stick = layout_from(OWN)
    write_npz_clip(tmp_path / "a.npz", joints, label="x", layout=stick)
    (clip,), reader = read(tmp_path)
    assert clip.sequence.layout == reader.layout == stick
    prepare(NpzReader(), tmp_path, tmp_path.with_suffix(".store"))
    assert Store.open(tmp_path.with_suffix(".store")).layout == stick
    other = layout_from({**OWN, "bones": [[1, 0], [2, 0]]})
    write_npz_clip(tmp_path / "b.npz", joints, label="x", layout=other)
    assert "layout: found 'stick', expected 'stick' as elsewhere" in reason(tmp_path)
    (tmp_path / "b.npz").unlink()
    write_npz_clip(tmp_path / "b.npz", joints, label="x", layout=stick)
    assert read(tmp_path, layout=other)[1].options()["layout"]["name"] == "stick"
    assert len({item.reason for item in read(tmp_path, layout=other)[0]}) == 1


def test_a_layout_named_by_the_files_may_be_defined_by_the_option(tmp_path):
    np.savez(tmp_path / "a.npz", joints=np.ones((4, 3, 2)), label="x", layout="stick")
    with pytest.raises(SkelshotError, match=r"found 'stick', expected one of .*\.yaml"):
        NpzReader().sources(tmp_path)
    (tmp_path / "stick.yaml").write_text(json.dumps(OWN))
    (clip,), _ = read(tmp_path, layout=str(tmp_path / "stick.yaml"))
    assert clip.sequence.layout.joints == ("hip", "chest", "head")


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "3", '{"name": "x"}', "1" * 5000])
def test_bad_definitions_are_rejected(mine, text):
    labelled(mine, layout_definition=np.array(text))
    assert "layout" in reason(mine)


def test_other_compressions_are_refused_unread(mine):
    with zipfile.ZipFile(mine / "z.npz", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("joints.npy", bytes(10**6))
    assert "joints.npy: found another compression than numpy.savez writes" in reason(mine)


def test_what_is_no_regular_file_is_rejected(mine):
    os.mkfifo(mine / "z.npz")
    assert reason(mine) == "found no regular file"


def npy(header, data=b""):
    text = header.encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_bombs_are_rejected_unread(mine, monkeypatch):
    monkeypatch.setattr("skelshot.datasets.npz_files.MAX_BYTES", 100_000)
    zipped(mine / "z.npz", {"joints.npy": bytes(60_000), "other": bytes(60_000)})
    assert "decompresses to 120000 bytes, expected at most 100000" in reason(mine)


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -1)}",
        "{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000,)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 4}",
        "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)}",
        "{'descr': ",
    ],
)
def test_headers_that_ask_for_more_than_there_is_are_rejected(mine, header):
    buffer = io.BytesIO()
    np.save(buffer, np.array("wave"))
    zipped(mine / "z.npz", {"joints.npy": npy(header, b"abcd"), "label.npy": buffer.getvalue()})
    assert reason(mine)


@pytest.mark.filterwarnings("ignore::UserWarning")  # numpy's, on headers of Python 2
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_damage_gives_a_clip_or_a_rejection_and_nothing_else(mine, data):
    path = mine / "clip_1.npz"
    whole = path.read_bytes()
    damaged = bytearray(whole[: data.draw(st.integers(1, len(whole)))])
    for _ in range(data.draw(st.integers(0, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged)
    try:
        assert len(read(mine)[0]) == 3
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"path": "a.npy"}, "expected a name that ends in .npz"),
        ({"path": "absent/a.npz"}, "cannot be written"),
        ({"label": ""}, "label: found ''"),
        ({"joints": np.ones((5, 25))}, "joints: found shape"),
        ({"joints": np.ones((5, 20, 3))}, "joints: found shape"),
        ({"performer": 3}, "performer: unknown field, expected one of subject, camera"),
    ],
)
def test_clips_that_could_not_be_read_are_not_written(tmp_path, changes, expected):
    whole = {"path": "a.npz", "joints": np.ones((5, 25, 3)), "label": "wave", **changes}
    path, joints = tmp_path / whole.pop("path"), whole.pop("joints")
    with pytest.raises(SkelshotError, match=expected):
        write_npz_clip(path, joints, layout=KINECT_V2, **whole)
    assert not list(tmp_path.iterdir())
