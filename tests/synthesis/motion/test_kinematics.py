"""Rotations, limbs of two bones and minimum jerk against literal formulas."""

import numpy as np
import pytest

from skelshot.synthesis.motion.kinematics import (
    bend,
    ease,
    rotation,
    square_to,
    steady,
    unit,
    yaw_matrix,
)


def _about(axis: int, angle: float) -> np.ndarray:
    cos, sin = np.cos(angle), np.sin(angle)
    if axis == 0:
        return np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
    if axis == 1:
        return np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def test_rotation_is_yaw_times_pitch_times_roll() -> None:
    yaw, pitch, roll = np.random.default_rng(0).uniform(-3, 3, (3, 20))
    found = rotation(yaw, pitch, roll)
    for frame in range(20):
        wanted = _about(1, yaw[frame]) @ _about(0, pitch[frame]) @ _about(2, roll[frame])
        np.testing.assert_allclose(found[frame], wanted, atol=1e-12)
        np.testing.assert_allclose(yaw_matrix(yaw)[frame], _about(1, yaw[frame]), atol=1e-12)


def test_limbs_keep_their_bones_and_reach_what_they_can() -> None:
    rng = np.random.default_rng(1)
    root, target = rng.normal(0, 0.3, (2, 400, 3))
    pole = rng.normal(0, 1, (400, 3))
    middle, end = bend(root, target, 0.22, 0.28, pole)
    np.testing.assert_allclose(np.linalg.norm(middle - root, axis=1), 0.22, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(end - middle, axis=1), 0.28, atol=1e-9)
    far = np.linalg.norm(target - root, axis=1)
    easy = (far > 0.15) & (far < 0.484)
    assert easy.sum() > 50
    np.testing.assert_allclose(end[easy], target[easy], atol=1e-9)
    out = far > 0.6
    toward = (target - root)[out] / far[out, None]
    np.testing.assert_allclose(end[out], root[out] + 0.499 * toward, atol=0.016)


def test_middle_lies_on_the_pole_s_side_and_never_bends_backwards() -> None:
    target = np.linspace([0.0, -0.1, 0.0], [0.0, -0.9, 0.0], 50)
    front = np.array([0.0, 0.0, -1.0])
    knee, _ = bend(np.zeros((50, 3)), target, 0.3, 0.3, np.tile(front, (50, 1)))
    assert np.all(knee @ front > 0.01)


def test_minimum_jerk_is_flash_and_hogan_s_polynomial() -> None:
    t = np.linspace(0, 1, 11)
    np.testing.assert_allclose(ease(t), 10 * t**3 - 15 * t**4 + 6 * t**5)
    speed = np.diff(ease(np.linspace(0, 1, 1001))) * 1000
    assert speed.max() == pytest.approx(1.875, abs=1e-3)
    assert speed[[0, -1]].max() < 1e-3


def test_elbows_that_flip_are_slowed_down_and_stay_square_to_the_arm() -> None:
    seconds = np.arange(60) / 30
    axis = np.stack([0.3 * np.sin(seconds), -np.ones(60), 0.2 * seconds], axis=-1)
    axis = unit(np.stack([axis, axis]))
    wanted = np.where(np.arange(60)[:, None] < 30, [[1.0, 0.0, 0.1]], [[-1.0, 0.0, 0.1]])
    field = square_to(np.stack([wanted, wanted]), axis)
    found = steady(field, axis)
    np.testing.assert_allclose(np.sum(found * axis, axis=-1), 0, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(found, axis=-1), 1)
    np.testing.assert_allclose(found[:, [0, -1]], field[:, [0, -1]], atol=0.01)
    assert np.linalg.norm(np.diff(field, axis=1), axis=-1).max() > 1.9
    assert np.linalg.norm(np.diff(found, axis=1), axis=-1).max() < 0.5
    smooth = square_to(np.stack([wanted[:1], wanted[:1]]) + 0 * axis, axis)
    np.testing.assert_allclose(steady(smooth, axis), smooth, atol=0.02)
