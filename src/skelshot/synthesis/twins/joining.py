"""Several performances in a row, as in a long recording, with pauses between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.synthesis.performance import (
    FRAMES_A_SECOND,
    Array,
    BoolArray,
    ObjectTrack,
    Performance,
)

STILL = 15
"""Frames of standing still before the first and after the last action."""

PAUSE = (20, 45)
"""Least and most frames of a pause."""

SPEED = 1.2
"""Metres a second at most, on average, of a joint between two actions."""


@dataclass(frozen=True, eq=False)
class LongPerformance:
    """Actions in a row.

    Args:
        whole: All of it, pauses included.
        ranges: The first frame of each action and one past its last.
    """

    whole: Performance
    ranges: tuple[tuple[int, int], ...]


def joined(performances: Sequence[Performance], rng: np.random.Generator) -> LongPerformance:
    """Put performances of the same people one behind the other.

    In a pause people go from the last pose to the next first one; things are there during their
    own action only.

    Args:
        performances: What happens, in turn.
        rng: Draws how long the pauses are.

    Returns:
        The long performance.

    Raises:
        SkelshotError: There is none, or the people are not the same.

    Example:
        >>> one = Performance(np.zeros((1, 30, 25, 3)), np.zeros((1, 30, 25), bool), ())
        >>> long = joined([one, one], np.random.default_rng(0))
        >>> long.ranges[0], long.ranges[1][1] + STILL == long.whole.frames
        ((15, 45), True)
    """
    if not performances or any(p.performers != performances[0].performers for p in performances):
        raise SkelshotError("performances: found none or other people, expected the same ones")
    pauses = [
        _pause(before.joints[:, -1], after.joints[:, 0], rng)
        for before, after in pairwise(performances)
    ]
    gaps = [STILL, *pauses, STILL]
    stops = np.cumsum([gap + p.frames for gap, p in zip(gaps, performances, strict=False)])
    ranges = tuple(
        (int(stop) - p.frames, int(stop)) for stop, p in zip(stops, performances, strict=True)
    )
    frames = ranges[-1][1] + STILL
    gazes = [p.gaze for p in performances if p.gaze is not None]
    gaze = _blended(gazes, ranges, frames) if len(gazes) == len(performances) else None
    purpose = np.zeros((*performances[0].purpose.shape[:1], frames, 25), np.bool_)
    things: list[ObjectTrack] = []
    for part, (start, stop) in zip(performances, ranges, strict=True):
        purpose[:, start:stop] = part.purpose
        things += [_padded(t, start, frames) for t in (*part.objects, *part.furniture)]
    whole = Performance(
        _blended([p.joints for p in performances], ranges, frames),
        purpose,
        performances[0].performers,
        tuple(things),
        gaze=None if gaze is None else _unit(gaze),
    )
    return LongPerformance(whole, ranges)


def _unit(ways: Array) -> Array:
    """Bring ways (..., 3) to the length 1; halfway between opposite ones there is none."""
    unit: Array = ways / np.maximum(np.linalg.norm(ways, axis=-1, keepdims=True), 1e-9)
    return unit


def _pause(before: Array, after: Array, rng: np.random.Generator) -> int:
    """Return how many frames it takes to get from one pose (M, 25, 3) to another."""
    way = float(np.linalg.norm(after - before, axis=-1).max())
    return int(rng.integers(*PAUSE)) + int(way / SPEED * FRAMES_A_SECOND)


def _blended(parts: Sequence[Array], ranges: Sequence[tuple[int, int]], frames: int) -> Array:
    """Lay parts (M, t, ...) along time and go smoothly from one to the next, (M, T, ...)."""
    whole = np.empty((parts[0].shape[0], frames, *parts[0].shape[2:]))
    whole[:, : ranges[0][0]] = parts[0][:, :1]
    whole[:, ranges[-1][1] :] = parts[-1][:, -1:]
    for part, (start, stop) in zip(parts, ranges, strict=True):
        whole[:, start:stop] = part
    for (_, start), (stop, _) in pairwise(ranges):
        share = np.arange(1, stop - start + 1) / (stop - start + 1)
        share = share**3 * (10 - 15 * share + 6 * share**2)
        share = share.reshape(1, -1, *[1] * (whole.ndim - 2))
        before, after = whole[:, start - 1 : start], whole[:, stop : stop + 1]
        whole[:, start:stop] = before + share * (after - before)
    return whole


def _padded(track: ObjectTrack, start: int, frames: int) -> ObjectTrack:
    """Hide a thing before and after its action."""
    after = frames - start - len(track.shown)

    def edges(values: Array) -> Array:
        return np.concatenate(
            [np.repeat(values[:1], start, 0), values, np.repeat(values[-1:], after, 0)]
        )

    shown: BoolArray = np.zeros(frames, np.bool_)
    shown[start : frames - after] = track.shown
    return ObjectTrack(track.name, track.kind, edges(track.place), edges(track.turn), shown)
