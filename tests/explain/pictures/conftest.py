"""Small clips, and figures caught before they are written, so that their texts can be measured."""

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from skelshot.explain.pictures import aligned, clip_figure, clip_grid, failures
from skelshot.rendering.theme import SMALL
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.skeletons.sequence import SkeletonSequence

FRAMES = 14


def _clip_of(
    persons: int = 1, frames: int = FRAMES, seed: int = 0, present: Any = None
) -> SkeletonSequence:
    """People about as high as people who move a little, side by side."""
    rng = np.random.default_rng(seed)
    joints = rng.normal(0, 0.3, (persons, 1, 25, 3)) + rng.normal(0, 0.02, (1, frames, 25, 3))
    joints[..., 1] += np.linspace(1.7, 0, 25)
    joints[..., 0] += np.arange(persons)[:, None, None]
    there = np.ones((persons, frames), bool) if present is None else np.asarray(present, bool)
    joints[~there] = 0
    return SkeletonSequence(joints.astype(np.float32), there, KINECT_V2)


def _importance_of(clip: SkeletonSequence, seed: int = 0) -> np.ndarray:
    """Importance (T, V, M) without a pattern."""
    return np.random.default_rng(seed).random((clip.frames, 25, clip.persons))


@pytest.fixture
def clip_of() -> Callable[..., SkeletonSequence]:
    return _clip_of


@pytest.fixture
def importance_of() -> Callable[..., np.ndarray]:
    return _importance_of


@pytest.fixture
def one() -> SkeletonSequence:
    return _clip_of()


@pytest.fixture
def two() -> SkeletonSequence:
    return _clip_of(persons=2)


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """What is drawn instead of being written."""
    caught: list[Figure] = []

    def catch(figure: Figure, path: Path, **_: Any) -> Path:
        caught.append(figure)
        return path

    for module in (aligned, clip_figure, clip_grid, failures):
        monkeypatch.setattr(module, "write_figure", catch)
    return caught


@pytest.fixture
def legible() -> Callable[[Figure], list[str]]:
    """Fail where a text leaves the figure, is too small or lies on another; return all texts."""

    def check(figure: Figure) -> list[str]:
        FigureCanvasAgg(figure).draw()
        whole = figure.bbox.padded(2)
        shown = list(_shown(figure))
        boxes = [text.get_window_extent() for text in shown]
        for text, box in zip(shown, boxes, strict=True):
            assert text.get_fontsize() >= SMALL, text
            assert whole.x0 <= box.x0 <= box.x1 <= whole.x1, text
            assert whole.y0 <= box.y0 <= box.y1 <= whole.y1, text
        for (a, box), (b, other) in combinations(zip(shown, boxes, strict=True), 2):
            width = min(box.x1, other.x1) - max(box.x0, other.x0)
            height = min(box.y1, other.y1) - max(box.y0, other.y0)
            lines = "\n" in a.get_text() + b.get_text()  # blank ones keep room for others
            assert lines or width < 1 or height < 1, f"{a} lies on {b}"
        return [text.get_text().strip() for text in shown]

    return check


def _shown(figure: Figure) -> Iterator[Text]:
    """Yield the texts that are drawn: no ticks beyond the axes, nothing of axes that are off."""
    undrawn = set()
    for axis in figure.findobj(Axis):
        assert isinstance(axis, Axis)
        drawn = {tick.label1 for tick in axis._update_ticks()}
        drawn |= {tick.label2 for tick in axis._update_ticks()}
        labels = {label for tick in axis.get_major_ticks() for label in (tick.label1, tick.label2)}
        undrawn |= labels - drawn if axis.axes.axison else {*labels, axis.label}
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if text.get_visible() and text.get_text().strip() and text not in undrawn:
            yield text
