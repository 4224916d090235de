"""Where frames come from: lines, pipes, growing files, recordings; and that all give the same."""

import io
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.recognition.streams import Frame, follow
from skelshot.recognition.streams.frame_lines import FrameLines, frame_line, header_line
from skelshot.recognition.streams.frame_stream import frames_of_lines
from skelshot.recognition.streams.line_source import lines_of_growing_file, lines_of_pipe
from skelshot.recognition.streams.recordings import frames_of
from skelshot.recognition.streams.sources import files_of_source
from skelshot.skeletons import COCO_17, KINECT_V1

SCENE = [("idle", 2.0), ("wave", 1.5), ("idle", 1.5), ("kick", 1.3), ("idle", 2.0)]


def person(**changes: Any) -> dict[str, Any]:
    return {"joints": [[0.1 * n, 0.2, 3] for n in range(20)]} | changes


def line(**changes: Any) -> str:
    return json.dumps({"time": 1.5, "persons": [person()]} | changes)


def quiet(text: str) -> None:
    pass


def written(frames: list[Frame]) -> bytes:
    return (header_line(KINECT_V1) + "".join(map(frame_line, frames))).encode()


def test_a_frame_comes_back_as_it_was(stage: Any) -> None:
    (frame,) = stage.frames([("wave", 0.034)], [("kick", 0.034)])
    joints = frame.joints.copy()
    joints[1, 4] = np.nan
    sure = np.linspace(0, 1, 40, dtype=np.float32).reshape(2, 20)
    frame = Frame(0.1 + 0.2, joints, KINECT_V1, ("a", "b"), sure)
    read = FrameLines(KINECT_V1).read(frame_line(frame), 1)
    assert read is not None
    assert read.time == frame.time
    assert read.ids == frame.ids
    np.testing.assert_array_equal(read.joints, frame.joints)
    np.testing.assert_array_equal(read.confidence, sure)


@pytest.mark.parametrize("coordinates", [2, 3])
def test_somebody_who_is_not_seen_at_all_comes_back_so(coordinates: int) -> None:
    seen = np.random.default_rng(0).uniform(0, 2, (20, coordinates)).astype(np.float32)
    unseen = np.full_like(seen, np.nan)
    for joints in ([seen, unseen], [unseen, seen], [unseen, unseen]):
        frame = Frame(0.5, np.stack(joints), KINECT_V1, ("a", "b"))
        read = FrameLines(KINECT_V1).read(frame_line(frame), 1)
        assert read is not None
        np.testing.assert_array_equal(read.joints, frame.joints)


def test_somebody_of_nulls_alone_has_the_coordinates_of_the_others() -> None:
    for persons in ([[[10, 20]] * 20, [None] * 20], [[None] * 20, [[10, 20]] * 20]):
        text = line(persons=[{"joints": joints} for joints in persons])
        frame = FrameLines(KINECT_V1).read(text, 1)
        assert frame is not None
        assert frame.joints.shape == (2, 20, 2)


def test_lines_with_another_number_of_coordinates_are_left_out(stage: Any) -> None:
    frames = stage.frames(SCENE)
    flat = [Frame(one.time, one.joints[..., :2], KINECT_V1, one.ids) for one in frames]
    nobody = Frame(0.5, np.full((1, 20, 2), np.nan, np.float32), KINECT_V1, ("a",))
    said: list[str] = []
    lines = written([frames[0], nobody, flat[1], *frames[1:]]).splitlines()
    read = list(frames_of_lines(lines, None, said.append))
    assert len(read) == len(frames) + 1
    assert said == ["left out: line 4: joints: found 2 coordinates each, expected 3 as before"]
    empty = Frame(0.01, np.zeros((0, 20, 3), np.float32), KINECT_V1, ())
    lines = written([flat[0], empty, *flat[1:]]).splitlines()
    assert len(list(frames_of_lines(lines, None, said.append))) == len(frames) + 1


@pytest.mark.parametrize("unseen", [0, 1, 15])
def test_millimetres_are_told_though_joints_are_not_seen(unseen: int) -> None:
    joints = [None] * unseen + [[100 * n, 900, 3000] for n in range(20 - unseen)]
    with pytest.raises(SkelshotError, match="millimetres"):
        FrameLines(KINECT_V1).read(line(persons=[{"joints": joints}]), 1)


