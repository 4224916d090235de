import numpy as np
import pytest

from skelshot.skeletons import COCO_17, KINECT_V1, OPENNI_15, SkeletonSequence, map_layout
from skelshot.skeletons.posture import (
    looks_like_a_picture,
    share_mirrored,
    share_of_backward_heads,
    shares_up,
    turn_of_picture,
)


@pytest.fixture
def bodies(people) -> np.ndarray:
    return people.person()[0].astype(float)


def upright(bodies: np.ndarray, sign: int, axis: int = 1) -> float:
    return shares_up(bodies, KINECT_V1)[axis, 0 if sign > 0 else 1]


def test_who_stands_rises_along_y_alone(bodies) -> None:
    assert upright(bodies, 1) == 1
    assert upright(bodies, -1) == 0
    assert upright(-bodies, -1) == 1


def test_the_share_is_that_of_the_bodies_in_which_all_is_seen(bodies) -> None:
    bodies[:6] *= (1, -1, 1)
    bodies[6:12, KINECT_V1.index("head")] = np.nan
    assert upright(bodies, -1) == pytest.approx(6 / 18)


@pytest.mark.parametrize("order", [[1, 0, 2], [0, 2, 1]], ids=["x", "z"])
def test_steep_bodies_alone_count_along_other_axes(bodies, order: list[int]) -> None:
    axis = order.index(1)
    assert upright(bodies[..., order], 1, axis) == 1
    assert upright(-bodies[..., order], -1, axis) == 1
    turned = bodies[..., order]
    turned[..., 1] += turned[..., axis]  # at 45 degrees
    assert upright(turned, 1, axis) == 0
    assert upright(turned, 1) == 1


def test_who_has_no_feet_has_no_share(bodies) -> None:
    bodies[:, KINECT_V1.index("left ankle")] = np.nan
    assert not shares_up(bodies, KINECT_V1).any()
    assert shares_up(bodies[..., :2], KINECT_V1).shape == (2, 2)


def test_right_handed_bodies_are_not_mirrored(bodies) -> None:
    assert share_mirrored(bodies, KINECT_V1) == 0
    assert share_mirrored(bodies * (1, 1, -1), KINECT_V1) == 1
    assert share_mirrored(bodies * (-1, 1, -1), KINECT_V1) == 0  # a turn about y
    bodies[: len(bodies) // 4] *= (-1, 1, 1)
    assert share_mirrored(bodies, KINECT_V1) == 0.25


def test_the_nose_tells_where_there_are_no_toes(rng: np.random.Generator) -> None:
    face = np.zeros((1, 17, 3))
    face[:, [5, 6]] = (-0.2, 1.4, 0), (0.2, 1.4, 0)
    face[:, [11, 12]] = (-0.1, 0.9, 0), (0.1, 0.9, 0)
    face[:, [0, 3, 4]] = (0, 1.6, -0.1), (-0.05, 1.6, 0), (0.05, 1.6, 0)
    assert share_mirrored(face, COCO_17) == 0
    assert share_mirrored(face * (-1, 1, 1), COCO_17) == 1


def test_pixels_and_layouts_that_cannot_tell_have_no_share(people, bodies) -> None:
    assert share_mirrored(bodies[..., :2], KINECT_V1) == 0
    assert share_mirrored(np.random.default_rng(0).normal(size=(9, 15, 3)), OPENNI_15) == 0


@pytest.mark.parametrize(
    ("order", "signs", "axes"),
    [([1, 0], [1, 1], "y,x"), ([1, 0], [-1, 1], "y,-x"), ([0, 1], [1, -1], "x,-y")],
)
@pytest.mark.parametrize("feet", [True, False], ids=["whole", "trunk alone"])
def test_the_turn_of_a_picture_is_found(people, order, signs, axes: str, feet: bool) -> None:
    pixels = people.pixels_of(people.person())[0].astype(float)
    if not feet:
        pixels[:, [KINECT_V1.index("left ankle"), KINECT_V1.index("right knee")]] = np.nan
    assert turn_of_picture(pixels, KINECT_V1) is None
    assert looks_like_a_picture(pixels, KINECT_V1)
    turned = pixels[..., order] * signs
    assert str(turn_of_picture(turned, KINECT_V1)) == axes
    assert looks_like_a_picture(turned, KINECT_V1) == (axes == "y,x")
    assert not looks_like_a_picture(pixels - 500, KINECT_V1)


def test_heads_tell_where_there_are_neither_toes_nor_ears(bodies) -> None:
    joints = map_layout(
        SkeletonSequence(bodies[None].astype("f"), np.ones((1, 24), bool), KINECT_V1), OPENNI_15
    ).joints[0]
    head, neck = OPENNI_15.index("head"), OPENNI_15.index("neck")
    joints[:, head] = joints[:, neck] + np.float32([0, 0.2, -0.08])  # people face -z here
    assert share_of_backward_heads(joints, OPENNI_15) == 0
    assert share_of_backward_heads(joints * (-1, 1, 1), OPENNI_15) == 1
    joints[:6, head, 2] = 2 * joints[:6, neck, 2] - joints[:6, head, 2]
    assert share_of_backward_heads(joints, OPENNI_15) == 0.25
    assert share_of_backward_heads(bodies * (-1, 1, 1), KINECT_V1) == 0  # toes tell
    assert share_of_backward_heads(joints[..., :2], OPENNI_15) == 0
