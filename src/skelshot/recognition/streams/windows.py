"""Windows: the last seconds of one person, or of two near each other, as clips."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from skelshot.recognition.streams.movement import movement_of
from skelshot.recognition.streams.tracks import FollowedPerson
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.repair import repair_gaps
from skelshot.skeletons.sequence import BoolArray, FloatArray, SkeletonSequence

LEAST_FRAMES = 4
"""Fewer frames show no movement."""

_COVERED = 0.9
"""The share of a window that must have been seen."""

_SEEN_JOINTS = 0.5
"""The share of a window's joints that must have been seen."""

_EVEN = 1.6
"""Where frames are farther apart than this many times their usual distance, the window is laid on
an even grid: an encoder takes frames for equally far apart."""


@dataclass(frozen=True, eq=False)
class Window:
    """A piece of a stream that is looked at.

    Args:
        tracks: Whose it is: one person, or two.
        start: Its first moment.
        end: Its last one.
        sequence: The clip, without gaps.
        moved: Metres that a body moves in it.
    """

    tracks: tuple[FollowedPerson, ...]
    start: float
    end: float
    sequence: SkeletonSequence
    moved: float

    @property
    def person(self) -> str:
        """The name by which events call those who act."""
        return "+".join(track.person for track in self.tracks)


@dataclass(frozen=True, eq=False)
class Skipped:
    """A window that was not looked at, and why.

    Args:
        tracks: Whose it would be.
        why: The reason.
    """

    tracks: tuple[FollowedPerson, ...]
    why: str


def windows_at(
    now: float,
    tracks: Sequence[FollowedPerson],
    lengths: Sequence[float],
    layout: SkeletonLayout,
    pairs_within: float | None,
) -> Iterator[Window | Skipped]:
    """Cut the windows that end now.

    Args:
        now: The moment.
        tracks: Who is there, in a fixed order.
        lengths: Rising seconds.
        layout: Names the joints.
        pairs_within: Metres within which two people may act together; None looks at no pairs.

    Yields:
        Windows, or why there is none; of a person no longer window once one is too long.
    """
    alone: list[tuple[FollowedPerson, ...]] = [(track,) for track in tracks]
    pairs = [] if pairs_within is None else _near(tracks, pairs_within)
    for whose in (*alone, *pairs):
        for seconds in lengths:
            found = _window(now, whose, seconds, layout)
            yield found
            if isinstance(found, Skipped) and found.why == TOO_SHORT:
                break


TOO_SHORT = "too short"
UNSEEN = "joints missing"


def _window(
    now: float, whose: tuple[FollowedPerson, ...], seconds: float, layout: SkeletonLayout
) -> Window | Skipped:
    start = now - seconds
    read = [track.ring.since(start, now) for track in whose]
    times = read[0][0]
    if any(len(each[0]) != len(times) or (each[0] != times).any() for each in read[1:]):
        shared = sorted(set.intersection(*(set(each[0].tolist()) for each in read)))
        read = [_at(each, shared) for each in read]
        times = np.array(shared)
    if len(times) < LEAST_FRAMES or times[-1] - times[0] < _COVERED * seconds:
        return Skipped(whose, TOO_SHORT)
    joints = np.stack([each[1] for each in read])
    if np.isfinite(joints).mean() < _SEEN_JOINTS:
        return Skipped(whose, UNSEEN)
    sure = [each[2] for each in read if each[2] is not None]
    confidence = np.stack(sure) if len(sure) == len(whose) else None
    there: BoolArray = np.asarray(np.isfinite(joints).any(axis=(2, 3)))
    raw = SkeletonSequence(joints, there, layout, _ticks(times), confidence)
    clip = _even(repair_gaps(raw)[0], times)
    moved = max(movement_of(body, layout) for body in clip.joints)
    return Window(whose, float(times[0]), now, clip, moved)


def _at(
    read: tuple[NDArray[np.float64], FloatArray, FloatArray | None], shared: list[float]
) -> tuple[NDArray[np.float64], FloatArray, FloatArray | None]:
    """Keep the frames at some moments."""
    kept = np.isin(read[0], shared)
    return read[0][kept], read[1][kept], None if read[2] is None else read[2][kept]


def _ticks(times: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return moments as rising whole numbers, by which gaps are filled."""
    ticks = np.round((times - times[0]) * 1e6).astype(np.int64)
    return np.maximum.accumulate(ticks + np.arange(len(ticks)))


def _even(clip: SkeletonSequence, times: NDArray[np.float64]) -> SkeletonSequence:
    """Lay a clip on an even grid where its frames are unevenly apart; frames count from 0."""
    steps = np.diff(times)
    usual = float(np.median(steps))
    joints, confidence = clip.joints, clip.confidence
    if steps.max() > _EVEN * usual:
        count = max(LEAST_FRAMES, round((times[-1] - times[0]) / usual) + 1)
        grid = np.linspace(times[0], times[-1], count)
        joints = _resampled(joints, times, grid)
        if confidence is not None:
            confidence = _resampled(confidence[..., None], times, grid)[..., 0]
    there = np.ones(joints.shape[:2], bool)
    return SkeletonSequence(joints, there, clip.layout, confidence=confidence)


def _resampled(
    values: FloatArray, times: NDArray[np.float64], grid: NDArray[np.float64]
) -> FloatArray:
    """Interpolate values (M, T, V, C) at other moments."""
    after = np.clip(np.searchsorted(times, grid), 1, len(times) - 1)
    share = (grid - times[after - 1]) / (times[after] - times[after - 1])
    weight = share.astype(np.float32)[None, :, None, None]
    mixed: FloatArray = values[:, after - 1] + weight * (values[:, after] - values[:, after - 1])
    return mixed


def _near(tracks: Sequence[FollowedPerson], within: float) -> list[tuple[FollowedPerson, ...]]:
    """Find the pairs whose bodies are near, in metres; pixels are compared in trunks."""
    pairs: list[tuple[FollowedPerson, ...]] = []
    for one, other in combinations(tracks, 2):
        apart = np.nanmedian(one.body.joints, axis=0) - np.nanmedian(other.body.joints, axis=0)
        distance = float(np.sqrt(np.square(apart).sum()))
        if apart.shape[-1] == 2:
            distance *= 0.5 / max(one.body.size, 1e-9)
        if distance <= within:
            pairs.append((one, other))
    return pairs
