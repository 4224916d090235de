"""Tracking states, inferred poses, confused sides."""

from collections.abc import Callable

import numpy as np

from skelshot.synthesis.performance import Array
from skelshot.synthesis.sensing import tracking
from skelshot.synthesis.sensing.body_tree import PARENTS
from skelshot.synthesis.sensing.cameras import kinect
from skelshot.synthesis.sensing.sensor_model import standard_sensor

MODEL = standard_sensor()


def runs(flags: Array) -> Array:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return edges[1::2] - edges[::2]


def test_joints_in_view_of_the_trunk_are_never_inferred_and_those_out_of_it_always() -> None:
    seen = np.zeros((500, 25), np.uint8)
    nobody = np.zeros(500, bool)
    states = tracking.tracking_states(seen, nobody, np.zeros(500), MODEL, np.random.default_rng(0))
    assert (states[:, [0, 1, 2, 3, 20, 12, 16]] >= 1).mean() == 1
    assert (states[:, [0, 1, 2, 3, 20, 12, 16]] == 2).mean() > 0.999
    out = tracking.tracking_states(seen + 4, nobody, np.zeros(500), MODEL, np.random.default_rng(0))
    assert (out <= 1).all()


def test_runs_of_inferred_frames_are_short_with_a_heavy_tail() -> None:
    seen = np.full((20_000, 25), 2, np.uint8)
    states = tracking.tracking_states(
        seen, np.zeros(20_000, bool), np.zeros(20_000), MODEL, np.random.default_rng(0)
    )
    lengths = runs(states[:, 7] == 1)
    middle, upper, tail = np.percentile(lengths, [50, 75, 95])
    # Measured over all joints, hidden or not: 2, 4, 23.
    assert middle <= 4
    assert upper <= 12
    assert 15 <= tail <= 60


def test_states_are_worse_the_more_a_joint_is_hidden_and_beside_others() -> None:
    shares = []
    for code in range(4):
        seen = np.full((3000, 25), code, np.uint8)
        states = tracking.tracking_states(
            seen, np.zeros(3000, bool), np.zeros(3000), MODEL, np.random.default_rng(0)
        )
        shares.append((states[:, 6] == 1).mean())
    assert shares == sorted(shares)
    seen = np.zeros((3000, 25), np.uint8)
    crowded = tracking.tracking_states(
        seen, np.ones(3000, bool), np.zeros(3000), MODEL, np.random.default_rng(0)
    )
    assert (crowded[:, 6] == 1).mean() > 1.2 * shares[0]
    bent = tracking.tracking_states(
        seen, np.zeros(3000, bool), np.ones(3000), MODEL, np.random.default_rng(0)
    )
    assert 0.1 < (bent[:, [13, 17]] == 1).mean() < 0.5


def test_tracked_joints_do_not_drift_and_inferred_ones_keep_their_bones(
    figure: Callable[..., Array],
) -> None:
    joints = kinect(1, 1).depth.to_camera(figure(95))
    states = np.full((95, 25), 2, np.uint8)
    assert not tracking.infer_poses(joints, states, MODEL, np.random.default_rng(0)).any()
    states[20:, [9, 10]] = 1
    moved = tracking.infer_poses(joints, states, MODEL, np.random.default_rng(0))
    assert not moved[:20].any()
    assert np.linalg.norm(moved[40:, 10], axis=1).max() > 0.03
    drifted = joints + moved
    bone = np.linalg.norm(drifted[:, 10] - drifted[:, 9], axis=1)
    true = np.linalg.norm(joints[:, 10] - joints[:, PARENTS[10]], axis=1)
    assert ((bone / true > 0.79) & (bone / true < 1.21)).all()
    assert not moved[:, :8].any()


def test_sides_are_confused_in_side_views_only(figure: Callable[..., Array]) -> None:
    often = MODEL.model_copy(update={"collapse_rate": 0.2, "swap_rate": 0.2})
    front = kinect(1, 2).depth.to_camera(figure(95, 45))
    assert tracking.confuse_sides(front, often, np.random.default_rng(0)) is front
    side = kinect(1, 3).depth.to_camera(figure(95, 45))
    before = side.copy()
    confused = tracking.confuse_sides(side, often, np.random.default_rng(0))
    np.testing.assert_array_equal(side, before)
    assert (confused != side).any()
    np.testing.assert_array_equal(confused[:, [0, 1, 2, 3, 20]], side[:, [0, 1, 2, 3, 20]])


def test_a_swap_exchanges_left_and_right(figure: Callable[..., Array]) -> None:
    swaps = MODEL.model_copy(update={"collapse_rate": 0.0, "swap_rate": 0.05, "swap_frames": 1.0})
    side = kinect(1, 3).depth.to_camera(figure(95, 45))
    confused = tracking.confuse_sides(side, swaps, np.random.default_rng(0))
    swapped = (confused[:, 5] != side[:, 5]).any(axis=1)
    assert 0 < swapped.sum() < 20
    np.testing.assert_array_equal(confused[swapped, 5], side[swapped, 9])
    np.testing.assert_array_equal(confused[swapped, 9], side[swapped, 5])
