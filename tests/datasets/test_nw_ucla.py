import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.readers import Source
from skelshot.ground import SkelshotError


def read(path, **options):
    return list(NwUclaReader(**options).read(Source(path.name, path)))


def reason(path, **options):
    (item,) = read(path, **options)
    assert isinstance(item, Rejected)
    assert item.source == path.name
    return item.reason


def test_a_good_file_gives_its_clip(write_clip, make_joints):
    joints = make_joints(frames=7)
    (clip,) = read(write_clip("a08_s03_e02_v01", joints))
    assert (clip.name, clip.label, clip.repaired) == ("a08_s03_e02_v01", 6, 0)
    assert (clip.subject, clip.camera, clip.replication, clip.setup) == (3, 1, 2, None)
    assert clip.sequence.layout.name == "kinect-v1"
    assert clip.sequence.present.all()
    np.testing.assert_array_equal(clip.sequence.joints, joints[None].astype(np.float32))


@pytest.mark.parametrize(
    ("action", "label"),
    [(1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5), (8, 6), (9, 7), (11, 8), (12, 9)],
)
def test_labels_follow_the_numbers_with_their_gaps(write_clip, action, label):
    (clip,) = read(write_clip(f"a{action:02d}_s01_e00_v01"))
    assert clip.label == label


def test_class_names_are_in_label_order():
    names = NwUclaReader().class_names
    assert len(names) == 10
    assert (names[0], names[6], names[9]) == ("pick up with one hand", "donning", "carry")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"label": 3}, "label: found 3, but the file name says 1"),
        ({"label": "1"}, "label: found '1', expected 1 from the file name"),
        ({"label": True}, "label: found True, expected 1"),
        ({"label": ...}, "label: found None, expected 1"),
        ({"file_name": "a01_s01_e00_v02"}, "file_name: found 'a01_s01_e00_v02', but the file"),
        ({"skeletons": ...}, "skeletons: found NoneType, expected a list of frames"),
        ({"skeletons": []}, "no frame"),
        ({"skeletons": [[[0.5] * 3] * 20]}, "one frame: no movement to learn from"),
        ({"skeletons": [[[0.5] * 3] * 19] * 4}, "frame 0: found 19 joints, expected 20"),
        (
            {"skeletons": [[[0.5] * 3] * 20, [[0.5] * 3] * 25]},
            "frame 1: found 25 joints, expected 20",
        ),
        ({"skeletons": [[[0.5] * 2] * 20] * 4}, "joint 0: found [0.5, 0.5], expected [x, y, z]"),
        ({"skeletons": [[["a"] * 3] * 20] * 4}, "joint 0: found 'a', expected a number"),
        ({"skeletons": [[[True] * 3] * 20] * 4}, "joint 0: found True, expected a number"),
        ({"skeletons": [1, 2]}, "frame 0: found 0 joints"),
        ({"skeletons": [[[0.0] * 3] * 20] * 4}, "all coordinates are zero"),
        ({"skeletons": [[[float("nan")] * 3] * 20] * 4}, "no finite joint"),
    ],
)
def test_bad_contents_are_rejected_with_the_reason(write_clip, changes, expected):
    assert expected in reason(write_clip("a01_s01_e00_v01", **changes))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a07_s01_e00_v01.json", "unknown label: action a07 is not one of a01, a02"),
        ("a13_s01_e00_v01.json", "unknown label: action a13"),
        ("a1_s01_e00_v01.json", "file name: expected aAA_sSS_eEE_vVV.json"),
        ("a01_s01_e00_v01.txt", "file name: expected"),
        ("readme.md", "file name: expected"),
    ],
)
def test_other_names_are_rejected_unread(tmp_path, name, expected):
    assert expected in reason(tmp_path / name)


