"""Each change of a view against a literal reference."""

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons import KINECT_V1, SkeletonSequence, mirror, rotate
from skelshot.skeletons.view_transforms import (
    blur_time,
    blur_weights,
    joints_to_root,
    main_axis_angles,
    mask_axis,
    shift_time,
    swap_sides,
)


@pytest.mark.parametrize("start", range(5))
def test_shifting_cuts_from_the_clip_with_mirrored_ends(
    two_persons: SkeletonSequence, start: int
) -> None:
    joints, present = two_persons.joints, two_persons.present
    moved, there = shift_time(joints, present, padding=2, start=start)
    padded = [1, 0, *range(12), 11, 10][start : start + 12]
    for place, frame in enumerate(padded):
        np.testing.assert_array_equal(moved[:, place], joints[:, frame])
        np.testing.assert_array_equal(there[:, place], present[:, frame])


def test_no_padding_shifts_nothing(two_persons: SkeletonSequence) -> None:
    moved, _ = shift_time(two_persons.joints, two_persons.present, padding=0, start=0)
    np.testing.assert_array_equal(moved, two_persons.joints)


@pytest.mark.parametrize(
    ("padding", "start", "message"), [(13, 0, "padding: found 13"), (2, 5, "start: found 5")]
)
def test_impossible_shifts_are_refused(
    two_persons: SkeletonSequence, padding: int, start: int, message: str
) -> None:
    with pytest.raises(SkelshotError, match=message):
        shift_time(two_persons.joints, two_persons.present, padding, start)


def test_swapping_sides_is_mirroring_without_the_reflection(two_persons: SkeletonSequence) -> None:
    reflected = mirror(two_persons.joints, KINECT_V1)
    reflected[..., 0] *= -1
    np.testing.assert_array_equal(swap_sides(two_persons.joints, KINECT_V1), reflected)


def test_blurring_is_a_weighted_mean_of_the_frames_that_are_there(
    two_persons: SkeletonSequence,
) -> None:
    joints, present = two_persons.joints, two_persons.present
    blurred = blur_time(joints, present, blur_weights(1.3, taps=5))
    for person in range(2):
        for frame in range(12):
            total, norm = np.zeros((20, 3)), 0.0
            for step in range(-2, 3):
                other = frame + step
                if 0 <= other < 12 and present[person, other]:
                    weight = np.exp(-(step**2) / (2 * 1.3**2))
                    total, norm = total + weight * joints[person, other], norm + weight
            literal = total / norm if present[person, frame] else 0 * total
            np.testing.assert_allclose(blurred[person, frame], literal, atol=1e-5)


def test_the_released_blur_magnifies() -> None:
    """Sums of the kernel as measured on the released code: 1.0, 2.5 and 5.0."""
    still, there = np.ones((1, 40, 20, 3), np.float32), np.ones((1, 40), bool)
    for sigma, factor in ((0.1, 1.0), (1.0, 2.5), (2.0, 5.0)):
        released = blur_time(still, there, blur_weights(sigma), normalised=False)
        assert released[0, 20, 0, 0] == pytest.approx(factor, abs=0.02)
        assert blur_time(still, there, blur_weights(sigma)) == pytest.approx(1.0, abs=1e-5)


def test_a_blur_of_no_width_is_refused() -> None:
    with pytest.raises(SkelshotError, match="sigma: found 0"):
        blur_weights(0)
    with pytest.raises(SkelshotError, match="taps: found 4"):
        blur_weights(1, taps=4)


def test_one_axis_is_masked(two_persons: SkeletonSequence) -> None:
    before = two_persons.joints.copy()
    masked = mask_axis(two_persons.joints, 1)
    assert not masked[..., 1].any()
    np.testing.assert_array_equal(masked[..., [0, 2]], before[..., [0, 2]])
    np.testing.assert_array_equal(two_persons.joints, before)


def test_joints_go_to_the_root(two_persons: SkeletonSequence) -> None:
    moved = np.zeros(20, bool)
    moved[[4, 9]] = True
    joints = joints_to_root(two_persons.joints, moved, KINECT_V1)
    for joint in range(20):
        source = KINECT_V1.root if joint in (4, 9) else joint
        np.testing.assert_array_equal(joints[:, :, joint], two_persons.joints[:, :, source])


def test_one_axis_turns_wide_and_the_others_little(rng: np.random.Generator) -> None:
    angles = np.degrees([main_axis_angles(rng, 30, 1) for _ in range(400)])
    wide = np.abs(angles) > 1
    assert (wide.sum(1) <= 1).all()
    assert (wide.sum(0) > 80).all()
    assert np.abs(angles).max() <= 30
    assert angles.min() < -20
    assert angles.max() > 20


def test_released_turns_go_one_way(rng: np.random.Generator) -> None:
    """Clockwise: the released matrix about z is [[cos, sin], [-sin, cos]]."""
    angles = np.array([main_axis_angles(rng, 30, 1, one_sided=True) for _ in range(50)])
    assert angles.max() <= 0
    x, y, z = np.array([0.0, 0.0, -0.3])
    point = rotate(np.array([1.0, 2.0, 0.0]).reshape(1, 1, 1, 3), [x, y, z]).ravel()
    released = np.array([[np.cos(0.3), np.sin(0.3)], [-np.sin(0.3), np.cos(0.3)]]) @ [1.0, 2.0]
    np.testing.assert_allclose(point[:2], released)


def test_flat_joints_turn_about_z_only(rng: np.random.Generator) -> None:
    angles = np.array([main_axis_angles(rng, 30, 1, axes=2) for _ in range(20)])
    assert not angles[:, :2].any()
    assert np.abs(angles[:, 2]).max() > np.radians(5)
