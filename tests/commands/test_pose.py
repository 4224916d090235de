"""`skelshot pose` and `skelshot pose-models`: documents, files, refusals."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.cli import main
from skelshot.datasets.clips import Clip
from skelshot.datasets.npz import NpzReader
from skelshot.pose import family

from ..pose.stand_ins import ScriptedEstimator, body

pytest.importorskip("av")


@pytest.fixture(autouse=True)
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    """One estimator more, whose pictures show two people from the fifth on."""

    class Scripted(ScriptedEstimator):
        def __init__(self, options: object = None) -> None:
            super().__init__(lambda n: [body(0)] + ([body(1, 120)] if n > 4 else []))

    shipped = (*family.ESTIMATORS.shipped, Scripted)
    changed = type(family.ESTIMATORS)("pose estimator", shipped, lambda part: None)
    for place in ("skelshot.pose.family", "skelshot.pose", "skelshot.pose.video"):
        monkeypatch.setattr(f"{place}.ESTIMATORS", changed)


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    from skelshot.videos.encode import write_video

    for name in ("wave_01.mp4", "wave_02.avi"):
        pictures = [np.full((90, 160, 3), 9 * t, np.uint8) for t in range(12)]
        write_video(tmp_path / name, pictures, fps=25)
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    try:
        main(words)
        code = 0
    except SystemExit as left:
        code = int(left.code or 0)
    answer = capsys.readouterr()
    return code, answer.out, answer.err


def pose(capsys: pytest.CaptureFixture[str], videos: Path, *words: str) -> dict[str, Any]:
    code, out, err = call(capsys, "pose", *words, "--backend", "scripted", "--json")
    assert code == 0, err
    document: dict[str, Any] = json.loads(out)
    return document


def test_one_video_becomes_a_clip_that_prepare_reads(
    videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = videos / "out/wave.npz"
    document = pose(
        capsys, videos, str(videos / "wave_01.mp4"), "--out", str(out), "--label", "wave"
    )
    [clip] = document["clips"]
    assert (clip["persons"], clip["frames"], clip["rate"]) == (1, 12, 25.0)
    assert (clip["mirrored"], clip["layout"]) == (False, "mediapipe-33")
    assert any("--persons" in remark for remark in clip["remarks"])
    reader = NpzReader()
    [source] = reader.sources(out.parent)
    [read] = reader.read(source)
    assert isinstance(read, Clip), read
    assert reader.class_names == ("wave",)
    assert read.sequence.rate == 25
    assert read.sequence.picture_size == (160, 90)
    assert not reader.remarks().passed_over


def test_a_bad_video_is_passed_over_and_told(
    videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [str(videos / name) for name in ("bad.mp4", "wave_01.mp4", "wave_02.avi")]
    document = pose(capsys, videos, *names, "--out", str(videos / "out"), "--persons", "2")
    assert [clip["persons"] for clip in document["clips"]] == [2, 2]
    assert sorted(path.name for path in (videos / "out").iterdir()) == [
        "wave_01.npz",
        "wave_02.npz",
    ]
    [bad] = document["rejected"]
    assert "cannot be opened as a video" in bad["reason"]
    code, text, _ = call(
        capsys, "pose", *names, "--out", str(videos / "again"), "--backend", "scripted"
    )
    assert code == 0
    assert "rejected: " in text
    assert "ms a frame" in text


@pytest.mark.parametrize("form", ["png", "mp4"])
def test_what_was_found_is_drawn_beside_the_file(
    videos: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    out, both = videos / "out", [str(videos / name) for name in ("wave_01.mp4", "wave_02.avi")]
    document = pose(capsys, videos, *both, "--out", str(out), "--draw", form)
    drawn = [out / f"wave_0{number}-skeletons.{form}" for number in (1, 2)]
    assert [clip["picture"] for clip in document["clips"]] == [str(file) for file in drawn]
    assert all(file.stat().st_size > 500 for file in drawn)
    words = (both[0], "--out", str(out / "one.npz"), "--backend", "scripted", "--draw", form)
    assert f"drawn: {out / 'one-skeletons'}.{form}" in call(capsys, "pose", *words)[1]
    assert pose(capsys, videos, both[0], "--out", str(out))["clips"][0]["picture"] is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("bad.mp4", "--out", "o.npz"), "bad.mp4: cannot be opened as a video"),
        (("bad.mp4", "wave_01.mp4", "--out", "o", "--strict"), "cannot be opened as a video"),
        (("none.mp4", "--out", "o.npz"), "none.mp4: found no such file"),
        (("wave_01.mp4", "wave_02.avi", "--out", "o.npz"), "--out: found the file"),
        (("wave_01.mp4", "wave_01.mp4", "--out", "o"), "--out: two videos would be written to"),
        (("wave_01.mp4", "--out", "bad.mp4"), "--out: found the file"),
        (("wave_01.mp4", "--out", "o", "--persons", "9"), "--persons: found 9, expected 1 to 6"),
        (("wave_01.mp4", "--out", "o", "--persons", "x"), "--persons"),
        (("wave_01.mp4", "--out", "o", "--draw", "gif"), "--draw"),
        (("wave_01.mp4", "--out", "o", "--focal", "inf"), "--focal: found inf"),
        (("wave_01.mp4", "--out", "o", "--task", "x"), "--task: the format is scripted, but only"),
    ],
)
def test_a_wrong_call_is_one_line(
    words: tuple[str, ...],
    message: str,
    videos: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(videos)
    code, out, err = call(capsys, "pose", *words, "--backend", "scripted")
    assert (code, out) == (2, "")
    last = err.strip().splitlines()[-1]
    assert last.startswith("skelshot: error: ")
    assert message in last


def test_missing_models_are_told_once_and_before_any_work(
    videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("ai_edge_litert")
    words = [str(videos / "wave_01.mp4"), "--out", str(videos / "o"), "--models", str(videos)]
    code, _, err = call(capsys, "pose", *words)
    assert code == 2
    assert "no such model file; it travels in the npm package @mediapipe/pose" in err
    assert not (videos / "o").exists()


def test_models_are_listed_and_a_damaged_one_fails(
    videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = call(capsys, "pose-models", "--models", str(videos), "--json")
    document = json.loads(out)
    assert code == 0
    assert len(document["models"]) == 5
    assert not any(model["there"] for model in document["models"])
    (videos / "pose_detection.tflite").write_bytes(b"?")
    code, out, _ = call(capsys, "pose-models", "--models", str(videos))
    assert code == 2
    assert "pose_detection.tflite: found the sha256" in out
    code, _, err = call(capsys, "pose-models", "--from", str(videos / "bad.mp4"))
    assert code == 2
    assert "found none of the model files (pose_detection, pose_landmark_lite, " in err
