"""Stick figures: joints by importance, sides by colour."""

import numpy as np
from matplotlib.figure import Figure

from skelshot.rendering.places import drawn_places
from skelshot.rendering.stick_figures import draw_importance, draw_people
from skelshot.skeletons.layouts import KINECT_V1
from skelshot.skeletons.sequence import SkeletonSequence


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
