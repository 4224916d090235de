import numpy as np
import pytest

from skelshot.skeletons import COCO_17, KINECT_V1
from skelshot.skeletons.axis_order import swapped_axes


def two(people) -> np.ndarray:
    return np.concatenate([people.person(37), people.person(37, seed=1) + np.float32([0.9, 0, 0])])


def alone(people) -> np.ndarray:
    return np.concatenate([people.person(37), np.zeros_like(people.person(37))])


def crowd(people) -> np.ndarray:
    return np.concatenate([people.person(6, seed=seed) + np.float32(seed) for seed in range(8)])


@pytest.mark.parametrize("order", ["TMVC", "CTVM", "TCVM", "CMVT", "TVMC", "MVTC", "CVTM", "VCTM"])
@pytest.mark.parametrize("make", [two, alone])
def test_other_orders_are_found(people, order: str, make) -> None:
    array = make(people).transpose(["MTVC".index(axis) for axis in order])
    assert swapped_axes(array, KINECT_V1) == order


def test_one_person_with_frames_first_is_found(people) -> None:
    assert swapped_axes(people.person(37).transpose(1, 0, 2, 3), KINECT_V1) == "TMVC"


def test_pixels_with_coordinates_first_are_found(people) -> None:
    both = np.concatenate([people.coco_pixels(), people.coco_pixels(seed=3) + 300])
    assert swapped_axes(both.transpose(3, 1, 2, 0), COCO_17) == "CTVM"


@pytest.mark.parametrize(
    "make",
    [
        two,
        alone,
        lambda people: people.person(2),
        crowd,
        lambda _: np.random.default_rng(0).random((40, 2, 20, 3)),
        lambda _: np.ones((1, 9, 20, 3)),
        lambda _: np.zeros((2, 9, 20, 2)),
        lambda people: people.person()[0],
    ],
    ids=["two", "alone", "short", "crowd", "noise", "ones", "zeros", "three axes"],
)
def test_the_right_order_and_no_bodies_are_left_alone(people, make) -> None:
    assert swapped_axes(make(people), KINECT_V1) is None


def test_as_many_frames_as_joints_are_no_trap(people) -> None:
    joints = people.person(20)
    assert swapped_axes(joints, KINECT_V1) is None
    assert swapped_axes(joints.swapaxes(1, 2), KINECT_V1) == "MVTC"
