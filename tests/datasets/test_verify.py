import json
import pickle

import numpy as np
import pytest

from skelshot.datasets.npz import write_npz_clip
from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.datasets.store import Store
from skelshot.datasets.verify import guess_reader, verify
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V2


def problems(report):
    return {(problem.file, problem.line, problem.problem) for problem in report.bad}


def test_raw_files_are_looked_through(raw):
    report = verify(raw)
    assert (report.files, report.ok) == (11, 10)
    assert report.as_json() == {
        "files": 11,
        "ok": 10,
        "bad": [
            {
                "file": "a02_s01_e00_v01.json",
                "line": None,
                "problem": "one frame: no movement to learn from",
            }
        ],
        "passed_over": 0,
        "passed_over_examples": [],
        "guessed": {},
        "doubts": [],
        "unlabelled": 0,
        "unreadable": 0,
        "unreadable_examples": [],
    }


def test_lines_are_given_where_they_are_known(raw):
    path = raw / "a01_s01_e00_v01.json"
    path.write_text(json.dumps(json.loads(path.read_text()), indent=1)[:300])
    (first, _) = verify(raw).bad
    assert first.file == "a01_s01_e00_v01.json"
    assert f"line {first.line}," in first.problem
    assert first.line > 1


def test_gaps_are_reported_by_a_guessed_reader_and_repaired_by_a_given_one(raw):
    path = raw / "a01_s01_e00_v01.json"
    document = json.loads(path.read_text())
    document["skeletons"][1][2][0] = float("nan")
    path.write_text(json.dumps(document))
    assert "1 joints with NaN or infinite" in verify(raw).bad[0].problem
    assert len(verify(raw, NwUclaReader()).bad) == 1


def test_duplicate_names_are_reported(raw):
    (raw / "sub").mkdir()
    text = (raw / "a01_s01_e00_v01.json").read_text()
    (raw / "sub" / "a01_s01_e00_v01.json").write_text(text)
    assert (
        "sub/a01_s01_e00_v01.json",
        None,
        "duplicate name 'a01_s01_e00_v01': read before from a01_s01_e00_v01.json",
    ) in problems(verify(raw))


def test_the_format_is_guessed_from_most_of_the_files(raw, tmp_path, make_joints):
    (raw / "stray.pkl").touch()
    assert guess_reader(raw).name == "nw-ucla"
    (tmp_path / "mine").mkdir()
    write_npz_clip(tmp_path / "mine" / "a.npz", make_joints(5, 25), label="wave", layout=KINECT_V2)
    assert (verify(tmp_path / "mine").files, verify(tmp_path / "mine").ok) == (1, 1)
    annotations = [{"frame_dir": "a", "label": 0}, {"frame_dir": "b", "label": 0}]
    (tmp_path / "x.pkl").write_bytes(pickle.dumps({"annotations": annotations}))
    assert (verify(tmp_path / "x.pkl").ok, len(verify(tmp_path / "x.pkl").bad)) == (0, 2)
    annotations[0] |= {"keypoint": np.ones((1, 5, 17, 2)), "total_frames": 5}
    (tmp_path / "x.pkl").write_bytes(pickle.dumps({"annotations": annotations}))
    report = verify(tmp_path / "x.pkl")
    assert (report.files, report.ok, len(report.bad)) == (1, 0, 1)
    assert report.bad[0].problem.startswith("b: annotation: total_frames, keypoint missing")


ENDINGS = {
    "nw-ucla": ("a01_s01_e00_v01.json", "A01_S01_E00_V01.JSON"),
    "ntu": ("S001C001P001R001A001.skeleton", "S001C001P001R001A001.Skeleton", "NTU.ZIP", "n.zip"),
    "npz": ("a.npz", "A.NPZ", "sub/b.Npz"),
    "pyskl": ("a.pkl", "A.PKL", "a.pickle", "a.Pickle"),
}


