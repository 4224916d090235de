"""`skelshot draw`: rows of skeletons from any store."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.image import imread

from skelshot.datasets.store import Store


def test_it_draws_the_clips_asked_for(
    run: Callable[..., Any], toy_store: Store, tmp_path: Path
) -> None:
    names = [toy_store.clips[3].name, toy_store.clips[40].name]
    two = run("draw", toy_store.path, *names, "--out", tmp_path / "two.png", "--json")
    assert two.json == {"clips": 2, "picture": str(tmp_path / "two.png")}
    every = run("draw", toy_store.path, "--out", tmp_path / "all.png", "--moments", 3, "--json")
    assert every.json["clips"] == len(toy_store.class_names)
    tall, low = imread(tmp_path / "all.png").shape, imread(tmp_path / "two.png").shape
    assert tall[0] > 4 * low[0]
    assert tall[1] < low[1]


def test_bad_calls_are_one_line(run: Callable[..., Any], toy_store: Store, tmp_path: Path) -> None:
    answer = run("draw", toy_store.path, "nobody", "--out", tmp_path / "p.png")
    assert answer.code == 2
    assert "no clip is called 'nobody'" in answer.err
    assert run("draw", toy_store.path, "--moments", 0, "--out", tmp_path / "p.png").code == 2
    for option, found in (("--moments", 501), ("--most", 0)):
        answer = run("draw", toy_store.path, option, found, "--out", tmp_path / "p.png")
        assert answer.code == 2
        assert f"{option}: found {found}, expected 1 to 500" in answer.err
    answer = run("draw", toy_store.path, "--out", tmp_path)
    assert answer.code == 2
    assert "expected a PNG file to write" in answer.err


def test_pixels_are_drawn(run: Callable[..., Any], tmp_path: Path) -> None:
    """Two-dimensional clips hundreds of pixels from the origin, which used to leave all white."""
    rng = np.random.default_rng(0)
    start = rng.uniform((700, 300), (900, 900), (1, 1, 17, 2))
    keypoint = (start + rng.normal(0, 5, (1, 9, 17, 2))).astype(np.float32)
    clip = {"frame_dir": "a", "label": 0, "total_frames": 9, "keypoint": keypoint}
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"annotations": [clip]}))
    noise = ("--body-check", "ignore")
    run("prepare", "pyskl", tmp_path / "a.pkl", *noise, "--out", tmp_path / "store")
    assert run("draw", tmp_path / "store", "--out", tmp_path / "p.png").code == 0
    assert (imread(tmp_path / "p.png")[20:110, :, :3].min(axis=-1) < 0.5).sum() > 500
