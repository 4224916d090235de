"""OpenPose: a folder of JSON files, one a frame."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.reader_family import reader_named
from skelshot.datasets.readers import fingerprint
from skelshot.ground import SkelshotError

from .bodies import openpose

ONE, TWO = openpose(12, 300), openpose(12, 900)


def person(rows: np.ndarray) -> dict[str, Any]:
    return {"person_id": [-1], "pose_keypoints_2d": rows.ravel().tolist(), "face_keypoints_2d": []}


def write(raw: Path, frame: int, people: object, name: str = "wave/v") -> None:
    path = raw / f"{name}_{frame:012d}_keypoints.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"version": 1.3, "people": people}
    path.write_text(people if isinstance(people, str) else json.dumps(document))


def read(raw: Path, **options: object) -> list[Clip | Rejected]:
    reader = reader_named("openpose", **options)
    return [clip for source in reader.sources(raw) for clip in reader.read(source)]


def test_frames_of_one_name_are_a_clip(tmp_path: Path) -> None:
    for n, rows in enumerate(ONE):
        write(tmp_path, n if n < 6 else n + 3, [person(rows)])
        write(tmp_path, n, [person(rows)], "bow/w")
    bow, wave = read(tmp_path)
    assert isinstance(bow, Clip)
    assert isinstance(wave, Clip)
    assert (bow.name, bow.label, wave.name, wave.label) == ("bow/w", 0, "wave/v", 1)
    assert wave.sequence.layout.name == "openpose-25"
    assert wave.sequence.joints[0] == pytest.approx(ONE[..., :2], abs=1e-3)
    assert wave.sequence.frame_index is not None
    assert wave.sequence.frame_index.tolist() == [0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14]


def test_people_in_any_order_stay_who_they_are(tmp_path: Path) -> None:
    for n, (one, two) in enumerate(zip(ONE, TWO, strict=True)):
        write(tmp_path, n, [person(one), person(two)][:: -1 if n % 3 else 1])
    [clip] = read(tmp_path)
    assert isinstance(clip, Clip)
    assert clip.sequence.persons == 2
    middles = clip.sequence.joints[..., 0].mean(axis=2)
    assert (np.abs(np.diff(middles, axis=1)) < 10).all()


def test_coco_and_joints_that_were_not_found(tmp_path: Path) -> None:
    frames = ONE[:, :18].copy()
    frames[5, 4] = 0
    for n, rows in enumerate(frames):
        write(tmp_path, n, [person(rows)])
    [clip] = read(tmp_path, body_check="ignore")
    assert isinstance(clip, Clip)
    assert clip.sequence.layout.name == "openpose-18"
    assert clip.repaired == 1


def test_shares_of_a_picture_need_its_size(tmp_path: Path) -> None:
    for n, rows in enumerate(ONE / [1280, 720, 1]):
        write(tmp_path, n, [person(rows)])
    [rejected] = read(tmp_path)
    assert isinstance(rejected, Rejected)
    assert "--picture WxH" in rejected.reason
    [clip] = read(tmp_path, picture="1280x720")
    assert isinstance(clip, Clip)
    assert clip.sequence.joints[0] == pytest.approx(ONE[..., :2], abs=1e-3)


@pytest.mark.parametrize(
    ("people", "reason"),
    [
        ([], "found nobody in 13 frames"),
        ("", "000000000012_keypoints.json"),
        ('{"people"', "000000000012_keypoints.json"),
        ("[]", "people: found None, expected a list"),
        ({"a": 1}, "people: found {'a': 1}, expected a list"),
        ([7], "person 0: found 7, expected an object"),
        ([{}], "person 0, pose_keypoints_2d: found None, expected 75"),
        ([person(ONE[0, :17])], "found 51 numbers, expected 75"),
        ([person(ONE[0, :18])], "found 18 joints, expected 25 as in the first file"),
        ([{"pose_keypoints_2d": ["x"] * 75}], "pose_keypoints_2d"),
        (
            [{"pose_keypoints_2d": [[1.0, 2.0, 0.5]] * 75}],
            "found lists in a list, expected numbers",
        ),
        ([person(ONE[0])] * 201, "found 201 people in a frame, expected at most 200"),
    ],
)
def test_a_damaged_frame_rejects_the_clip(people: object, reason: str, tmp_path: Path) -> None:
    for n, rows in enumerate(ONE):
        write(tmp_path, n, [person(rows)] if people != [] else [])
    write(tmp_path, 12, people)
    [clip] = read(tmp_path)
    assert isinstance(clip, Rejected)
    assert reason in clip.reason
    assert "\n" not in clip.reason


def test_dots_in_names_are_kept(tmp_path: Path) -> None:
    for name in ("wave/2024.01.05", "wave/2024.01.06", "wave/take.mp4", "wave/take.avi"):
        for n, rows in enumerate(ONE):
            write(tmp_path, n, [person(rows)], name)
    names = [clip.name for clip in read(tmp_path) if isinstance(clip, Clip)]
    assert names == ["wave/2024.01.05", "wave/2024.01.06", "wave/take.avi", "wave/take.mp4"]


def test_a_store_is_known_by_all_frames_of_its_clips(tmp_path: Path) -> None:
    for n, rows in enumerate(ONE):
        write(tmp_path, n, [person(rows)])
    before = fingerprint(reader_named("openpose").sources(tmp_path))
    assert fingerprint(reader_named("openpose").sources(tmp_path)) == before
    last = tmp_path / "wave/v_000000000011_keypoints.json"
    os.utime(last, ns=(1, 1))
    touched = fingerprint(reader_named("openpose").sources(tmp_path))
    last.rename(tmp_path / "wave/v_000000000012_keypoints.json")
    moved = fingerprint(reader_named("openpose").sources(tmp_path))
    assert len({before, touched, moved}) == 3


def test_two_files_of_one_number_are_refused(tmp_path: Path) -> None:
    for n, rows in enumerate(ONE):
        write(tmp_path, n, [person(rows)])
    (tmp_path / "wave/v_3_keypoints.json").write_text(json.dumps({"people": []}))
    [clip] = read(tmp_path)
    assert isinstance(clip, Rejected)
    assert "frame 3: found two files" in clip.reason


def test_a_folder_without_any(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(SkelshotError, match=r"holds no OpenPose files .*it holds a\.json"):
        read(tmp_path)
