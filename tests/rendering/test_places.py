"""Places of joints: windows that fit, the absent left out."""

from typing import Any

import numpy as np
import pytest

from skelshot.rendering.places import drawn_places, window
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
