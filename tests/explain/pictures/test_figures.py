"""The figures: legible, as many panels as they need, the same bytes each time, in every form."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from skelshot.explain.pictures import Explained, draw_aligned, draw_explained, draw_grid
from skelshot.ground import SkelshotError
from skelshot.rendering.theme import FORMS
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.skeletons.sequence import SkeletonSequence

Make = Callable[..., Any]
EVIL = [r"$\foo$", "two\nlines", "word " * 40, "_", "%s {x} a_b^c"]


@pytest.fixture(autouse=True)
def _no_warnings() -> object:
    with warnings.catch_warnings(action="error"):
        yield


def heatmaps(figure: Figure) -> list[QuadMesh]:
    bars = {axis for axis in figure.axes if axis.get_label() == "<colorbar>"}
    return [mesh for axis in figure.axes if axis not in bars
            for mesh in axis.collections if isinstance(mesh, QuadMesh)]  # fmt: skip


@pytest.mark.parametrize("persons", [1, 2])
@pytest.mark.parametrize("names", [["ours"], ["ours", "ProtoNet", "DASTM"]])
def test_one_clip(
    clip_of: Make, importance_of: Make, figures: list[Figure], legible: Make, persons: int,
    names: list[str],
) -> None:  # fmt: skip
    clip = clip_of(persons)
    maps = {name: importance_of(clip, seed) for seed, name in enumerate(names)}
    draw_explained(clip, maps, Path("a.png"), "drink water", fps=30)
    texts = legible(figures[0])
    assert len(heatmaps(figures[0])) == persons * len(names)
    assert {*KINECT_V2.joints, *KINECT_V2.parts, "drink water"} <= set(texts)
    assert [text for text in texts if text.startswith(tuple(names))] == [
        f"{name}, person {person}" if persons > 1 else name
        for name in names
        for person in range(1, persons + 1)
    ]
    assert figures[0].get_figheight() < (11 if persons == 1 else 20)


def test_somebody_who_is_never_there_has_no_heatmap(
    clip_of: Make, importance_of: Make, figures: list[Figure]
) -> None:
    clip = clip_of(2, present=[[True] * 14, [False] * 14])
    draw_explained(clip, {"ours": importance_of(clip)}, Path("a.png"))
    assert len(heatmaps(figures[0])) == 1


def test_each_moment_stands_above_its_frame(
    one: Any, importance_of: Make, figures: list[Figure], legible: Make
) -> None:
    draw_explained(one, {"ours": importance_of(one)}, Path("a.png"), moments=7)
    legible(figures[0])
    strip, heat = figures[0].axes[:2]
    for moment in strip.child_axes:
        box = moment.get_window_extent()
        frame = heat.transData.inverted().transform(((box.x0 + box.x1) / 2, 0))[0]
        assert abs(frame - int(moment.get_title())) <= 0.6


def test_a_grid(clip_of: Make, importance_of: Make, figures: list[Figure], legible: Make) -> None:
    clips = [clip_of(1), clip_of(2, frames=40)]
    rows = [
        Explained(title, clip, {name: importance_of(clip) for name in ("ours", "ProtoNet")})
        for title, clip in zip(("drink water", "hugging " * 9), clips, strict=True)
    ]
    draw_grid(rows, Path("a.png"), fps=30)
    texts = legible(figures[0])
    assert len(heatmaps(figures[0])) == 2 * 3
    assert texts.count("ProtoNet") == 2
    assert "(a) drink water" in texts


@pytest.mark.parametrize("coloured", [True, False])
def test_a_query_and_its_exemplar(
    clip_of: Make, importance_of: Make, figures: list[Figure], legible: Make, coloured: bool
) -> None:
    query, exemplar = clip_of(2), clip_of(frames=30, seed=1)
    importance = (importance_of(query), None) if coloured else (None, None)
    path = [(0, 0), *((13, at) for at in range(30))]
    draw_aligned(query, exemplar, Path("a.png"), ("a", "b"), path, importance)
    texts = legible(figures[0])
    assert "a (14 frames)" in texts
    assert "b (30 frames)" in texts
    assert texts.count("13") >= 8  # all but the first pair
    draw_aligned(query, exemplar, Path("a.png"))
    with pytest.raises(SkelshotError, match="query: found shape"):
        draw_aligned(query, exemplar, Path("a.png"), importance=(importance_of(exemplar), None))


@pytest.mark.parametrize("name", EVIL)
def test_names_are_text(
    one: Any, importance_of: Make, figures: list[Figure], legible: Make, name: str
) -> None:
    evil = replace(KINECT_V2, name="evil", joints=(name, *KINECT_V2.joints[1:]),
                   parts={name: (0, 1, 2), **KINECT_V2.parts})  # fmt: skip
    clip = SkeletonSequence(one.joints, one.present, evil)
    draw_explained(clip, {name: importance_of(clip)}, Path("a.png"), name)
    draw_grid([Explained(name, clip, {name: importance_of(clip)})], Path("a.png"))
    draw_aligned(clip, clip, Path("a.png"), (name, name))
    for figure in figures:
        legible(figure)


@pytest.mark.parametrize("form", FORMS)
def test_the_same_bytes_each_time(one: Any, importance_of: Make, tmp_path: Path, form: str) -> None:
    files = [tmp_path / f"{name}.{form}" for name in "ab"]
    for file in files:
        draw_explained(one, {"ours": importance_of(one)}, file, "drink water")
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert b"/Type3" not in first  # fonts that journals refuse


def test_what_cannot_be_drawn(one: Any, two: Any, importance_of: Make, tmp_path: Path) -> None:
    fine = importance_of(one)
    with pytest.raises(SkelshotError, match="maps: found 0, expected 1 to 5"):
        draw_explained(one, {}, tmp_path / "a.png")
    with pytest.raises(SkelshotError, match=r"ending '\.jpg', expected \.png, \.svg"):
        draw_explained(one, {"ours": fine}, tmp_path / "a.jpg")
    with pytest.raises(SkelshotError, match="ProtoNet: found shape"):
        draw_explained(one, {"ours": fine, "ProtoNet": fine[1:]}, tmp_path / "a.png")
    with pytest.raises(SkelshotError, match="grid: found 0 clips"):
        draw_grid([], tmp_path / "a.png")
    rows = [Explained("a", one, {"ours": fine}), Explained("b", one, {"theirs": fine})]
    with pytest.raises(SkelshotError, match="b: found the maps theirs, expected ours"):
        draw_grid(rows, tmp_path / "a.png")
    with pytest.raises(SkelshotError, match="a, ours: found shape"):
        draw_grid([Explained("a", two, {"ours": fine})], tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_importance_that_is_nowhere_seen_is_no_reason_to_stop(
    clip_of: Make, figures: list[Figure]
) -> None:
    clip = clip_of(1, frames=1)
    importance = np.zeros((1, 25, 1))
    importance[0, 3, 0] = 1e-300
    draw_explained(clip, {"ours": importance}, Path("a.png"))
    assert np.nanmax(heatmaps(figures[0])[0].get_array()) == 1
