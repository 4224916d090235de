"""Smoothing: noise at rest goes, movement stays, people apart."""

import numpy as np
import pytest

from skelshot.pose import BodyPose, PoseSession
from skelshot.pose.estimator import Picture
from skelshot.pose.smoothing import OneEuroFilter, SmoothedSession

PICTURE = np.zeros((90, 160, 3), np.uint8)
BODY = np.random.default_rng(1).normal(0, 0.4, (33, 3))


class Played(PoseSession):
    """Plays worlds (T, V, 3) of people by track; None is nobody."""

    def __init__(self, people: dict[int, list[np.ndarray | None]]) -> None:
        self.people, self.count = people, 0

    def see(self, picture: Picture) -> list[BodyPose]:
        found = {track: each[self.count] for track, each in self.people.items()}
        self.count += 1
        self.several = max(self.several, len(found))
        sure = np.ones(33, np.float32)
        return [
            BodyPose(track, one.astype(np.float32), (100 * one[:, :2]).astype(np.float32), sure)
            for track, one in found.items()
            if one is not None
        ]


def course(seconds: float, rate: float, speed: float, noise: float, seed: int = 0) -> np.ndarray:
    """A body (T, 33, 3) that moves along x, with a detector's noise."""
    moments = np.arange(round(seconds * rate)) / rate
    moving = BODY + np.stack([speed * moments, 0 * moments, 0 * moments], axis=1)[:, None]
    return moving + np.random.default_rng(seed).normal(0, noise, moving.shape)


def played(rate: float, **people: np.ndarray) -> list[list[BodyPose]]:
    numbered = {int(name[1:]): list(each) for name, each in people.items()}
    session = SmoothedSession(Played(numbered), rate)
    return [session.see(PICTURE) for _ in range(len(next(iter(people.values()))))]


@pytest.mark.parametrize("rate", [15.0, 30.0, 60.0])
def test_noise_at_rest_goes(rate: float) -> None:
    raw = course(3, rate, 0.0, 0.01)
    calm = np.stack([bodies[0].world for bodies in played(rate, p0=raw)])
    pixels = np.stack([bodies[0].pixels for bodies in played(rate, p0=raw)])
    half = len(raw) // 2
    error, before = (np.abs(each[half:] - BODY).mean() for each in (calm, raw))
    assert error < 0.75 * before
    assert np.abs(np.diff(calm, 3, axis=0)).mean() < 0.4 * np.abs(np.diff(raw, 3, axis=0)).mean()
    np.testing.assert_allclose(pixels, 100 * calm[..., :2], atol=0.6)  # one scale for both


@pytest.mark.parametrize("speed", [0.5, 2.0, 6.0])
def test_movement_does_not_lag(speed: float) -> None:
    raw = course(2, 30.0, speed, 0.0)
    calm = np.stack([bodies[0].world for bodies in played(30.0, p0=raw)])
    behind = (raw - calm)[30:, :, 0] / speed
    assert (behind > 0).all()
    assert behind.max() < 0.03  # seconds


def test_people_are_filtered_apart() -> None:
    one, other = course(1, 30.0, 1.0, 0.01, 1), course(1, 30.0, -1.0, 0.01, 2)
    both = played(30.0, p3=one, p5=other)
    alone = played(30.0, p5=other)
    for together, apart in zip(both, alone, strict=True):
        np.testing.assert_array_equal(together[1].world, apart[0].world)


@pytest.mark.parametrize(("away", "anew"), [(5, False), (30, True)])
def test_who_was_away_for_long_begins_anew(away: int, anew: bool) -> None:
    raw = [*course(1, 30.0, 0.0, 0.01)]
    came = BODY + 5.0
    seen = {0: [*raw, *[None] * away, came, came], 1: [*raw, *[BODY] * (away + 2)]}
    session = SmoothedSession(Played(seen), 30.0)
    bodies = [session.see(PICTURE) for _ in seen[0]]
    assert [len(each) for each in bodies[30 : 30 + away]] == [1] * away
    assert np.allclose(bodies[30 + away][0].world, came, atol=1e-4) == anew
    assert session.several == 2


def test_any_numbers_pass() -> None:
    flat = np.zeros((5, 33, 3))
    assert all(np.isfinite(bodies[0].pixels).all() for bodies in played(30.0, p0=flat))
    still = OneEuroFilter(np.zeros(2))
    assert still.at(1e-3, np.full(2, 1e6)).max() <= 1e6
