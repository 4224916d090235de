"""Pictures of an explanation: its heatmap, the nearest exemplar beside it, the clip in motion."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image

from skelshot.explain import Attribution, Explanation
from skelshot.explain.pictures.explanation_pictures import Drawing, draw_explanation
from skelshot.explain.shown_clips import ShownClips, shown_from
from skelshot.ground import SkelshotError

Make = Callable[..., Any]
CLIPS = ("query", "first", "second")


@pytest.fixture
def store(clip_of: Make) -> Any:
    sequences = [clip_of(frames=frames, seed=frames) for frames in (14, 9, 20)]
    return SimpleNamespace(
        index_of=CLIPS.index,
        class_of=("throw", "wave", "wave").__getitem__,
        sequence=sequences.__getitem__,
    )


@pytest.fixture
def explanation() -> Explanation:
    values = torch.rand(3, 14, 25, 1, generator=torch.Generator().manual_seed(0))
    exemplars = {"wave": ("first", "second"), "throw": ("third", "fourth")}
    attribution = Attribution(values, "big", 0, boundary_found=True, boundary_distance=0.1,
                              completeness_gap=0.0)  # fmt: skip
    return Explanation("query", exemplars, "second", torch.tensor([2.0, 1.0]), attribution)


@pytest.fixture
def shown(store: Any, explanation: Explanation) -> ShownClips:
    return shown_from(store)(explanation)


def test_what_the_clip_is_and_what_it_was_taken_for_stand_above(
    shown: ShownClips, explanation: Explanation, figures: list[Figure], legible: Make
) -> None:
    files = draw_explanation(explanation, shown, Path("a"), Drawing())
    assert files == [Path("a.png"), Path("a-beside-exemplar.png")]
    heat, beside = map(legible, figures)
    assert "throw, answered wave (query)" in heat
    assert "big: what decides about wave" in heat
    assert "throw, answered wave (query) (14 frames)" in beside
    assert "nearest exemplar: wave (second) (20 frames)" in beside


def test_a_best_effort_is_said_in_every_picture(
    shown: ShownClips, explanation: Explanation, figures: list[Figure], legible: Make
) -> None:
    missed = replace(explanation.attribution, boundary_found=False)
    draw_explanation(
        replace(explanation, attribution=missed),
        shown,
        Path("a"),
        Drawing(),
    )
    for figure in figures:
        assert any(text.startswith("best effort, no boundary found") for text in legible(figure))


def test_the_clip_in_motion(shown: ShownClips, explanation: Explanation, tmp_path: Path) -> None:
    (file,) = draw_explanation(explanation, shown, tmp_path / "a.b", Drawing(["gif"], fps=20))
    assert file.name == "a.b.gif"
    with Image.open(file) as film:
        assert film.n_frames == 14  # type: ignore[attr-defined]
        assert film.info["duration"] == 50


def test_importance_of_zeros_names_its_clip(shown: ShownClips, explanation: Explanation) -> None:
    flat = replace(explanation.attribution, values=torch.zeros(3, 14, 25, 1))
    with pytest.raises(SkelshotError, match=r"clip query: big: .* found zeros alone"):
        draw_explanation(
            replace(explanation, attribution=flat),
            shown,
            Path("a"),
            Drawing(),
        )
