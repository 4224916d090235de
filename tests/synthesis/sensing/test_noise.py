"""Errors of positions against the numbers they are meant to have."""

from collections.abc import Callable

import numpy as np
import pytest

from skelshot.synthesis.performance import Array
from skelshot.synthesis.sensing import noise
from skelshot.synthesis.sensing.body_tree import OUTWARD, PARENTS, per_joint
from skelshot.synthesis.sensing.sensor_model import SensorModel, standard_sensor


def still_at(depth: float, frames: int) -> Array:
    joints = np.zeros((frames, 25, 3))
    joints[..., 2] = depth
    return joints


def only(**kept: object) -> SensorModel:
    """The standard sensor with every other error of `smooth_and_white` at zero."""
    model = standard_sensor()
    silent = {"jitter": {"hand": (0.0, 0.0, 0.0)}, "slow": {"hand": 0.0}, "wander": {"hand": 0.0}}
    return model.model_copy(update={**silent, "bias": {"hand": 0.0}, **kept})


def drawn(model: SensorModel, frames: int = 20_000) -> Array:
    ones = np.ones((frames, 25))
    return 1000 * noise.smooth_and_white(ones, ones, 1.0, model, np.random.default_rng(0))


def test_jitter_has_the_tables_robust_sigma_and_heavy_tails() -> None:
    errors = drawn(only(jitter=standard_sensor().jitter))
    robust = 1.4826 * np.median(np.abs(errors), axis=0)
    table = per_joint(standard_sensor().jitter)
    np.testing.assert_allclose(robust, table, rtol=0.06)
    assert 1.4 < (errors.std(axis=0) / robust).mean() < 2.5  # measured: RMS 1.5-2.5 times larger


def test_slow_error_is_an_ar1_of_the_given_deviation_and_coefficient() -> None:
    errors = drawn(only(slow=standard_sensor().slow))
    sigma = per_joint(standard_sensor().slow)
    np.testing.assert_allclose(errors[..., 0].std(axis=0), sigma, rtol=0.06)
    np.testing.assert_allclose(errors[..., 2].std(axis=0), 2 * sigma, rtol=0.06)
    lag = (errors[1:, :, 0] * errors[:-1, :, 0]).mean(axis=0) / errors[..., 0].var(axis=0)
    np.testing.assert_allclose(lag, per_joint(standard_sensor().slow_coefficient), atol=0.04)


def test_wander_is_steady_from_the_first_frame_and_smooth() -> None:
    model = only(wander={"trunk": 5.0}, handed_on=0.0)
    clips = np.stack(
        [
            noise.smooth_and_white(*[np.ones((20, 25))] * 2, 1.0, model, np.random.default_rng(n))
            for n in range(1500)
        ]
    )
    sigma = 1000 * clips[:, :, 0, 0].std(axis=0)
    np.testing.assert_allclose(sigma, 5.0, rtol=0.1)
    third = 1000 * np.diff(clips[:, :, 0, 0], n=3, axis=1).std() / np.sqrt(20)
    assert third < 0.5  # ten times below its own deviation


def test_wander_and_bias_are_handed_on_to_children() -> None:
    model = only(bias={"trunk": 10.0}, handed_on=0.6)
    errors = drawn(model, 1)[0]
    own = {int(joint): errors[joint] - 0.6 * errors[PARENTS[joint]] for joint in OUTWARD[1:]}
    for joint in (4, 5, 13, 21):  # their own share is zero
        np.testing.assert_allclose(own[joint], 0, atol=1e-9)
    assert np.abs(own[1]).max() > 1


def test_scale_grows_with_depth_movement_and_inference() -> None:
    model = standard_sensor()
    none = np.zeros((9, 25), bool)
    quick, smooth = noise.error_scale(still_at(3.8, 9), none, np.zeros(9), model)
    np.testing.assert_allclose(quick, 1)
    np.testing.assert_allclose(smooth, 1)
    near, _ = noise.error_scale(still_at(2.0, 9), none, np.zeros(9), model)
    np.testing.assert_allclose(near, (0.5 + 0.2 * 4) / (0.5 + 0.2 * 3.8**2))
    inferred, _ = noise.error_scale(still_at(3.8, 9), ~none, np.zeros(9), model)
    np.testing.assert_allclose(inferred, model.inferred_factor)
    fast = still_at(3.8, 9)
    fast[..., 0] = np.arange(9)[:, None] * 4 / 30
    moving, _ = noise.error_scale(fast, none, np.zeros(9), model)
    assert 3 < moving.min() <= moving.max() < 10  # measured: 3-10 times


def test_bending_is_the_trunks_angle_and_makes_errors_grow() -> None:
    model = standard_sensor()
    joints = still_at(3.8, 4)
    for frame, angle in enumerate(np.deg2rad([0, 35, 57.5, 120])):
        joints[frame, 20, :2] = np.sin(angle), np.cos(angle)
    bent = noise.bending(joints, np.array([0.0, 1.0, 0.0]), model)
    np.testing.assert_allclose(bent, [0, 0, 0.5, 1], atol=1e-6)
    quick, smooth = noise.error_scale(still_at(3.8, 4), np.zeros((4, 25), bool), bent, model)
    np.testing.assert_allclose(quick[:, 7], 1 + model.bending_jitter * bent)
    np.testing.assert_allclose(smooth[:, 7], 1 + model.bending_wander * bent)


def test_jumps_come_back_and_take_fingers_along() -> None:
    frames = 20_000
    moved = noise.jumps(frames, standard_sensor(), np.random.default_rng(1))
    assert not moved[:, [0, 3, 4, 12, 13, 15]].any()
    away = np.linalg.norm(moved[:, 7], axis=1) > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], away.astype(int), [0]])))
    assert np.percentile(edges[1::2] - edges[::2], 75) <= 5
    assert 0.05 < np.median(np.linalg.norm(moved[away, 7], axis=1)) < 0.1
    lonely = (moved[:, 7] != 0).any(axis=1) & (moved[:, 21] == moved[:, 7]).all(axis=1)
    assert lonely.any()


def test_feet_flip_about_the_ankle_and_nothing_else_moves(figure: Callable[..., Array]) -> None:
    joints = figure(400)
    often = standard_sensor().model_copy(update={"foot_flip_rate": (0.15, 0.15)})
    moved = noise.flip_feet(joints, often, np.random.default_rng(2))
    assert not np.delete(moved, [15, 19], axis=1).any()
    for ankle, foot in ((14, 15), (18, 19)):
        length = np.linalg.norm(joints[:, foot] - joints[:, ankle], axis=1)
        flipped = np.linalg.norm(joints[:, foot] + moved[:, foot] - joints[:, ankle], axis=1)
        assert ((flipped / length > 0.7) & (flipped / length <= 1 + 1e-9)).all()
        share = (np.linalg.norm(moved[:, foot], axis=1) > 0.03).mean()
        assert 0.1 < share < 0.6


def test_side_cosine_tells_front_from_side(figure: Callable[..., Array]) -> None:
    away = np.array([0.0, -0.8, 3.5])
    assert abs(noise.side_cosine(figure(1, 0, still=True) + away)[0]) < 0.05
    left_turned = noise.side_cosine(figure(1, 90, still=True) + away)[0]  # facing -x, left side far
    assert left_turned < -0.9
    assert noise.view_bias(figure(1, 90, still=True) + away, standard_sensor()) > 1.7


def test_speeds_of_a_short_clip_are_zero() -> None:
    assert noise.speeds(np.ones((1, 25, 3))).tolist() == [[0.0] * 25]
    assert noise.speeds(still_at(2.0, 5)).max() == pytest.approx(0)
