"""MediaPipe's landmarks in JSON, in the shapes in which people write them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.datasets.clips import UNLABELLED, Clip, Rejected
from skelshot.datasets.reader_family import reader_named
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import MEDIAPIPE_33

from .bodies import world

WORLD = world(12)
IMAGE = np.concatenate(
    [WORLD[..., :2] * [0.2, 0.4] + [0.5, 0.5], WORLD[..., 2:], np.full((12, 33, 1), 0.9)], -1
)


def points(rows: np.ndarray, form: str = "objects") -> Any:
    if form == "rows":
        return rows.tolist()
    named = [dict(zip(("x", "y", "z", "visibility"), row, strict=False)) for row in rows.tolist()]
    if form == "names":
        names = [joint.upper().replace(" ", "_") for joint in MEDIAPIPE_33.joints]
        return dict(zip(names, named, strict=True))
    return named


def write(raw: Path, document: object, name: str = "wave/a.json") -> Path:
    (raw / name).parent.mkdir(parents=True, exist_ok=True)
    text = document if isinstance(document, str) else json.dumps(document)
    (raw / name).write_text(text, encoding="utf-8")
    return raw


def read(raw: Path, **options: object) -> Clip | Rejected:
    reader = reader_named("mediapipe", **options)
    [source] = reader.sources(raw)
    [clip] = reader.read(source)
    return clip


SHAPES: dict[str, Callable[[], object]] = {
    "a list of frames": lambda: [{"poseWorldLandmarks": points(one)} for one in WORLD],
    "snake case, in frames": lambda: {
        "fps": 30, "frames": [{"frame": n, "pose_world_landmarks": points(one)}
                              for n, one in enumerate(WORLD)]},
    "a list of persons": lambda: {"results": [{"worldLandmarks": [points(one)]} for one in WORLD]},
    "protobuf's": lambda: [{"pose_world_landmarks": {"landmark": points(one)}} for one in WORLD],
    "rows": lambda: [{"world_landmarks": points(one, "rows")} for one in WORLD],
    "by name": lambda: [{"poseWorldLandmarks": points(one, "names")} for one in WORLD],
    "both": lambda: [
        {"landmarks": [points(two)], "worldLandmarks": [points(one)]}
        for one, two in zip(WORLD, IMAGE, strict=True)
    ],
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_body(shape: str, tmp_path: Path) -> None:
    clip = read(write(tmp_path, SHAPES[shape]()))
    assert isinstance(clip, Clip)
    assert (clip.name, clip.label) == ("wave/a", 0)
    assert clip.sequence.joints[0] == pytest.approx(WORLD * [-1, -1, 1], abs=1e-6)
    assert (clip.sequence.confidence is None) is (shape != "both")


def test_landmarks_of_the_picture_become_pixels(tmp_path: Path) -> None:
    raw = write(tmp_path, [points(one) for one in IMAGE], "a.json")
    clip = read(raw, picture="1280x720")
    assert isinstance(clip, Clip)
    assert clip.label == UNLABELLED
    assert clip.sequence.picture_size == (1280, 720)
    assert clip.sequence.joints[0] == pytest.approx(IMAGE[..., :2] * [1280, 720], abs=1e-3)
    rejected = read(raw)
    assert isinstance(rejected, Rejected)
    assert "--picture WxH" in rejected.reason


def test_both_kinds_give_joints_and_pixels(tmp_path: Path) -> None:
    clip = read(write(tmp_path, SHAPES["both"]()), picture="100x200")
    assert isinstance(clip, Clip)
    assert clip.sequence.pixels is not None
    assert clip.sequence.pixels[0] == pytest.approx(IMAGE[..., :2] * [100, 200], abs=1e-4)


def test_several_people_and_frames_without_any(tmp_path: Path) -> None:
    frames: list[Any] = [{"worldLandmarks": [points(one), points(one * 0.9)]} for one in WORLD]
    frames[4] = {"worldLandmarks": []}
    frames[5] = None
    clip = read(write(tmp_path, frames))
    assert isinstance(clip, Clip)
    assert clip.sequence.persons == 2
    assert clip.sequence.present.sum(axis=1).tolist() == [10, 10]


@pytest.mark.parametrize("told", [slice(0, 6), slice(6, 12)])
def test_frames_without_visibility_are_kept_beside_others(told: slice, tmp_path: Path) -> None:
    frames: list[Any] = [{"worldLandmarks": points(one)} for one in WORLD]
    for frame in frames[told]:
        for point in frame["worldLandmarks"]:
            point["visibility"] = 0.5
    frames[8]["worldLandmarks"][7].pop("visibility", None)
    clip = read(write(tmp_path, frames))
    assert isinstance(clip, Clip)
    assert clip.sequence.present.all()
    assert clip.sequence.joints[0] == pytest.approx(WORLD * [-1, -1, 1], abs=1e-6)
    expected = np.ones((12, 33))
    expected[told] = 0.5
    expected[8, 7] = 1
    assert clip.sequence.confidence is not None
    assert (clip.sequence.confidence[0] == expected).all()


def numbered(numbers: list[int]) -> list[dict[str, Any]]:
    return [{"frame": n, "worldLandmarks": points(one)} for n, one in zip(numbers, WORLD)]  # noqa: B905


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", "a.json"),
        ("{", "a.json"),
        ("7", "found 7, expected a list of frames"),
        ([], "found nobody in 0 frames"),
        ([[], [], []], "found nobody in 3 frames"),
        ({"hello": []}, "found None, expected a list of frames, or an object with frames"),
        (["x"], "frame 0: found 'x', expected landmarks"),
        ([{"x": 1}], "frame 0: found x, expected poseLandmarks or poseWorldLandmarks"),
        ([{"worldLandmarks": "x"}], "frame 0, worldlandmarks: found 'x', expected 33 landmarks"),
        ([{"worldLandmarks": points(WORLD[0])[:17]}], "found 17 landmarks, expected 33"),
        ([{"worldLandmarks": [{"x": "1", "y": 2}] * 33}], "landmark 0: found '1', expected a num"),
        ([{"worldLandmarks": [[1]] * 33}], "landmark 0: found [1], expected x, y, z"),
        ([{"worldLandmarks": {"NOSE": {"x": 1}}}], "found no landmark 'left eye inner'"),
        (points(WORLD[0]), "found the landmarks of one frame, expected a list"),
        ([{"worldLandmarks": points(WORLD[0])}], "one frame: no movement"),
        (numbered([0, 1, 2, 2]), "frame_index: expected whole numbers that rise"),
        (numbered([0, 1, 2**63]), "frame_index: found 9223372036854775808, expected whole numbers"),
        (numbered([0, 1, 2**53]), "frame_index: found 9007199254740992, expected whole numbers"),
        (
            [{"worldLandmarks": [points(WORLD[0], "rows")] * 201}],
            "found 201 people in a frame, exp",
        ),
        (numbered([5, 4, 3]), "frame_index: expected whole numbers that rise"),
        ("[" * 5000 + "]" * 5000, "a.json"),
        ([{"worldLandmarks": [[[[[[points(WORLD[0])]]]]]]}] * 2, ""),
    ],
)
def test_what_is_no_such_file_is_rejected_in_one_line(
    document: object, reason: str, tmp_path: Path
) -> None:
    clip = read(write(tmp_path, document))
    if not reason:
        assert isinstance(clip, Rejected | Clip)
        return
    assert isinstance(clip, Rejected)
    assert reason in clip.reason
    assert "\n" not in clip.reason


def test_gaps_are_filled_or_refused(tmp_path: Path) -> None:
    text = json.dumps(SHAPES["a list of frames"]()).replace("0.24", "NaN", 3)
    clip = read(write(tmp_path, text))
    assert isinstance(clip, Rejected)  # NaN is no JSON
    assert "\n" not in clip.reason


@pytest.mark.parametrize("picture", ["1280", "x", "0x5", "1280x99999", "-1x2", "axb"])
def test_a_picture_without_size_is_refused(picture: str) -> None:
    with pytest.raises(SkelshotError, match=r"picture: found .*expected WIDTHxHEIGHT"):
        reader_named("mediapipe", picture=picture)
