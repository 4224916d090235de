"""Charts: any name is text, gaps are drawn around, and sizes are bounded."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from skelshot.rendering import charts
from skelshot.rendering.charts import Curve, draw_confusion, draw_curves, draw_map

NAMES = [r"$\foo$", "$", "a_b^c", "two\nlines", "word " * 99, "%s {x}", "_private", "<b>"]


@pytest.fixture(autouse=True)
def _no_warnings() -> object:
    with warnings.catch_warnings(action="error"):
        yield


def coloured(path: Path) -> int:
    """Count the pixels that are neither white, grey nor black."""
    picture = imread(path)[..., :3]
    return int((np.ptp(picture, axis=-1) > 0.1).sum())


def test_names_are_text_in_every_chart(tmp_path: Path) -> None:
    draw_confusion(np.eye(len(NAMES)), NAMES, tmp_path / "confusion.png")
    draw_map(
        np.random.default_rng(0).normal(size=(16, 2)), NAMES * 2, tmp_path / "map.png", {0, 3}, [1]
    )
    curves = [Curve(name, [1, 2], [0.5, 0.25]) for name in NAMES]
    draw_curves(dict.fromkeys(NAMES, curves), NAMES[0], tmp_path / "curves.png")
    for name in ("confusion", "map", "curves"):
        assert coloured(tmp_path / f"{name}.png") > 100


def test_a_name_with_an_underscore_stands_in_the_legend(tmp_path: Path) -> None:
    pictures = []
    for name in ("_", " "):
        curves = [Curve(name, [1], [1.0]), Curve("b", [1], [2.0])]
        draw_curves({"loss": curves}, "", tmp_path / "a.png")
        pictures.append(imread(tmp_path / "a.png"))
    assert (pictures[0] != pictures[1]).any()


def test_shares_of_a_row_are_drawn_whatever_its_size(tmp_path: Path) -> None:
    draw_confusion([[8, 2], [80, 20]], ["a", "b"], tmp_path / "a.png")
    draw_confusion([[4, 1], [4, 1]], ["a", "b"], tmp_path / "b.png")
    assert (imread(tmp_path / "a.png") == imread(tmp_path / "b.png")).all()
    draw_confusion([[8, 2], [20, 80]], ["a", "b"], tmp_path / "c.png")
    assert (imread(tmp_path / "a.png") != imread(tmp_path / "c.png")).any()
    draw_confusion([[0, 0], [0, 0]], ["a", "b"], tmp_path / "empty.png")


def test_many_classes_make_no_huge_picture(tmp_path: Path) -> None:
    draw_confusion(np.eye(400), [f"class {n}" for n in range(400)], tmp_path / "a.png")
    assert max(imread(tmp_path / "a.png").shape) <= 1000
    places = np.random.default_rng(0).normal(size=(400, 2))
    draw_map(places, [f"class {n}" for n in range(400)], tmp_path / "b.png")
    assert max(imread(tmp_path / "b.png").shape) <= 1000


def test_curves_of_a_run_that_went_wrong_are_drawn(tmp_path: Path) -> None:
    wrong = Curve("split 0", [1, 2, 3], [1.0, float("nan"), float("inf")])
    draw_curves({"loss": [wrong]}, "stage", tmp_path / "a.png")
    assert coloured(tmp_path / "a.png") > 0


def test_a_long_curve_is_thinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    epochs = list(range(1, 31))
    values = [float(epoch % 3) for epoch in epochs]
    draw_curves({"a": [Curve("x", epochs, values)]}, "", tmp_path / "whole.png")
    monkeypatch.setattr(charts, "_MOST_POINTS", 10)
    draw_curves({"a": [Curve("x", epochs, values)]}, "", tmp_path / "thin.png")
    assert 0 < coloured(tmp_path / "thin.png") < 0.5 * coloured(tmp_path / "whole.png")


def test_exemplars_and_misses_are_marked(tmp_path: Path) -> None:
    places = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    draw_map(places, ["a", "b", "b"], tmp_path / "plain.png")
    draw_map(places, ["a", "b", "b"], tmp_path / "marked.png", {0}, [1])
    plain, marked = (imread(tmp_path / f"{name}.png")[:, :600] for name in ("plain", "marked"))
    assert coloured(tmp_path / "marked.png") > coloured(tmp_path / "plain.png") + 20
    assert (marked[..., :3].max(-1) < 0.2).sum() > (plain[..., :3].max(-1) < 0.2).sum() + 20
