"""The ring buffer: the last seconds of one person."""

import numpy as np
from numpy.typing import NDArray

from skelshot.skeletons.sequence import FloatArray

MOST_FRAMES = 1 << 15
"""The most frames that are kept of a person, whatever their rate."""


class Ring:
    """Keeps the last seconds of one person; memory does not grow with the length of a stream.

    Args:
        seconds: How long frames are kept.

    Example:
        >>> ring = Ring(1.0)
        >>> for time in range(1000):
        ...     ring.push(time / 10, np.zeros((20, 3), np.float32), None)
        >>> [round(moment, 1) for moment in ring.since(99.8)[0].tolist()]
        [99.8, 99.9]
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._begin = self._end = 0
        self._times = np.zeros(0)
        self._joints = np.zeros((0, 0, 0), np.float32)
        self._confidence: FloatArray | None = None

    def push(self, time: float, joints: FloatArray, confidence: FloatArray | None) -> None:
        """Keep a frame.

        Args:
            time: Seconds, later than those before.
            joints: Coordinates (V, C); joints that are not seen are NaN.
            confidence: How sure the source is, (V,); in all frames or in none.
        """
        if self._end == len(self._times):
            self._make_room(joints, confidence)
        self._times[self._end] = time
        self._joints[self._end] = joints
        if self._confidence is not None:
            self._confidence[self._end] = 1.0 if confidence is None else confidence
        self._end += 1
        oldest = time - self.seconds
        while self._times[self._begin] < oldest:
            self._begin += 1

    @property
    def first(self) -> float:
        """The time of the oldest frame."""
        return float(self._times[self._begin])

    def since(
        self, start: float, end: float = np.inf
    ) -> tuple[NDArray[np.float64], FloatArray, FloatArray | None]:
        """Read the frames of a span.

        Args:
            start: Its first moment.
            end: Its last moment.

        Returns:
            Times (T,), joints (T, V, C) and confidence (T, V), copies of what is kept.
        """
        times = self._times[self._begin : self._end]
        first = self._begin + int(np.searchsorted(times, start, "left"))
        last = self._begin + int(np.searchsorted(times, end, "right"))
        sure = None if self._confidence is None else self._confidence[first:last].copy()
        return self._times[first:last].copy(), self._joints[first:last].copy(), sure

    def _make_room(self, joints: FloatArray, confidence: FloatArray | None) -> None:
        """Move what is kept to the front of arrays at least twice as large as it."""
        if self._end - self._begin >= MOST_FRAMES:
            self._begin = self._end - MOST_FRAMES // 2
        kept = slice(self._begin, self._end)
        count = self._end - self._begin
        size = max(64, 2 * count)
        times, places = np.zeros(size), np.zeros((size, *joints.shape), np.float32)
        sure = None if confidence is None else np.ones((size, len(joints)), np.float32)
        if count:
            times[:count], places[:count] = self._times[kept], self._joints[kept]
            if self._confidence is not None:
                sure = np.ones((size, len(joints)), np.float32) if sure is None else sure
                sure[:count] = self._confidence[kept]
        self._times, self._joints, self._confidence = times, places, sure
        self._begin, self._end = 0, count
