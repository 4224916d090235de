"""Runs that are killed, shared or in one another's way, and what they leave."""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.teachers import (
    ExtractOptions,
    FeatureCache,
    XCLIPTeacher,
    extract_text,
    extract_videos,
)
from skelshot.teachers.extract.frame_sources import VideoSource
from skelshot.teachers.extract.share import Share

MODULE = importlib.import_module("skelshot.teachers.extract.videos")


def started(
    program: ModuleType, folder: Path, out: Path, pause: float, **more: str
) -> "subprocess.Popen[str]":
    """Teach in a process of its own."""
    words = [sys.executable, str(program.__file__), str(folder), str(out), str(pause)]
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"} | more
    )


def test_killed_and_shared_runs_end_with_the_same_cache(
    films: Store, folder: Path, tmp_path: Path, mean_teacher: ModuleType
) -> None:
    """Kill a run after two shards; let two processes finish it; compare with one that ran on."""
    out = tmp_path / "f"
    running = started(mean_teacher, folder, out, 0.3)
    shards = tmp_path / "f.partial" / "shards"
    deadline = time.monotonic() + 60
    while len(list(shards.glob("0*.safetensors"))) < 2:
        assert running.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    with pytest.raises(SkelshotError, match="the run that wrote it was stopped"):
        FeatureCache.open(out)
    before = len(list(shards.glob("0*.safetensors")))
    assert before < 9
    pair = [
        started(mean_teacher, folder, out, 0, RANK=rank, WORLD_SIZE="2", LOCAL_RANK=rank)
        for rank in "01"
    ]
    said = [process.communicate(timeout=60)[0].split() for process in pair]
    assert [process.returncode for process in pair] == [0, 0]
    assert said[0][0] == "9"
    assert int(said[0][1]) + int(said[1][1]) == 9 - before
    assert not (tmp_path / "f.partial").exists()

    films_source = VideoSource(folder / "films", mean_teacher.OPTIONS)
    extract_videos(
        films,
        mean_teacher.MeanTeacher(),
        films_source,
        ["{}"],
        tmp_path / "g",
        options=mean_teacher.EXTRACTING,
    )
    found, expected = FeatureCache.open(out).video, FeatureCache.open(tmp_path / "g").video
    assert found is not None
    assert expected is not None
    assert found.clips == expected.clips
    np.testing.assert_array_equal(found.video, expected.video)
    assert found.notes() == expected.notes()


def test_an_unfinished_cache_of_something_else(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path
) -> None:
    other = tmp_path / "f.partial"
    (other / "shards").mkdir(parents=True)
    plan = {"teacher": "another", "key": "0"}
    (other / "plan.json").write_text(json.dumps(plan))
    with pytest.raises(SkelshotError, match="unfinished video features of another teacher"):
        extract_videos(films, teacher, source, ["{}"], tmp_path / "f")
    with pytest.raises(SkelshotError, match="holds unfinished video features"):
        extract_text(films, teacher, ["{}"], tmp_path / "f")
    (tmp_path / "g.partial").mkdir()
    (tmp_path / "g.partial" / "thesis.txt").write_text("precious")
    with pytest.raises(SkelshotError, match=r"holds 'thesis.txt'"):
        extract_videos(films, teacher, source, ["{}"], tmp_path / "g")


def test_a_plan_without_its_shards_starts_again(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path
) -> None:
    partial = tmp_path / "f.partial"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("skelshot.teachers.cache.shards.ShardFolder.write", _stopped)
        with pytest.raises(KeyboardInterrupt):
            extract_videos(films, teacher, source, ["{}"], tmp_path / "f")
    assert (partial / "plan.json").exists()
    (partial / "shards").rmdir()
    assert extract_videos(films, teacher, source, ["{}"], tmp_path / "f").skipped == 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["f"]


def _stopped(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_damaged_shard_is_named(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path
) -> None:
    options = ExtractOptions(shard=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODULE, "_put_together", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            extract_videos(films, teacher, source, ["{}"], tmp_path / "f", options=options)
    shard = tmp_path / "f.partial" / "shards" / "000001.safetensors"
    shard.write_bytes(shard.read_bytes()[:-7])
    with pytest.raises(SkelshotError, match=r"000001.safetensors: not a whole shard"):
        extract_videos(films, teacher, source, ["{}"], tmp_path / "f", options=options)
    shard.unlink()
    report = extract_videos(films, teacher, source, ["{}"], tmp_path / "f", options=options)
    assert report.clips == 9


def test_two_runs_of_the_same_command(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path
) -> None:
    refused: list[str] = []
    frames = source.frames

    def again(*given: Any) -> Any:
        if not refused:
            refused.append("")
            with pytest.raises(SkelshotError, match="another `skelshot teach` is writing") as error:
                extract_videos(films, teacher, source, ["{}"], tmp_path / "f")
            refused[0] = str(error.value)
        return frames(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "frames", again)
        extract_videos(films, teacher, source, ["{}"], tmp_path / "f")
    assert refused[0]
    assert FeatureCache.open(tmp_path / "f").video is not None


def test_a_process_that_does_not_come(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path
) -> None:

    options = ExtractOptions(shard=3, patience=0.3)
    with pytest.raises(SkelshotError, match=r"1 of 3 shards are missing .*of the processes \[1\]"):
        extract_videos(
            films,
            teacher,
            source,
            ["{}"],
            tmp_path / "f",
            options=options,
            share=Share(0, 2),
        )
