import json
import pickle

import numpy as np
import pytest

from skelshot.datasets.npz import write_npz_clip
from skelshot.datasets.nw_ucla import NwUclaReader
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
