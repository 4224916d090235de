"""Walking, turning and jumping."""

import numpy as np
import pytest

from skelshot.synthesis.motion.body import habits_of, performer_of
from skelshot.synthesis.motion.gait import GRAVITY, Pose, Travel, ground_of, hop_of, steps_of

TIMES = np.arange(0, 3, 1 / 30)
WHO = performer_of(1, 0)


def test_poses_move_along_their_own_axes() -> None:
    facing_camera = Pose(0.0, 0.0, 0.0)
    there = facing_camera.moved(0.5, 2.0)
    assert (there.x, there.z) == pytest.approx((0.5, -2.0))
    left = facing_camera.moved(0.0, 1.0, np.pi / 2)
    assert (left.x, left.z, left.yaw) == pytest.approx((-1.0, 0.0, np.pi / 2))


def test_a_walk_ends_standing_and_planted_feet_do_not_skate() -> None:
    start = Pose(0.0, 0.0, 0.0)
    goal = start.moved(0.0, 1.2)
    ground = ground_of(WHO, start, [Travel(0.3, 1.6, start, goal)], TIMES)
    assert ground.root[-1] == pytest.approx((goal.x, goal.z))
    moved = ground.stand[:, -1] - ground.stand[:, 0]
    np.testing.assert_allclose(moved, [[0, 0, -1.2]] * 2, atol=1e-9)
    speed = np.abs(np.diff(ground.stand, axis=1)).max(axis=2) * 30
    swinging = speed > 1e-6
    assert not np.any(swinging[0] & swinging[1])
    height = ground.stand[:, 1:, 1] - WHO.proportions["ankle"]
    assert np.all(speed[height < 1e-9] < 0.3)
    assert 0.03 < height.max() < 0.2
    walking = ground.root[:, 1]
    assert np.all(np.diff(walking) <= 1e-9)
    middle = ground.stand[:, :, 2].mean(axis=0)
    assert np.abs(walking - middle).max() < 0.25


def test_steps_are_counted_by_way_turn_and_told_number() -> None:
    start = Pose(0.0, 0.0, 0.0)
    gait = habits_of(WHO).gait
    assert steps_of(Travel(0, 1.6, start, start.moved(0, 1.2)), gait) >= 3
    assert steps_of(Travel(0, 0.5, start, start.moved(0, 0.01)), gait) == 0
    for way in (0.5, 1.0, 2.0, 3.0):
        travel = Travel(0.2, 0.8 * way, start, start.moved(0, way))
        stand = ground_of(WHO, start, [travel], np.arange(0, 4, 1 / 30)).stand[..., 2]
        moving = np.abs(np.diff(stand, axis=1)) > 1e-9
        for foot in (0, 1):
            runs = np.split(np.arange(moving.shape[1]), np.flatnonzero(~moving[foot]))
            assert max(stand[foot, r[0]] - stand[foot, r[-1]] for r in runs if len(r)) <= 1.1
    assert steps_of(Travel(0, 1.0, start, start.moved(0, 0, np.pi)), gait) >= 4
    assert steps_of(Travel(0, 2.0, start, start, spot=7), gait) == 7


def test_jumps_reach_their_height_and_fall_freely() -> None:
    height, crouch = hop_of([(0.5, 1.2, 0.3, 1.0)], TIMES)
    fine, _ = hop_of([(0.5, 1.2, 0.3, 1.0)], np.linspace(0, 3, 3001))
    assert fine.max() == pytest.approx(0.3, abs=1e-4)
    fall = np.diff(fine, n=2)[fine[2:] > 0.05] * 1e6
    np.testing.assert_allclose(fall, -GRAVITY, rtol=0.02)
    assert crouch.min() > -1e-9
    assert crouch.max() > 0.05
    assert np.all(crouch[height > 0.02] < 0.02)
