"""`skelshot synth --format composed`: further actions than NTU's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from skelshot.videos.decode import VideoFile


def test_the_command_writes_it(run: Callable[..., Any], tmp_path: Path) -> None:
    words = ("synth", "--format", "composed", "--classes", "2", "--performers", "1")
    answer = run(*words, "--cameras", "1", "--replications", "1", "--videos", "--video-size",
                 "64x36", "--out", tmp_path, "--workers", "1")  # fmt: skip
    assert answer.code == 0, answer.err
    assert "2 clips, 2 with video" in answer.out
    films = sorted((tmp_path / "videos").iterdir())
    for film in films:
        clip = np.load(tmp_path / "clips" / f"{film.stem}.npz")
        assert VideoFile(film).frames == clip["joints"].shape[1]
    refused = run(*words[:3], "--classes", "1-3001", "--out", tmp_path / "more")
    assert refused.code == 2
    assert "within 1 to 3000" in refused.err
