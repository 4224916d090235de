"""People in the room: the projection turned round."""

import numpy as np
import pytest

from skelshot.pose.placing import NEAREST, placed

RNG = np.random.default_rng(0)
BODY = RNG.normal(0, 0.35, (60, 33, 3)).astype(np.float32)
SURE = np.ones((60, 33), np.float32)
SIZE = (1280, 720)


def pictured(joints: np.ndarray, focal: float = 0.8) -> np.ndarray:
    return (focal * 1280 * joints[..., :2] / joints[..., 2:] + np.array(SIZE) / 2).astype(
        np.float32
    )


def test_somebody_who_walks_is_followed_through_the_room() -> None:
    path = np.stack([np.linspace(-1, 1, 60), np.full(60, 0.2), np.linspace(3, 4, 60)], -1)
    there = BODY + path[:, None]
    found = placed(BODY, pictured(there), SURE, SIZE, 30)
    assert np.abs(found - there)[10:-10].max() < 0.02  # the distance is averaged, ends bend


@pytest.mark.parametrize("focal", [0.4, 1.6])
def test_another_angle_of_view_changes_the_distance_alone(focal: float) -> None:
    there = BODY + np.float32([0.3, -0.2, 3])
    hips = (placed(BODY, pictured(there), SURE, SIZE, 30, focal) - BODY).mean(axis=(0, 1))
    assert hips[2] == pytest.approx(3 * focal / 0.8, rel=0.1)
    assert hips[:2] == pytest.approx([0.3, -0.2], abs=0.1)


def test_joints_that_are_not_seen_hardly_count() -> None:
    there = BODY + np.float32([0, 0, 3])
    pixels, sure = pictured(there), SURE.copy()
    pixels[:, 25:] += 400
    sure[:, 25:] = 0
    found = placed(BODY, pixels, sure, SIZE, 30)
    assert np.abs(found - there).max() < 0.1


def test_times_between_which_the_person_is_gone() -> None:
    times = np.concatenate([np.arange(30), np.arange(30) + 500])
    there = BODY + np.where(times < 100, 2.0, 4.0)[:, None, None] * np.float32([0, 0, 1])
    found = placed(BODY, pictured(there), SURE, SIZE, 30, times=times)
    assert np.abs(found - there).max() < 0.02


@pytest.mark.parametrize("pixels", [np.zeros((60, 33, 2)), np.full((60, 33, 2), 1e6)])
def test_senseless_pixels_give_finite_places(pixels: np.ndarray) -> None:
    found = placed(BODY, pixels.astype(np.float32), SURE, SIZE, 30)
    assert np.isfinite(found).all()
    assert (found[..., 2] - BODY[..., 2]).min() >= NEAREST - 1e-3