@pytest.mark.parametrize(
    ("reader", "name"), [(reader, name) for reader, names in ENDINGS.items() for name in names]
)
def test_endings_count_in_capitals_or_not(tmp_path, reader, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    assert guess_reader(tmp_path).name == reader
    assert guess_reader(tmp_path / name).name == reader


def test_the_endings_of_a_format_count_together(tmp_path):
    for name in ("a.npz", "b.npz", "a.skeleton", "b.SKELETON", "c.zip"):
        (tmp_path / name).touch()
    assert guess_reader(tmp_path).name == "ntu"


def test_an_ntu_file_in_capitals_is_read(tmp_path):
    (tmp_path / "S001C001P001R001A001.SKELETON").write_text("0\n")
    report = verify(tmp_path)
    assert (report.files, report.ok) == (1, 0)
    assert "expected the number of frames" in report.bad[0].problem


def test_files_of_other_formats_are_counted_and_named(tmp_path, make_joints):
    for name in ("a", "b", "c"):
        write_npz_clip(tmp_path / f"{name}.npz", make_joints(5, 25), label="w", layout=KINECT_V2)
    for name in ("a.skeleton", "notes.txt", "sub/b.pkl", ".hidden", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    report = verify(tmp_path)
    assert (report.files, report.ok) == (3, 3)
    assert report.passed_over == ("a.skeleton", "notes.txt", "sub/b.pkl")
    for number in range(9):
        (tmp_path / f"{number}.txt").touch()
    document = verify(tmp_path).as_json()
    assert document["passed_over"] == 12
    assert document["passed_over_examples"] == [f"{number}.txt" for number in range(5)]


def test_tables_and_videos_that_are_used_are_not_passed_over(tmp_path, make_joints):
    for name in ("a.npz", "b.npz"):
        write_npz_clip(tmp_path / name, make_joints(5, 25), label="w", layout=KINECT_V2)
    (tmp_path / "labels.csv").write_text("file,label,video\na.npz,w,a.mp4\nb.npz,w,\n")
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).touch()
    assert verify(tmp_path).passed_over == ("b.mp4",)


def test_an_empty_folder_is_refused(tmp_path):
    (tmp_path / ".hidden").touch()
    with pytest.raises(SkelshotError, match="it is empty; expected clips or a store"):
        verify(tmp_path)


def test_an_unfinished_store_is_reported(store):
    partial = store.path.with_name(f"{store.path.name}.partial")
    store.path.rename(partial)
    for path in (partial, store.path):
        (problem,) = verify(path).bad
        assert "the store is not finished; run the same prepare command" in problem.problem


def test_a_store_without_its_description_is_no_folder_of_clips(store):
    (store.path / "store.json").unlink()
    (problem,) = verify(store.path).bad
    assert problem.file == "store.json"
    assert "not a store (store.json is missing)" in problem.problem


def test_files_that_are_no_stores(tmp_path, store):
    with pytest.raises(SkelshotError, match=r"describes a store; name its folder, .*store"):
        verify(store.path / "store.json")
    (tmp_path / "mine.store").write_text("?")
    with pytest.raises(SkelshotError, match=r"mine\.store: neither a store nor raw clips"):
        verify(tmp_path / "mine.store")


def test_files_beside_those_of_a_store_are_named(store):
    (store.path / "copy of frames.npy").touch()
    report = verify(store.path)
    assert (report.ok, report.bad, report.passed_over) == (5, (), ("copy of frames.npy",))


def test_a_file_that_the_description_names_may_not_be_absent(store):
    document = json.loads((store.path / "store.json").read_text())
    document["files"]["gone.npy"] = {"bytes": 1, "sha256": "0" * 64}
    (store.path / "store.json").write_text(json.dumps(document))
    assert ("gone.npy", None, "cannot be read (No such file or directory)") in problems(
        verify(store.path)
    )


def test_nothing_and_unknown_formats_are_refused(tmp_path):
    with pytest.raises(SkelshotError, match="no such file or folder"):
        verify(tmp_path / "absent")
    (tmp_path / "a.txt").touch()
    with pytest.raises(SkelshotError, match="neither a store nor raw clips of a known format"):
        verify(tmp_path)


def test_a_good_store_has_nothing_wrong(store):
    report = verify(store.path)
    assert (report.files, report.ok, report.bad) == (5, 5, ())


def flip(path, place):
    with path.open("r+b") as handle:
        handle.seek(place)
        byte = handle.read(1)[0]
        handle.seek(place)
        handle.write(bytes([byte ^ 1]))


@pytest.mark.parametrize("name", ["frames.npy", "present.npy", "frame_index.npy"])
def test_a_single_changed_bit_is_found(store, name):
    flip(store.path / name, 200)
    report = verify(store.path)
    assert any(
        problem.file == name and problem.problem.startswith("SHA-256: found")
        for problem in report.bad
    )
    assert report.ok == 4


def test_a_store_that_does_not_open_is_reported(store):
    (store.path / "frames.npy").unlink()
    (problem,) = verify(store.path).bad
    assert problem.file == "store.json"
    assert "frames.npy: cannot be read" in problem.problem


def test_contents_that_no_clip_may_have_are_reported(store):
    frames = np.load(store.path / "frames.npy", mmap_mode="r+")
    frames[0, 3, 1] = np.nan
    frames.flush()
    times = np.load(store.path / "frame_index.npy", mmap_mode="r+")
    times[1] = 0
    times.flush()
    found = {(file, problem) for file, _, problem in problems(verify(store.path))}
    name = Store.open(store.path).clips[0].name
    assert ("frames.npy", f"{name}: not all coordinates are finite") in found
    assert ("frame_index.npy", f"{name}: frame numbers do not rise") in found


def test_a_description_of_other_clips_is_reported(store):
    document = json.loads((store.path / "store.json").read_text())
    document["data_hash"] = "0" * 64
    (store.path / "store.json").write_text(json.dumps(document))
    (problem,) = verify(store.path).bad
    assert problem.file == "store.json"
    assert problem.problem.startswith("data_hash: found 000")


def test_a_store_and_other_formats_take_no_reading_options(raw, toy_store):
    reading = ReadingOptions(units="millimetres", axes="x,z,-y")
    with pytest.raises(SkelshotError, match=r"found a store, but only npz, pyskl .*--layout; "):
        verify(toy_store.path, layout="kinect-v1")
    with pytest.raises(SkelshotError, match=r"found nw-ucla files, but .*--axes, --units; leave"):
        verify(raw, reading=reading)
    with pytest.raises(SkelshotError, match="--units"):
        verify(raw, reading=ReadingOptions(units="metres"))
    verify(raw, reading=ReadingOptions())
