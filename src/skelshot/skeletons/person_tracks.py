"""People followed from picture to picture: those found are matched to those known."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from skelshot.skeletons.boxes import Box

LEAST = 0.15
"""Below this likeness of their boxes two people are different ones."""

_NEARNESS = 0.5
"""What the distance of two boxes counts beside their overlap, which is 0 after a fast step."""

_INERTIA = 0.6
"""What share of its speed a box keeps from picture to picture."""


@dataclass(eq=False)
class PersonTrack:
    """One person who is followed.

    Args:
        number: Who it is.
        box: Where they were seen last.
        speed: How far the box moves from picture to picture, (2,).
        missed: For how many pictures they have not been seen.
    """

    number: int
    box: Box
    speed: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    missed: int = 0

    @property
    def expected(self) -> Box:
        """Their box in the next picture, if they go on as they went."""
        expected: Box = self.box + np.tile(self.speed, 2) * (self.missed + 1)
        return expected

    def seen(self, box: Box) -> None:
        """Note where the person is in the next picture.

        Args:
            box: Around them.
        """
        step = (box - self.box).reshape(2, 2).mean(axis=0) / (self.missed + 1)
        self.speed = _INERTIA * self.speed + (1 - _INERTIA) * step
        self.box, self.missed = box, 0


def likeness(one: Box, other: Box) -> float:
    """Tell how likely two boxes are of one person, by their overlap and their distance.

    Args:
        one: A box.
        other: Another one.

    Returns:
        0 for boxes far apart to 1.5 for equal ones.

    Example:
        >>> here = np.array([0, 0, 10, 20.0])
        >>> likeness(here, here), likeness(here, here + 100)
        (1.5, 0.0)
    """
    return float(_likenesses(one[None], other[None])[0, 0])


def matches(boxes: Sequence[Box], tracks: Sequence[PersonTrack]) -> dict[int, int]:
    """Match people found in a picture to those who are followed.

    Args:
        boxes: The people found.
        tracks: Those followed.

    Returns:
        For each place in `boxes` that has a match, the place in `tracks`; each at most once, so
        that the sum of likenesses is the largest.

    Example:
        >>> here = np.array([0, 0, 10, 20.0])
        >>> matches([here + 50, here], [PersonTrack(7, here + 1), PersonTrack(8, here + 52)])
        {0: 1, 1: 0}
    """
    if not len(boxes) or not tracks:
        return {}
    table = _likenesses(np.array(boxes), np.array([track.expected for track in tracks]))
    # Half a second to load, which is paid where people have to be matched.
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

    rows, columns = linear_sum_assignment(table, maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return {box: track for box, track in pairs if table[box, track] > LEAST}


def _likenesses(some: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the likeness of each of some boxes (n, 4) to each of others (m, 4), (n, m)."""
    one, other = some[:, None], others[None]
    sizes = [each[..., 2:] - each[..., :2] for each in (one, other)]
    sides = np.minimum(one[..., 2:], other[..., 2:]) - np.maximum(one[..., :2], other[..., :2])
    common = np.maximum(sides, 0).prod(axis=-1)
    both = sizes[0].prod(axis=-1) + sizes[1].prod(axis=-1) - common
    overlap = np.divide(common, both, out=np.zeros_like(both), where=both > 0)
    size = np.maximum(*(np.hypot(each[..., 0], each[..., 1]) for each in sizes))
    between = (one - other).reshape(*both.shape, 2, 2).mean(axis=-2)
    apart = np.hypot(between[..., 0], between[..., 1])
    near = np.maximum(0.0, 1 - apart / np.maximum(size, 1e-6))
    found: NDArray[np.float64] = overlap + _NEARNESS * near
    return found


class PersonFollower:
    """Numbers people found picture by picture, the same person with the same number.

    Args:
        patience: For how many pictures somebody who is lost is waited for.

    Example:
        >>> follower, here = PersonFollower(patience=30), np.array([0, 0, 10, 20.0])
        >>> follower.follow([here, here + 50]), follower.follow([here + 51, here + 1])
        ([0, 1], [1, 0])
    """

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._tracks: list[PersonTrack] = []
        self._next = 0

    def follow(self, boxes: Sequence[Box]) -> list[int]:
        """Tell who stands in each box of the next picture.

        Args:
            boxes: The people found.

        Returns:
            Their numbers, each once.
        """
        pairs = matches(boxes, self._tracks)
        for track in self._tracks:
            track.missed += 1
        numbers = []
        for place, box in enumerate(boxes):
            if place in pairs:
                track = self._tracks[pairs[place]]
                track.missed -= 1
                track.seen(box)
            else:
                track = PersonTrack(self._next, box)
                self._tracks.append(track)
                self._next += 1
            numbers.append(track.number)
        self._tracks = [track for track in self._tracks if track.missed <= self._patience]
        return numbers
