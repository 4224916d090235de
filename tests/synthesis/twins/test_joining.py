"""Several performances in a row."""

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.synthesis.performance import ObjectTrack, Performance, Performer
from skelshot.synthesis.twins.joining import STILL, joined

PERSON = Performer(1, 1.7, {}, False, 1.0, 1.0, 0.0, 0.0, 1.0, {})


def part(at: float, frames: int = 20) -> Performance:
    """Somebody who moves a little around a place, with a ball."""
    rng = np.random.default_rng(int(10 * at))
    joints = at + rng.normal(0, 0.01, (1, frames, 25, 3)).cumsum(axis=1)
    turn = np.tile(np.eye(3), (frames, 1, 1))
    ball = ObjectTrack("ball", "ball", joints[0, :, 7], turn, np.arange(frames) > 4)
    chair = ObjectTrack("chair", "chair", np.zeros((frames, 3)), turn, np.ones(frames, bool))
    gaze = np.tile([0.0, 0.0, -1.0], (1, frames, 1))
    purpose = np.ones((1, frames, 25), bool)
    return Performance(joints, purpose, (PERSON,), (ball,), (chair,), gaze)


def test_actions_stand_whole_in_their_ranges() -> None:
    parts = [part(0.0), part(0.6, 31), part(0.2)]
    long = joined(parts, np.random.default_rng(0))
    whole = long.whole
    assert long.ranges[0][0] == STILL
    assert whole.frames == long.ranges[-1][1] + STILL
    inside = np.zeros(whole.frames, bool)
    for one, (start, stop) in zip(parts, long.ranges, strict=True):
        np.testing.assert_array_equal(whole.joints[:, start:stop], one.joints)
        inside[start:stop] = True
    assert whole.purpose.any(axis=(0, 2)).tolist() == inside.tolist()
    for (_, before), (after, _) in zip(long.ranges, long.ranges[1:], strict=False):
        assert after - before >= 20


def test_nobody_jumps_between_actions() -> None:
    long = joined([part(0.0), part(1.5), part(0.0)], np.random.default_rng(0))
    steps = np.linalg.norm(np.diff(long.whole.joints, axis=1), axis=-1)
    assert steps.max() * 30 < 4  # metres a second
    assert long.ranges[1][0] - long.ranges[0][1] > 60


def test_things_are_there_during_their_own_action_only() -> None:
    long = joined([part(0.0), part(0.6)], np.random.default_rng(0))
    tracks = long.whole.objects
    assert [track.name for track in tracks] == ["ball", "chair", "ball", "chair"]
    assert not long.whole.furniture
    for track, (start, stop) in zip(tracks[1::2], long.ranges, strict=True):
        assert np.flatnonzero(track.shown).tolist() == list(range(start, stop))
        assert track.place.shape == (long.whole.frames, 3)
    first = np.flatnonzero(tracks[0].shown)
    assert first.tolist() == list(range(long.ranges[0][0] + 5, long.ranges[0][1]))


def test_faces_point_somewhere_even_when_they_turn_round() -> None:
    one, other = part(0.0), part(0.0)
    assert other.gaze is not None
    other.gaze[:] *= -1
    gaze = joined([one, other], np.random.default_rng(0)).whole.gaze
    assert gaze is not None
    assert np.isfinite(gaze).all()


def test_other_people_are_refused() -> None:
    with pytest.raises(SkelshotError, match="performances: found none"):
        joined([], np.random.default_rng(0))
