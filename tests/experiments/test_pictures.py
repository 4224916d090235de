"""Pictures of skeletons: they fit any unit, are the right way up and survive bad numbers."""

import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from skelshot.experiments.pictures import MOST, draw_clips, draw_rows, first_clips
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.skeletons.sequence import SkeletonSequence

SIDE, TITLE = 104, 16
"""Pixels of a moment and of a line of text."""


def person(offset: float = 0.0, channels: int = 3) -> np.ndarray:
    """Joints (1, T, V, C) that move a little, about two metres high."""
    rng = np.random.default_rng(3)
    start = rng.normal(0, 0.5, (1, 1, 25, 3))
    return (start + rng.normal(0, 0.02, (1, 12, 25, 3)).cumsum(axis=1) + offset)[..., :channels]


def store_of(*joints: np.ndarray, present: np.ndarray | None = None, name: str = "wave") -> Any:
    """A store of clips of one class."""
    in_pixels = any(array.shape[3] == 2 for array in joints)
    sequences = [
        SkeletonSequence(
            array.astype(np.float32),
            np.ones(array.shape[:2], bool) if present is None else present,
            KINECT_V2,
        )
        for array in joints
    ]
    return SimpleNamespace(
        path=Path("store"),
        clips=[SimpleNamespace(label=0) for _ in sequences],
        class_names=(name,),
        class_of=lambda index: name,
        document=SimpleNamespace(units="pixels" if in_pixels else "metres"),
        sequence=sequences.__getitem__,
    )


def panels(store: Any, path: Path, moments: int = 3) -> np.ndarray:
    """The moments of the first clip, as pictures (moments, SIDE, SIDE, 3)."""
    draw_clips(store, path, moments, range(len(store.clips)))
    picture = imread(path)[TITLE + 1 : TITLE + SIDE - 1, :, :3]
    return np.stack([picture[:, SIDE * i + 2 : SIDE * (i + 1) - 2] for i in range(moments)])


def inked(picture: np.ndarray) -> np.ndarray:
    """Where something is drawn."""
    return (picture < 0.8).any(axis=-1)


@pytest.mark.parametrize(
    "scale", [1e-3, 39.37, 1000.0], ids=["kilometres", "inches", "millimetres"]
)
def test_any_unit_gives_the_same_picture(tmp_path: Path, scale: float) -> None:
    metres = panels(store_of(person(2.0)), tmp_path / "a.png")
    other = panels(store_of(person(2.0) * scale), tmp_path / "b.png")
    assert (inked(metres) == inked(other)).mean() > 0.99
    rows, columns = np.nonzero(inked(metres).any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) > 0.7 * SIDE


def test_pixels_are_drawn_with_y_down(tmp_path: Path) -> None:
    flat = person(2.0, channels=2)
    upright = np.concatenate([flat * (1, -1), np.zeros_like(flat[..., :1])], axis=-1)
    down = panels(store_of(flat * 200), tmp_path / "pixels.png")
    up = panels(store_of(upright), tmp_path / "metres.png")
    assert (inked(down) == inked(up)).mean() > 0.99
    assert (inked(down) == inked(up)[:, ::-1]).mean() < 0.99


def test_one_scale_holds_for_all_moments_of_a_clip(tmp_path: Path) -> None:
    nearing = person() * np.linspace(0.2, 1.0, 12)[None, :, None, None]
    sizes = [inked(moment).sum() for moment in panels(store_of(nearing), tmp_path / "a.png")]
    assert sizes[0] < sizes[1] < sizes[2]


def test_everybody_is_seen_in_the_colours_of_their_sides(tmp_path: Path) -> None:
    two = np.concatenate([person(), person() + np.array([3, 0, 0])])
    moment = panels(store_of(two), tmp_path / "two.png")[0]
    ink = inked(moment)
    assert ink[:, : SIDE // 2].sum() > 50
    assert ink[:, SIDE // 2 :].sum() > 50
    red, _, blue = np.moveaxis(moment, -1, 0)
    assert (blue - red > 0.4).sum() > 10
    assert (red - blue > 0.4).sum() > 10


def test_gaps_are_said_and_the_other_moments_drawn(tmp_path: Path) -> None:
    present = np.ones((1, 12), bool)
    present[:, 0] = False
    first, *others = panels(store_of(person(), present=present), tmp_path / "a.png")
    assert 0 < inked(first).sum() < min(inked(other).sum() for other in others)
    nobody = panels(store_of(person(), present=np.zeros((1, 12), bool)), tmp_path / "b.png")
    assert (nobody == nobody[0]).all()


@pytest.mark.parametrize("number", [np.nan, np.inf, 1e38, -1e38, 1e5])
def test_wild_numbers_neither_stop_a_picture_nor_shrink_it(tmp_path: Path, number: float) -> None:
    wild = person()
    wild[0, :, 11] = np.nan
    without = inked(panels(store_of(wild), tmp_path / "without.png"))
    wild[0, :, 11] = number
    ink = inked(panels(store_of(wild), tmp_path / "a.png"))
    assert (ink & without).sum() > 0.95 * without.sum()
    wild[:] = number
    with warnings.catch_warnings(action="error"):
        draw_clips(store_of(wild), tmp_path / "all.png", 3)


@pytest.mark.parametrize("name", [r"$\foo$", "$", "a_b^c", "two\nlines", "word " * 99, "%s {x}"])
def test_a_class_name_is_text(tmp_path: Path, name: str) -> None:
    draw_clips(store_of(person(), name=name), tmp_path / "a.png", 3)
    titled, blank = (
        imread(tmp_path / "a.png"),
        panels(store_of(person(), name="wave"), tmp_path / "b.png"),
    )
    assert inked(titled[:TITLE]).any()
    drawn = titled[TITLE + 1 : TITLE + SIDE - 1, 2 : SIDE - 2, :3]
    assert (drawn == blank[0]).all()


def test_what_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match="store: has no clip to draw"):
        draw_clips(store_of(), tmp_path / "a.png")
    with pytest.raises(SkelshotError, match=f"found 1 clips x {MOST + 1} moments"):
        draw_clips(store_of(person()), tmp_path / "a.png", MOST + 1)
    assert not list(tmp_path.iterdir())


def test_the_first_clip_of_each_class() -> None:
    labels = [3, 0, 3, 0, 7]
    store: Any = SimpleNamespace(clips=[SimpleNamespace(label=label) for label in labels])
    assert first_clips(store) == [1, 0, 4]


def test_clips_side_by_side_are_drawn_as_alone(tmp_path: Path) -> None:
    store = store_of(person(), person(2.0))
    draw_rows(store, tmp_path / "rows.png", [[(0, "wave"), (1, "wave")], [(1, "wave"), None]], 3)
    beside = imread(tmp_path / "rows.png")[..., :3]
    alone = panels(store, tmp_path / "alone.png")
    first = beside[TITLE + 1 : TITLE + SIDE - 1, 2 : SIDE - 2]
    assert (inked(first) == inked(alone[0])).mean() > 0.98
    second_row, right = SIDE + 2 * TITLE, beside.shape[1] - 3 * SIDE
    assert inked(beside[:SIDE, right:]).any()
    assert not inked(beside[second_row : second_row + SIDE - TITLE, right:]).any()


def test_rows_are_bounded(tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match=f"found 1 clips x {2 * 300} moments"):
        draw_rows(store_of(person()), tmp_path / "a.png", [[(0, "a"), (0, "b")]], 300)
    with pytest.raises(SkelshotError, match="no clip to draw"):
        draw_rows(store_of(person()), tmp_path / "a.png", [])
