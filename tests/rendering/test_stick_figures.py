"""Stick figures: windows that fit, joints by importance, the absent left out."""

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from skelshot.rendering.stick_figures import draw_importance, draw_people, drawn_places, window
from skelshot.skeletons.layouts import KINECT_V1
from skelshot.skeletons.sequence import SkeletonSequence


@pytest.mark.parametrize(
    ("points", "slim", "sides"),
    [
        ([[0, 0], [1, 2]], 1.0, [2.3, 2.3]),
        ([[0, 0], [0, 2]], 0.5, [1.15, 2.3]),
        ([[0, 0], [1.8, 2]], 0.5, [2.07, 2.3]),
        ([[5, 5], [5, 5]], 0.5, [1, 1]),
        ([[np.nan, 0]], 0.5, [1, 1]),
        ([*[[x / 9, 0] for x in range(10)], [1e6, 0]], 1.0, [1.15, 1.15]),
    ],
)
def test_the_window(points: Any, slim: float, sides: list[float]) -> None:
    centre, found = window(np.array(points, float), slim)
    assert np.allclose(found, sides)
    assert np.isfinite(centre).all()


def test_what_is_not_there_has_no_place(tiny_sequence: SkeletonSequence) -> None:
    joints = tiny_sequence.joints.copy()
    joints[0, 1, 3, 0], joints[0, 1, 4, 1] = np.nan, 1e30
    present = np.ones((1, 12), bool)
    present[0, 5] = False
    places = drawn_places(SkeletonSequence(joints, present, KINECT_V1), [1, 5, 7])
    assert places.shape == (1, 3, 20, 2)
    assert np.flatnonzero(np.isnan(places[0, 0]).all(-1)).tolist() == [3, 4]
    assert np.isnan(places[0, 1]).all()
    assert (places[0, 2] == joints[0, 7, :, :2]).all()


def test_more_important_is_larger_and_on_top(tiny_sequence: SkeletonSequence) -> None:
    places = drawn_places(tiny_sequence, [0])[:, 0]
    places[0, 7] = np.nan
    shares = np.linspace(1, 0, 20)[:, None]
    axis = Figure().subplots()
    draw_importance(axis, KINECT_V1, places, shares)
    bones, dots = axis.collections
    there = [joint for joint in range(19, -1, -1) if joint != 7]
    assert (np.asarray(dots.get_offsets()) == places[0, there]).all()
    assert (np.diff(dots.get_sizes()) > 0).all()
    assert (np.diff(dots.get_facecolors()[:, 0]) > 0).sum() > 14  # cividis: towards yellow
    assert len(bones.get_segments()) == sum(7 not in bone for bone in KINECT_V1.bones)


def test_sides_have_their_colours_and_others_are_paler(tiny_sequence: SkeletonSequence) -> None:
    places = np.repeat(drawn_places(tiny_sequence, [0])[:, 0], 2, axis=0)
    axis = Figure().subplots()
    draw_people(axis, KINECT_V1, places)
    lines = [line for line in axis.lines if line.get_linestyle() == "-"]
    assert len({line.get_color() for line in lines}) == 3
    assert [line.get_alpha() for line in lines] == [1.0] * 19 + [0.45] * 19