def test_standard_input_is_the_file_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "live.jsonl"
    path.touch()
    before = os.dup(0)
    try:
        with path.open() as handle:
            os.dup2(handle.fileno(), 0)
        assert files_of_source("-")[0].samefile(path)
    finally:
        os.dup2(before, 0)
        os.close(before)
    assert files_of_source("camera:0") == ()
    assert files_of_source(str(path)) == (path,)
    (tmp_path / "live.npz").touch()
    assert files_of_source(str(tmp_path)) == (tmp_path / "live.npz",)


def test_units_and_layout_of_the_first_line() -> None:
    lines = FrameLines()
    assert lines.read('{"layout": "coco-17", "units": "millimetres"}', 1) is None
    frame = lines.read(line(persons=[{"joints": [[100, 200, 3000]] * 17}]), 2)
    assert frame is not None
    assert frame.layout == COCO_17
    assert frame.joints[0, 0].tolist() == pytest.approx([0.1, 0.2, 3.0])


def test_pixels_and_unseen_joints() -> None:
    joints = [[10, 20], None, [None, 5], *[[1, 2]] * 14]
    frame = FrameLines(COCO_17).read(line(persons=[{"joints": joints}]), 1)
    assert frame is not None
    assert frame.joints.shape == (1, 17, 2)
    assert np.isnan(frame.joints[0, 1:3]).all()
    assert np.isfinite(frame.joints[0, 3:]).all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "line 3: not valid JSON"),
        ("[1]", "line 3: found list, expected a frame"),
        ('{"time": 1, "time": 2}', "the key 'time' stands twice"),
        (line(time="1"), "line 3: time: found '1', expected seconds"),
        (line(time=True), "time: found True"),
        (line(time=1e400), "time: found inf"),
        (line(persons=7), "persons: expected a list"),
        (line(persons=[7]), "persons: expected a list"),
        (line(person=[]), "frame: found the unknown field 'person'"),
        (line(persons=[person(track=1)]), "person: found the unknown field 'track'"),
        (line(persons=[{}]), "joints: found None"),
        (line(persons=[{"joints": "xyz"}]), "joints: found 'xyz'"),
        (line(persons=[{"joints": [[1, 2], [1, 2, 3]]}]), "joints: expected numbers"),
        (line(persons=[{"joints": [["a", 1, 2]] * 20}]), "joints: expected numbers"),
        (line(persons=[{"joints": [[1, 2, 3, 4]] * 20}]), r"found shape \(20, 4\)"),
        (line(persons=[{"joints": [[1, 2, 3]] * 19}]), r"expected \(persons, 20, 2 or 3\)"),
        (line(persons=[person(), {"joints": [[1, 2]] * 20}]), "expected one and the same"),
        (line(persons=[person(id=1), person(id=1)]), "none of them twice"),
        (line(persons=[person(id=1), person()]), "id: found None"),
        (line(persons=[person(id=[])]), r"id: found \[\]"),
        (line(persons=[person(confidence=[1, 2])]), "confidence: found shape"),
        (line(persons=[{"joints": [[n * 100, 0, 0] for n in range(20)]}]), "millimetres"),
        ('{"units": "miles"}', "units: found 'miles', expected one of metres"),
        ('{"layout": "octopus"}', "layout"),
        ('{"layout": "coco-17", "rate": 3}', "unknown field 'rate'"),
        (line(persons=[person()] * 101), "persons: found 101"),
        (" " * (1 << 20) + "{}", "expected at most 1048576"),
    ],
)
def test_a_bad_line_is_told_in_one_line(text: str, expected: str) -> None:
    with pytest.raises(SkelshotError, match=expected):
        FrameLines(KINECT_V1).read(text, 3)


def test_joints_of_several_layouts_need_a_name() -> None:
    with pytest.raises(SkelshotError, match="say which joints they are with --layout"):
        FrameLines().read(line(persons=[{"joints": [[1, 2, 3]] * 3}]), 1)


