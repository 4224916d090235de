"""Tracks: who is who from frame to frame."""

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from skelshot.recognition.streams import Frame
from skelshot.recognition.streams.ring import MOST_FRAMES, Ring
from skelshot.recognition.streams.tracks import Tracks
from skelshot.skeletons import KINECT_V1


def walkers(paths: list[Any], stage: Any, shuffled: int | None = None) -> list[Frame]:
    """People who stand on their paths (T, 2), in an order that changes from frame to frame."""
    body = stage.joints([("idle", 0.034)])[0]
    rng = np.random.default_rng(shuffled)
    frames = []
    for t, places in enumerate(zip(*paths, strict=True)):
        people = [body + np.float32([x, 0, z]) for x, z in places]
        if shuffled is not None:
            people = [people[n] for n in rng.permutation(len(people))]
        frames.append(Frame(t / 30, np.stack(people), KINECT_V1))
    return frames


def ways(tracks: Tracks, frames: list[Frame]) -> dict[str, list[float]]:
    """Where each track was, along x."""
    found: dict[str, list[float]] = {}
    for frame in frames:
        tracks.see(frame)
        for track in tracks:
            if track.seen == frame.time:
                found.setdefault(track.person, []).append(float(track.body.joints[:, 0].mean()))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_two_who_pass_each_other_do_not_swap(stage: Any, seed: int) -> None:
    t = np.linspace(-1.5, 1.5, 90)
    there, back = np.stack([t, 0 * t], 1), np.stack([-t, 0 * t + 0.5], 1)
    found = ways(Tracks(2.0, 0.5), walkers([there, back], stage, seed))
    assert sorted(found) == ["1", "2"]
    for way in found.values():
        steps = np.diff(way)
        assert (steps > 0).all() or (steps < 0).all()


def test_who_comes_back_within_the_gap_is_the_same(stage: Any) -> None:
    frames = walkers([np.zeros((60, 2)), np.full((60, 2), 3.0)], stage)
    gone = [
        replace(frame, joints=frame.joints[:1]) if 20 <= n < 30 else frame
        for n, frame in enumerate(frames)
    ]
    assert sorted(ways(Tracks(2.0, 0.5), gone)) == ["1", "2"]
    assert sorted(ways(Tracks(2.0, 0.2), gone)) == ["1", "2", "3"]


def test_a_jump_that_nobody_can_make_is_another_person(stage: Any) -> None:
    frames = walkers([np.repeat([[0.0, 0.0], [4.0, 0.0]], 30, axis=0)], stage)
    assert sorted(ways(Tracks(2.0, 0.5), frames)) == ["1", "2"]
    named = [replace(frame, ids=("x",)) for frame in frames]
    tracks = Tracks(2.0, 0.5)
    ended = list(itertools.chain.from_iterable(tracks.see(frame) for frame in named))
    assert [track.person for track in ended] == ["x"]
    assert [track.order for track in tracks] == [2]


def test_the_ids_of_the_source_count(stage: Any) -> None:
    frames = walkers([np.zeros((10, 2)), np.full((10, 2), 3.0)], stage)
    names = [("left", "right"), ("right", "left")]
    crossed = [
        replace(frame, joints=frame.joints[:: 1 - 2 * (n % 2)], ids=names[n % 2])
        for n, frame in enumerate(frames)
    ]
    assert sorted(ways(Tracks(2.0, 0.5), crossed)) == ["left", "right"]


def test_a_ring_keeps_the_last_seconds_and_no_more() -> None:
    ring = Ring(2.0)
    for number in range(20_000):
        joints = np.full((20, 3), number, np.float32)
        ring.push(number / 30, joints, np.ones(20, np.float32))
        assert ring.first >= number / 30 - 2.0
    times, joints, sure = ring.since(0.0)
    assert len(times) in (60, 61)
    assert joints[-60:, 0, 0].tolist() == list(range(19_940, 20_000))
    assert sure is not None
    assert len(ring._times) <= 256


def test_a_ring_is_bounded_however_fast_frames_come() -> None:
    ring = Ring(1e6)
    for number in range(2 * MOST_FRAMES + 10):
        ring.push(number * 1e-6, np.zeros((1, 2), np.float32), None)
    assert len(ring._times) <= 2 * MOST_FRAMES
    assert len(ring.since(0.0)[0]) <= MOST_FRAMES
