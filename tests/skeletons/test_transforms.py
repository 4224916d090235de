from math import cos, sin

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons import LAYOUTS, SkeletonLayout, SkeletonSequence
from skelshot.skeletons.transforms import (
    drop_joints,
    jitter,
    mirror,
    random_rotation,
    rotate,
    scale,
    shear,
)


def feeder_rotation(a: float, b: float, c: float) -> np.ndarray:
    """The matrices of CTR-GCN's feeder, each turn clockwise."""
    rx = np.array([[1, 0, 0], [0, cos(a), sin(a)], [0, -sin(a), cos(a)]])
    ry = np.array([[cos(b), 0, -sin(b)], [0, 1, 0], [sin(b), 0, cos(b)]])
    rz = np.array([[cos(c), sin(c), 0], [-sin(c), cos(c), 0], [0, 0, 1]])
    return rz @ ry @ rx


def test_rotation_is_the_feeders_with_the_sign_changed(two_persons: SkeletonSequence) -> None:
    angles = (0.3, -0.2, 0.7)
    rotated = rotate(two_persons.joints, [-angle for angle in angles])
    expected = np.einsum("ij,mtvj->mtvi", feeder_rotation(*angles), two_persons.joints)
    np.testing.assert_allclose(rotated, expected, atol=1e-5)
    assert rotated.dtype == np.float32


def test_pixels_turn_about_z_only() -> None:
    point = np.array([1.0, 0.0]).reshape(1, 1, 1, 2)
    np.testing.assert_allclose(rotate(point, [0, 0, np.pi / 2]).ravel(), [0, 1], atol=1e-7)
    with pytest.raises(SkelshotError, match="about x or y for 2-D joints"):
        rotate(point, [0.1, 0, 0])


def test_random_rotation_stays_within_its_bounds(rng: np.random.Generator) -> None:
    angles = np.degrees([random_rotation(rng, (0, 30, 5)) for _ in range(400)])
    assert (np.abs(angles) <= [0, 30, 5]).all()
    assert (np.abs(angles).max(axis=0)[1:] > [28, 4.5]).all()
    assert np.abs(angles.mean(axis=0)).max() < 3


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_mirror_swaps_sides_and_undoes_itself(
    layout: SkeletonLayout, rng: np.random.Generator
) -> None:
    joints = rng.normal(size=(2, 3, layout.num_joints, 3)).astype(np.float32)
    mirrored = mirror(joints, layout)
    for left, right in layout.pairs:
        np.testing.assert_array_equal(mirrored[:, :, left, 0], -joints[:, :, right, 0])
        np.testing.assert_array_equal(mirrored[:, :, left, 1:], joints[:, :, right, 1:])
    np.testing.assert_array_equal(mirror(mirrored, layout), joints)


def test_shear_adds_shares_of_the_other_axes(two_persons: SkeletonSequence) -> None:
    a, b, c, d, e, f = leans = (0.1, -0.2, 0.3, 0.4, -0.5, 0.6)
    matrix = np.array([[1, a, b], [c, 1, d], [e, f, 1]])
    expected = np.einsum("ij,mtvj->mtvi", matrix, two_persons.joints)
    np.testing.assert_allclose(shear(two_persons.joints, leans), expected, atol=1e-5)


def test_scale_and_drop(two_persons: SkeletonSequence) -> None:
    joints = two_persons.joints
    np.testing.assert_allclose(scale(joints, 1.5), joints * 1.5, rtol=1e-6)
    dropped = np.zeros(20, bool)
    dropped[7] = True
    without = drop_joints(joints, dropped)
    assert (without[:, :, 7] == 0).all()
    np.testing.assert_array_equal(without[:, :, ~dropped], joints[:, :, ~dropped])


def test_jitter_has_the_standard_deviation_asked_for(rng: np.random.Generator) -> None:
    noise = jitter(np.zeros((1, 100, 20, 3), np.float32), rng, 0.02)
    assert noise.dtype == np.float32
    assert abs(noise.std() - 0.02) < 0.001
    assert abs(noise.mean()) < 0.001