def test_bad_lines_are_left_out_and_told(stage: Any) -> None:
    lines = written(stage.frames(SCENE)).splitlines()
    spoilt = [bad for one in lines for bad in (one, b"\xff{", b"")]
    said: list[str] = []
    frames = list(frames_of_lines(spoilt, None, said.append))
    assert len(frames) == len(lines) - 1
    assert len(said) == 4
    assert said[0].startswith("left out: line 2: not UTF-8")
    assert said[-1] == f"{len(lines)} lines were left out, {len(frames)} read"
    with pytest.raises(SkelshotError, match="line 2"):
        list(frames_of_lines(spoilt, None, quiet, strict=True))


@pytest.mark.parametrize(("count", "line"), [(1, 1), (50, 20)])
def test_a_stream_of_no_frames_is_refused(count: int, line: int) -> None:
    with pytest.raises(SkelshotError, match=f"line {line}: not valid JSON"):
        list(frames_of_lines([b"hello"] * count, KINECT_V1, quiet))


def test_a_stream_of_nothing_is_no_fault() -> None:
    assert list(frames_of_lines([], None, quiet)) == []


def test_a_recording_and_its_lines_are_the_same_stream(stage: Any) -> None:
    frames = list(frames_of(stage.clip(SCENE), stage.rate))
    lines = written(frames).splitlines()
    offline = list(follow(stage.recognizer(), frames))
    live = list(follow(stage.recognizer(), frames_of_lines(lines, None, quiet)))
    assert live == offline
    assert len(live) == 2


@pytest.mark.parametrize("seed", [0, 1])
def test_a_growing_file_gives_what_the_whole_file_gives(
    stage: Any, tmp_path: Path, seed: int
) -> None:
    frames = stage.frames(SCENE)
    content, rng = written(frames), np.random.default_rng(seed)
    path = tmp_path / "live.jsonl"
    path.touch()

    def grow() -> None:
        place = 0
        with path.open("ab", buffering=0) as handle:
            while place < len(content):
                size = int(rng.integers(1, 60_000))
                handle.write(content[place : place + size])
                place += size
                time.sleep(0.005)

    writer = threading.Thread(target=grow)
    writer.start()
    lines = lines_of_growing_file(path, 1.0, quiet)
    live = list(follow(stage.recognizer(), frames_of_lines(lines, None, quiet)))
    writer.join()
    assert live == list(follow(stage.recognizer(), frames))


def test_a_pipe_in_chunks_gives_the_same(stage: Any) -> None:
    frames = stage.frames(SCENE)
    content, rng = written(frames), np.random.default_rng(2)
    end, begin = os.pipe()

    def feed() -> None:
        place = 0
        while place < len(content):
            place += os.write(begin, content[place : place + int(rng.integers(1, 60_000))])
        os.close(begin)

    writer = threading.Thread(target=feed)
    writer.start()
    with os.fdopen(end, "rb") as handle:
        lines = lines_of_pipe(handle, None, quiet)
        live = list(follow(stage.recognizer(), frames_of_lines(lines, None, quiet)))
    writer.join()
    assert live == list(follow(stage.recognizer(), frames))


def test_a_pipe_that_falls_silent_is_told_and_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skelshot.recognition.streams.line_source.QUIET", 0.2)
    said: list[str] = []
    end, begin = os.pipe()
    os.write(begin, b"one\ntwo")
    with os.fdopen(end, "rb") as handle:
        assert next(iter(lines_of_pipe(handle, 0.6, said.append))) == b"one\n"
        assert [told.partition(":")[0] for told in said] == []
        os.close(begin)
    silent, held = os.pipe()
    handle = os.fdopen(silent, "rb")
    assert list(lines_of_pipe(handle, 0.6, said.append)) == []
    assert "waiting" in said[0]
    assert "over" in said[1]
    os.close(held)


def test_a_growing_file_that_shrinks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "live.jsonl"
    path.write_bytes(b"one\ntwo\n")
    lines = lines_of_growing_file(path, 2.0, quiet)
    assert next(lines) == b"one"
    path.write_bytes(b"")
    with pytest.raises(SkelshotError, match="became shorter"):
        list(lines)


def test_the_last_line_need_not_be_ended(tmp_path: Path) -> None:
    path = tmp_path / "live.jsonl"
    path.write_bytes(b"one\ntwo")
    assert list(lines_of_growing_file(path, 0.1, quiet)) == [b"one", b"two"]
    assert list(lines_of_pipe(io.BytesIO(b"one\ntwo"), None, quiet)) == [b"one\n", b"two"]
