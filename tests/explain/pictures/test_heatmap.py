"""The heatmap: every joint once, in its part; means of long clips; the absent left out."""

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from skelshot.explain.pictures import heatmap
from skelshot.explain.pictures.heatmap import REST, draw_heatmap, joints_by_part
from skelshot.skeletons.layouts import KINECT_V2, LAYOUTS, SkeletonLayout


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_joint_stands_in_one_part(layout: SkeletonLayout) -> None:
    joints = [joint for _, own in joints_by_part(layout) for joint in own]
    assert sorted(joints) == list(range(layout.num_joints))


def test_joints_of_two_parts_or_none() -> None:
    layout = SkeletonLayout(
        "mine", ("a", "b", "c"), ((1, 0), (2, 1)), (), {"x": (1,), "y": (1,)}, (0,), None, None,
        ((0,), (1,)),
    )  # fmt: skip
    assert joints_by_part(layout) == [("x", (1,)), (REST, (0, 2))]


def drawn(shares: np.ndarray, **options: Any) -> tuple[Any, Any]:
    axis = Figure().subplots()
    return axis, draw_heatmap(axis, shares, KINECT_V2, **options)


def test_a_cell_is_the_share_of_the_joint_that_its_row_names() -> None:
    shares = np.random.default_rng(0).random((6, 25))
    axis, mesh = drawn(shares)
    names = [text.get_text() for text in axis.get_yticklabels()]
    cells = np.ma.getdata(mesh.get_array())
    assert cells.shape == (25, 6)
    for row, name in enumerate(names):
        assert (cells[row] == shares[:, KINECT_V2.index(name)]).all()
    assert axis.get_ylim() == (25, 0)  # the first row on top
    (sides,) = axis.child_axes
    assert [text.get_text() for text in sides.get_yticklabels()] == list(KINECT_V2.parts)


def test_the_absent_are_no_zeros() -> None:
    shares = np.zeros((6, 25))
    shares[2] = np.nan
    _, mesh = drawn(shares)
    assert np.ma.getmaskarray(mesh.get_array())[:, 2].all()
    colours = mesh.to_rgba(mesh.get_array())
    assert (colours[0, 2] != colours[0, 1]).any()


def test_a_long_clip_is_averaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heatmap, "MOST_COLUMNS", 4)
    shares = np.arange(10.0)[:, None].repeat(25, 1)
    shares[:2] = np.nan
    shares[3] = np.nan
    _, mesh = drawn(shares)
    cells = mesh.get_array()
    assert cells.shape == (25, 4)
    assert np.ma.getmaskarray(cells)[0].tolist() == [True, False, False, False]
    assert cells[0, 1:].tolist() == [(2 + 4) / 2, (5 + 6 + 7) / 3, (8 + 9) / 2]
    assert mesh.axes.get_xlim() == (-0.5, 9.5)