def test_truncated_json_is_named_with_line_and_column(write_clip):
    path = write_clip("a01_s01_e00_v01")
    whole = json.dumps(json.loads(path.read_text()), indent=1)
    path.write_text(whole[: len(whole) // 2])
    lines = whole[: len(whole) // 2].splitlines()
    (item,) = read(path)
    assert f"line {item.line}, column" in item.reason
    assert "not valid JSON" in item.reason
    assert "may be truncated" in item.reason
    assert abs(item.line - len(lines)) <= 1


def test_every_cut_of_a_file_is_rejected(write_clip, make_joints):
    path = write_clip("a01_s01_e00_v01", make_joints(frames=2))
    whole = path.read_bytes()
    for end in range(0, len(whole), 97):
        path.write_bytes(whole[:end])
        assert f"{path.name}, line 1, column" in reason(path)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=8,
    )
)
def test_any_json_in_the_place_of_coordinates_is_rejected(write_clip, anything):
    assert reason(write_clip("a01_s01_e00_v01", skeletons=anything))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"[1, 2]", "found a JSON list, expected an object"),
        (b"[" * 100_000, "not usable JSON"),
        (b'{"label": 1' + b"0" * 5000 + b"}", "not usable JSON"),
    ],
)
def test_other_contents_are_rejected(write_clip, content, expected):
    path = write_clip("a01_s01_e00_v01")
    path.write_bytes(content)
    assert expected in reason(path)


def test_missing_and_oversized_files_are_rejected(write_clip, tmp_path, monkeypatch):
    assert "cannot be read (No such file" in reason(tmp_path / "a01_s01_e00_v01.json")
    path = write_clip("a01_s01_e00_v01")
    monkeypatch.setattr("skelshot.datasets.nw_ucla.MAX_BYTES", 100)
    assert f"found {path.stat().st_size} bytes, expected at most 100" in reason(path)


def test_gaps_are_repaired_or_rejected_by_option(write_clip, make_joints):
    joints = make_joints(frames=6).tolist()
    joints[2][5] = [float("nan")] * 3
    joints[3][5][0] = None
    joints[4][6][1] = 1e300
    path = write_clip("a01_s01_e00_v01", joints)
    (clip,) = read(path)
    assert isinstance(clip, Clip)
    assert clip.repaired == 3
    assert np.isfinite(clip.sequence.joints).all()
    assert "3 joints with NaN or infinite" in reason(path, on_missing="reject")


def test_an_unknown_option_is_refused():
    with pytest.raises(SkelshotError, match="on_missing: found 'drop'"):
        NwUclaReader(on_missing="drop")


def test_hidden_files_are_ignored_and_an_empty_folder_is_refused(raw, tmp_path):
    (raw / ".DS_Store").touch()
    assert len(NwUclaReader().sources(raw)) == 11
    (tmp_path / "empty").mkdir()
    with pytest.raises(SkelshotError, match="the folder holds no NW-UCLA files"):
        NwUclaReader().sources(tmp_path / "empty")


def test_the_real_clips_are_all_read(real_store):
    rejected = (real_store.path / "rejected.csv").read_text().splitlines()[1:]
    assert rejected == [
        "a02_s09_e04_v02.json,one frame: no movement to learn from",
        "a02_s09_e04_v03.json,one frame: no movement to learn from",
    ]
    clips = real_store.clips
    assert len(clips) == 1482
    labels = Counter(clip.label for clip in clips)
    assert [labels[label] for label in range(10)] == [
        150, 150, 141, 173, 148, 149, 142, 142, 145, 142,
    ]  # fmt: skip
    assert {clip.subject for clip in clips} == set(range(1, 11))
    assert Counter(clip.camera for clip in clips) == {1: 516, 2: 503, 3: 463}
    assert real_store.document.counts.frames == 58532
    assert real_store.document.counts.repaired == 0
    assert clips[0].name == "a01_s01_e00_v01"
    np.testing.assert_allclose(
        real_store.sequence(0).joints[0, 0, 0], [-0.619699, 0.328046, 3.18186]
    )
