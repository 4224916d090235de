"""Movement that is too fast or too slow: for the stated rate, or beside its class."""

from collections.abc import Iterator
from math import log

import numpy as np
from numpy.typing import NDArray

from skelshot.recognition.checking.checked_clip import CheckedClip
from skelshot.recognition.checking.noted_clips import NotedClips
from skelshot.recognition.checking.suspicion import Suspect, Suspicion

SLOW, FAST = 0.3, 2.7
"""Sizes of the body a second by which its fastest joint usually moves, the median over clips."""

BESIDE = 1.8
"""The least factor between a clip and its class, in speed and in length, that is told."""

CLEAR = 3.0
"""The least such factor in speed, in robust standard deviations of the class."""

_CLIPS = 5


class WrongRate(Suspect):
    """Looks for movement that no people have at the stated rate, and clips of another rate.

    A clip of another rate than its class is faster by the factor by which it is shorter.
    """

    kind = "rate"
    about = "another frame rate"

    def __init__(self) -> None:
        self._speeds: list[float] = []

    def of_clip(self, clip: CheckedClip) -> tuple[Suspicion, ...]:
        """Note how fast the fastest joint usually moves, in sizes of the body a frame."""
        fastest = clip.steps.max(axis=1) if clip.steps.size else np.zeros(1)
        self._speeds.append(float(np.median(fastest)))
        return ()

    def of_all(self, clips: NotedClips) -> Iterator[Suspicion]:
        """Hold all against people, and each against its class."""
        yield from self._of_people(clips.rate)
        speeds, frames = np.array(self._speeds), np.array([clip.frames for clip in clips.clips])
        labels = np.array([clip.label or "" for clip in clips.clips])
        for label in clips.by_class:
            members = np.flatnonzero(labels == label)
            for member in _apart(speeds[members], frames[members]):
                place = int(members[member])
                faster = speeds[place] / np.median(speeds[members])
                yield Suspicion(
                    self.kind,
                    clips.clips[place].name,
                    f"a movement {faster:.1f} times as fast in {frames[place]} frames",
                    f"about {np.median(frames[members]):.0f} frames, as others of {label!r}",
                    "record all clips at one rate, or leave out frames of those of a higher one",
                    label,
                )

    def _of_people(self, rate: float | None) -> Iterator[Suspicion]:
        """Hold the stated rate against how fast people move."""
        moving = [speed for speed in self._speeds if speed > 0]
        if rate is None or len(moving) < _CLIPS:
            return
        usual = float(np.median(moving)) * rate
        if not SLOW <= usual <= FAST:
            yield Suspicion(
                self.kind,
                None,
                f"movement at {usual:.2g} body sizes a second, at {rate:g} frames a second",
                f"{SLOW:g} to {FAST:g}",
                f"state the rate at which the clips were written with --rate; about "
                f"{rate / usual:.2g} would give 1 body size a second",
            )


def _apart(speeds: NDArray[np.float64], frames: NDArray[np.int64]) -> list[int]:
    """Find clips that are faster by the factor by which they are shorter, or slower so."""
    if len(speeds) < _CLIPS or (speeds <= 0).any():
        return []
    faster, shorter = np.log(speeds), -np.log(np.maximum(frames, 1))
    faster, shorter = faster - np.median(faster), shorter - np.median(shorter)
    spread = max(1.4826 * float(np.median(np.abs(faster))), 0.1)
    both = np.sign(faster) * np.minimum(np.abs(faster), np.sign(faster) * shorter)
    told = (np.abs(faster) >= CLEAR * spread) & (np.abs(both) >= log(BESIDE))
    return [int(place) for place in np.flatnonzero(told & (np.sign(faster) == np.sign(shorter)))]
