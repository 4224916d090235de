"""Exposure against a slow reference that walks along each ray."""

from collections.abc import Callable

import numpy as np

from skelshot.synthesis.performance import Array
from skelshot.synthesis.sensing import occlusion
from skelshot.synthesis.sensing.cameras import kinect


def gap(points: Array, a: Array, b: Array) -> float:
    """Smallest distance of some points to the segment from a to b."""
    share = np.clip((points - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
    return float(np.linalg.norm(points - a - share[:, None] * (b - a), axis=1).min())


def walked(joints: Array, m: int, t: int, j: int) -> int:
    """Exposure of one joint by 500 points along its ray."""
    target = joints[m, t, j]
    length = np.linalg.norm(target)
    before = np.linspace(0, 1 - 0.09 / length, 500)[:, None] * target
    beyond = np.linspace(0, 1 + 0.18 / length, 500)[:, None] * target
    result = 0
    for other in range(len(joints)):
        for k, (a, b) in enumerate(occlusion._ENDS):
            if other == m and occlusion._EXEMPT[j, k]:
                continue
            capsule = joints[other, t, a], joints[other, t, b]
            if gap(before, *capsule) < occlusion._RADII[k]:
                result = max(result, 2 if other == m else 3)
            elif other == m and occlusion._ARM[j] and k < 5:
                result = max(result, int(gap(beyond, *capsule) < occlusion._RADII[k]))
    return result


def test_exposure_equals_walking_along_the_rays(figure: Callable[..., Array]) -> None:
    bodies = [figure(60, 100, (-0.05, 0.4))[::12], figure(60, -60, (0.05, -0.3))[::12]]
    joints = kinect(1, 1).depth.to_camera(np.stack(bodies))
    found = occlusion.exposure(joints, np.ones(2))
    slow = np.zeros_like(found)
    for place in np.ndindex(found.shape):
        slow[place] = walked(joints, *place)
    assert (found != slow).mean() < 0.01  # points 7 mm apart miss what is only grazed
    assert set(np.unique(found)) == {0, 1, 2, 3}


def test_the_far_arm_is_hidden_in_a_side_view(figure: Callable[..., Array]) -> None:
    facing_camera_2 = figure(1, 45)[None]
    side = kinect(1, 3).depth.to_camera(facing_camera_2)
    seen = occlusion.exposure(side, np.ones(1))[0, 0]
    right_is_far = side[0, 0, 8, 2] > side[0, 0, 4, 2]
    far, near = ((8, 9), (4, 5)) if right_is_far else ((4, 5), (8, 9))
    assert (seen[list(far)] == occlusion.HIDDEN).all()
    assert (seen[list(near)] != occlusion.HIDDEN).all()
    assert seen[3] == occlusion.IN_VIEW


def test_girth_hides_more(figure: Callable[..., Array]) -> None:
    joints = kinect(1, 1).depth.to_camera(figure(30, 60)[None])
    thin = (occlusion.exposure(joints, np.array([0.5])) == 2).sum()
    thick = (occlusion.exposure(joints, np.array([1.5])) == 2).sum()
    assert thick > thin
