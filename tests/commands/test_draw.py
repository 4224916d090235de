"""`skelshot draw`: rows of skeletons from any store."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

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
