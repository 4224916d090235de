"""`skelshot recognize --follow`: streams on the command line."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from skelshot.cli import main
from skelshot.recognition import Recognizer
from skelshot.recognition.streams import Frame
from skelshot.recognition.streams.frame_lines import frame_line, header_line
from skelshot.skeletons import KINECT_V1, SkeletonSequence

RATE = 15
BODY = [
    *((0, 0.9), (0, 1.1), (0, 1.4), (0, 1.65)),  # hips to head
    *((0.2, 1.38), (0.25, 1.1), (0.27, 0.85), (0.28, 0.77)),  # left arm; x grows to the left
    *((-0.2, 1.38), (-0.25, 1.1), (-0.27, 0.85), (-0.28, 0.77)),
    *((0.1, 0.86), (0.11, 0.45), (0.12, 0.08), (0.13, 0.02)),  # left leg
    *((-0.1, 0.86), (-0.11, 0.45), (-0.12, 0.08), (-0.13, 0.02)),
]


def acted(action: str, seconds: float, seed: int) -> NDArray[np.float32]:
    """Somebody (T, 20, 3) who waves, kicks or stands there."""
    count, rng = round(seconds * RATE), np.random.default_rng(seed)
    moving = np.repeat(np.pad(BODY, ((0, 0), (0, 1)), constant_values=2.5)[None], count, axis=0)
    swing = np.sin(np.linspace(0, np.pi, count))[:, None]
    if action == "wave":
        moving[:, 9:12, 1] += 0.8 * swing
        moving[:, 9:12, 0] += 0.5 * swing**3
    elif action == "kick":
        moving[:, 13:16, 2] -= 0.9 * swing
        moving[:, 13:16, 1] += 0.5 * swing
    return (moving + rng.normal(0, 0.003, moving.shape)).astype(np.float32)


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("follow") / "moves.gallery"
    recognizer = Recognizer()
    for number, action in enumerate(["wave", "kick"]):
        clips = []
        for seed in (1, 2):
            joints = acted(action, 1.5 + 0.1 * seed, 10 * number + seed)[None]
            there = np.ones(joints.shape[:2], bool)
            clips.append(SkeletonSequence(joints, there, KINECT_V1, rate=RATE))
        recognizer.enroll(action, clips)
    recognizer.save(place)
    return place


@pytest.fixture(scope="module")
def recording() -> NDArray[np.float32]:
    """A wave and a kick, with rests."""
    scene = [("rest", 2.0), ("wave", 1.6), ("rest", 2.0), ("kick", 1.6), ("rest", 2.0)]
    return np.concatenate([acted(*one, 50 + n) for n, one in enumerate(scene)])


@pytest.fixture(scope="module")
def lines(recording: NDArray[np.float32]) -> str:
    frames = [Frame(t / RATE, one[None], KINECT_V1, ("p",)) for t, one in enumerate(recording)]
    return header_line(KINECT_V1) + "".join(map(frame_line, frames))


def call(*words: object) -> int:
    try:
        main([*map(str, words)])
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def followed(capsys: Any, *words: object) -> dict[str, Any]:
    assert call("recognize", *words, "--follow", "--json") == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_a_recording_and_its_lines_have_the_same_events(
    capsys: Any, tmp_path: Path, gallery: Path, recording: NDArray[np.float32], lines: str
) -> None:
    np.savez(tmp_path / "long.npz", joints=recording[None], layout="kinect-v1")
    (tmp_path / "long.jsonl").write_text(lines)
    from_file = followed(
        capsys, tmp_path / "long.npz", "--gallery", gallery, "--rate", RATE,
        "--events", tmp_path / "e.csv",
    )  # fmt: skip
    from_lines = followed(capsys, tmp_path / "long.jsonl", "--gallery", gallery, "--patience", 0.2)
    assert [event["label"] for event in from_file["events"]] == ["wave", "kick"]
    assert from_file["label"] in ("wave", "kick")
    for one, other in zip(from_file["events"], from_lines["events"], strict=True):
        assert one | {"person": "p"} == other
    assert (tmp_path / "e.csv").read_text().count("\n") == 3
    assert from_file["followed"]["frames"] == len(recording)


def test_a_recording_of_one_movement_is_named_and_a_shorter_one_said(
    capsys: Any, tmp_path: Path, gallery: Path
) -> None:
    for name, seconds in (("wave", 1.6), ("blink", 0.5)):
        joints = acted("wave", seconds, 70)[None]
        np.savez(tmp_path / f"{name}.npz", joints=joints, layout="kinect-v1")
    words = ("--gallery", gallery, "--rate", RATE)
    found = followed(capsys, tmp_path / "wave.npz", *words)
    assert [event["label"] for event in found["events"]] == ["wave"]
    assert found["followed"]["remark"] is None
    assert call("recognize", tmp_path / "blink.npz", *words, "--follow", "--json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["events"] == []
    assert "the recording lasts 0.47 s, expected at least 1.03 s" in err
    assert "recognise it as a clip, without --follow" in err  # the advice is not cut off
    assert "skelshot: note: coordinates: metres, y up" in err  # as without --follow


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["a.json", "b.json", "--follow"], "--follow: found 2 clips, expected one stream"),
        (["nowhere.json", "--follow"], "nowhere.json: no such file"),
        (["a.json", "--hop", "1"], "--hop: says how a stream is followed; add --follow"),
        (["a.json", "--follow", "--hop", "0"], "--hop: found 0.0"),
        (["a.json", "--follow", "--events", "e.doc"], "expected .jsonl, .csv"),
        (["camera:98", "--follow", "--backend", "none"], "none"),
        (["s.jsonl", "--follow", "--persons", "2"], "--persons: says how videos are read"),
        (["camera:0", "--mirrored", "perhaps"], "--mirrored: invalid choice: 'perhaps'"),
        (["-", "--follow", "--layout", "octopus"], "octopus"),
    ],
)
def test_a_wrong_call_is_one_line(
    capsys: Any, gallery: Path, words: list[str], expected: str
) -> None:
    assert call("recognize", *words, "--gallery", gallery) == 2
    told = capsys.readouterr().err
    assert expected in told
    assert told.count("\n") == 1


def test_of_a_broken_stream_only_the_break_is_told(
    capsys: Any, tmp_path: Path, gallery: Path, lines: str
) -> None:
    (tmp_path / "s.jsonl").write_text(lines)
    words = (tmp_path / "s.jsonl", "--follow", "--lengths", "0.01", "--gallery", gallery)
    assert call("recognize", *words) == 2
    told = capsys.readouterr().err
    assert "lengths: found 0.01 s, expected at least 4 frames" in told
    assert "the recording lasts" not in told


def test_what_a_stream_showed_before_it_broke_is_kept(
    capsys: Any, tmp_path: Path, gallery: Path, lines: str
) -> None:
    stream, out = tmp_path / "s.jsonl", tmp_path / "e.jsonl"
    stream.write_text(lines + "no frame\n")
    words = (stream, "--follow", "--strict", "--json", "--gallery", gallery, "--events", out)
    assert call("recognize", *words) == 2
    printed, told = capsys.readouterr()
    events = json.loads(printed)["events"]
    assert [event["label"] for event in events] == ["wave", "kick"]
    assert [json.loads(line) for line in out.read_text().splitlines()] == events
    assert "line 140: not valid JSON" in told
    assert call("recognize", tmp_path / "gone.jsonl", *words[1:]) == 2
    assert out.read_text().count("label") == 2  # where nothing is read nothing is lost


def test_events_replace_nothing_that_is_read(
    capsys: Any, tmp_path: Path, gallery: Path, lines: str
) -> None:
    stream, moves = tmp_path / "s.jsonl", tmp_path / "moves.csv"
    stream.write_text(lines)
    backup = Path(shutil.copy(gallery, f"{moves}.backup"))
    shutil.copy(gallery, moves)
    (tmp_path / "link.csv").hardlink_to(backup)
    before = {file: file.read_bytes() for file in (stream, moves, backup)}
    for name in ("s.jsonl", "moves.csv", "link.csv"):
        words = (stream, "--follow", "--patience", "0.1", "--gallery", moves)
        assert call("recognize", *words, "--events", tmp_path / name) == 2
        told = capsys.readouterr().err
        assert f"{name}: found the stream, the gallery or its backup" in told
        assert told.count("\n") == 1
    assert {file: file.read_bytes() for file in before} == before


def test_a_line_in_pixels_is_left_out_of_a_stream_in_metres(
    capsys: Any, tmp_path: Path, gallery: Path, recording: NDArray[np.float32], lines: str
) -> None:
    last = Frame(len(recording) / RATE, recording[-1][None, :, :2], KINECT_V1, ("p",))
    (tmp_path / "s.jsonl").write_text(lines + frame_line(last))
    words = (tmp_path / "s.jsonl", "--follow", "--patience", "0.1", "--gallery", gallery)
    assert call("recognize", *words) == 0
    printed, told = capsys.readouterr()
    assert [word in printed for word in ("wave", "kick")] == [True, True]
    assert "left out: line 140: joints: found 2 coordinates each, expected 3 as before" in told


@pytest.mark.parametrize("broken", ["stream", "output"])
def test_whatever_breaks_what_is_open_is_kept(
    capsys: Any,
    tmp_path: Path,
    gallery: Path,
    recording: NDArray[np.float32],
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
) -> None:
    def frames(*asked: object) -> Iterator[Frame]:
        for t, one in enumerate(recording[: round(3.6 * RATE)]):
            yield Frame(t / RATE, one[None], KINECT_V1, ("p",))
        if broken == "stream":
            raise ValueError("what nobody foresaw")

    def refusing(text: str) -> None:
        raise ValueError("what nobody foresaw")

    monkeypatch.setattr("skelshot.recognition.streams.sources.open_source", frames)
    if broken == "output":
        monkeypatch.setattr("skelshot.commands.follow_words.print_out", refusing)
    out = tmp_path / "e.jsonl"
    with pytest.raises(ValueError, match="nobody foresaw"):
        call("recognize", "s.npz", "--follow", "--gallery", gallery, "--events", out)
    assert ("person p: wave" in capsys.readouterr().out) == (broken == "stream")
    assert json.loads(out.read_text())["label"] == "wave"


def test_ctrl_c_tells_what_is_open(tmp_path: Path, gallery: Path, lines: str) -> None:
    growing, out = tmp_path / "live.jsonl", tmp_path / "e.jsonl"
    until_the_wave_is_over = lines.splitlines(keepends=True)[: 1 + round(3.6 * RATE)]
    growing.write_text("".join(until_the_wave_is_over))
    words = ["recognize", growing, "--follow", "--gallery", gallery, "--events", out]
    process = subprocess.Popen(
        [sys.executable, "-m", "skelshot.cli", *map(str, words)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "waiting" in process.stderr.readline()  # all is read, and nothing more comes
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    printed, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told.count("\n") == 1
    assert "person p: wave" in printed
    assert json.loads(out.read_text())["label"] == "wave"
