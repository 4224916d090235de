"""CSV files whose header names joints and axes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.clips import UNLABELLED, Clip, Rejected
from skelshot.datasets.reader_family import reader_named
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V2, MEDIAPIPE_33, SkeletonLayout

from .bodies import world

WORLD = world(12)


def csv(
    joints: np.ndarray,
    name: Callable[[int, str], str],
    sure: Callable[[int], str] | None = None,
    mark: str = ",",
    more: dict[str, list[str]] | None = None,
) -> str:
    """One row a frame; `name` writes a column's name for a joint's number and an axis."""
    frames, count, _ = joints.shape
    head, rows = (
        list(more or {}),
        [[cells[t] for cells in (more or {}).values()] for t in range(frames)],
    )
    for joint in range(count):
        head += [name(joint, axis) for axis in "xyz"] + ([sure(joint)] if sure else [])
        for t in range(frames):
            rows[t] += [f"{x:.6f}" for x in joints[t, joint]] + (["0.75"] if sure else [])
    return "\n".join(mark.join(row) for row in [head, *rows]) + "\n"


def spelt(layout: SkeletonLayout, form: str) -> Callable[[int, str], str]:
    """Column names as people write them."""

    def name(joint: int, axis: str) -> str:
        words = layout.joints[joint].split()
        match form:
            case "LEFT_WRIST_x":
                return f"{'_'.join(words).upper()}_{axis}"
            case "WristLeft.X":
                side = [w for w in words if w in ("left", "right")]
                rest = [w for w in words if w not in side]
                return "".join(w.capitalize() for w in rest + side) + f".{axis.upper()}"
            case "left wrist x":
                return f"{' '.join(words)} {axis}"
            case "x1":
                return f"{axis}{joint + 1}"
        return f"{axis}_{joint}"

    return name


def read(raw: Path, text: str, name: str = "a.csv", **options: object) -> Clip | Rejected:
    (raw / name).parent.mkdir(parents=True, exist_ok=True)
    (raw / name).write_text(text)
    reader = reader_named("pose-csv", **options)
    [source] = reader.sources(raw)
    [clip] = reader.read(source)
    return clip


@pytest.mark.parametrize("form", ["LEFT_WRIST_x", "left wrist x", "x1", "x_0"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_mediapipes_world(form: str, mark: str, tmp_path: Path) -> None:
    text = csv(WORLD, spelt(MEDIAPIPE_33, form), mark=mark)
    clip = read(tmp_path, text)
    assert isinstance(clip, Clip), clip
    assert clip.sequence.layout is MEDIAPIPE_33
    assert clip.label == UNLABELLED
    assert clip.sequence.joints[0] == pytest.approx(WORLD * [-1, -1, 1], abs=1e-5)


def test_the_class_of_a_column_or_a_folder_and_the_confidence(tmp_path: Path) -> None:
    words = {"class": ["wave"] * 12, "frame": [str(2 * n) for n in range(12)]}
    text = csv(WORLD, spelt(MEDIAPIPE_33, "x1"), lambda joint: f"v{joint + 1}", more=words)
    clip = read(tmp_path, text)
    assert isinstance(clip, Clip), clip
    assert clip.label == 0
    assert clip.sequence.confidence is not None
    assert clip.sequence.confidence.min() == pytest.approx(0.75)
    assert clip.sequence.frame_index is not None
    assert clip.sequence.frame_index.tolist() == list(range(0, 24, 2))
    (tmp_path / "a.csv").unlink()
    reader = reader_named("pose-csv")
    (tmp_path / "day1/bow").mkdir(parents=True)
    (tmp_path / "day1/bow/b.csv").write_text(csv(WORLD, spelt(MEDIAPIPE_33, "x_0")))
    reader.sources(tmp_path)
    assert reader.class_names == ("bow",)


def test_loose_tables_take_no_class_from_others(tmp_path: Path) -> None:
    text = csv(WORLD, spelt(MEDIAPIPE_33, "x1"))
    for name in ("bow/a.csv", "day1/wave/a.csv", "a.csv", "README.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one line\n" if name == "README.txt" else text)
    reader = reader_named("pose-csv")
    clips = [clip for source in reader.sources(tmp_path) for clip in reader.read(source)]
    labels = {clip.name: clip.label for clip in clips if isinstance(clip, Clip)}
    assert reader.class_names == ("bow", "wave")
    assert labels == {"a": UNLABELLED, "bow/a": 0, "day1/wave/a": 1}


def test_axes_that_are_told_are_another_reading(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(csv(WORLD, spelt(MEDIAPIPE_33, "x1")))
    plain, told = (reader_named("pose-csv", **axes) for axes in ({}, {"axes": "x,y,z"}))
    for reader in (plain, told):
        reader.sources(tmp_path)
    assert {**plain.options(), "axes": "x,y,z"} == told.options()
    assert "axes" not in plain.options()


def test_kinects_columns(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    joints = rng.normal([0, 0, 2.5], 0.4, (8, 25, 3))
    text = csv(joints, spelt(KINECT_V2, "WristLeft.X"))
    clip = read(tmp_path, text, body_check="ignore")
    assert isinstance(clip, Clip), clip
    assert clip.sequence.layout is KINECT_V2
    assert clip.sequence.joints[0] == pytest.approx(joints, abs=1e-5)


def test_landmarks_of_the_picture_need_its_size(tmp_path: Path) -> None:
    shares = WORLD * [0.2, 0.4, 0.2] + [0.5, 0.5, 0]
    text = csv(shares, spelt(MEDIAPIPE_33, "x1"))
    with pytest.raises(SkelshotError, match="--picture WxH"):
        read(tmp_path, text)
    clip = read(tmp_path, text, picture="1280x720")
    assert isinstance(clip, Clip), clip
    assert clip.sequence.picture_size == (1280, 720)
    assert clip.sequence.joints[0] == pytest.approx(shares[..., :2] * [1280, 720], abs=1e-2)


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "a,b,c\n1,2,3\n", "x1,y1,z1\n1,2,3\n", "\x00", "left wrist x,left wrist y\n1,2\n"],
)
def test_a_header_that_tells_nothing_is_one_line(text: str, tmp_path: Path) -> None:
    with pytest.raises(SkelshotError) as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value)
    assert "a.csv" in str(caught.value)


@pytest.mark.parametrize("more", [",", ",joint_x"])
def test_a_header_of_too_many_columns_is_refused_early(more: str, tmp_path: Path) -> None:
    head, _, rows = csv(WORLD, spelt(MEDIAPIPE_33, "x1")).partition("\n")
    with pytest.raises(SkelshotError, match=r"no layout: .*at most 4096"):
        read(tmp_path, f"{head}{more * 4096}\n{rows}")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: [*rows[:5], rows[5][:40], *rows[6:]], "cells, expected 99"),
        (lambda rows: [*rows[:5], rows[5].replace("0.24", "west"), *rows[6:]], "expected a number"),
        (lambda rows: rows[:2], "one frame"),
        (lambda rows: rows[:1], "no frame"),
    ],
)
def test_a_damaged_file_is_rejected(
    change: Callable[[list[str]], list[str]], reason: str, tmp_path: Path
) -> None:
    good = csv(WORLD, spelt(MEDIAPIPE_33, "x1"))
    (tmp_path / "a.csv").write_text(good)
    (tmp_path / "b.csv").write_text("\n".join(change(good.splitlines())) + "\n")
    reader = reader_named("pose-csv")
    first, second = (clip for one in reader.sources(tmp_path) for clip in reader.read(one))
    assert isinstance(first, Clip)
    assert isinstance(second, Rejected)
    assert reason in second.reason
