"""Tracks of an NTU RGB+D file shared out among the persons of a clip."""

from collections.abc import Sequence
from dataclasses import dataclass

from skelshot.datasets.ntu.raw import RawBody
from skelshot.skeletons.sequence import IntArray


@dataclass(frozen=True, eq=False)
class Part:
    """A track with its place in the clip.

    Args:
        body: The track, n frames.
        rows: The clip's rows (n,) that it fills, rising, at least one.
    """

    body: RawBody
    rows: IntArray

    @property
    def first(self) -> int:
        """The first row."""
        return int(self.rows[0])

    @property
    def last(self) -> int:
        """The last row."""
        return int(self.rows[-1])


def share_out(parts: Sequence[Part], persons: int, from_zero: bool = False) -> list[list[Part]]:
    """Give each track to the first person whose time it does not overlap.

    Tracks come in order of their motion, so the liveliest is person 1 and the others are parts
    of person 1 if they lie before or after, else of person 2, and so on; a track that fits
    nobody is left out. A person's time runs from the first to the last row of their tracks,
    whatever lies between, and one shared row is no overlap: the later track fills it. This is
    CTR-GCN's rule for two persons.

    Args:
        parts: Tracks by falling motion.
        persons: Most persons.
        from_zero: Let the time of persons after the first begin at row 0, as the public code
            does; else it begins with their first track.

    Returns:
        The tracks of each person who has any, in the order in which they are laid down.

    Example:
        >>> import numpy as np
        >>> from skelshot.skeletons.layouts import KINECT_V2
        >>> def track(start, end):
        ...     n = end - start
        ...     return Part(
        ...         RawBody(
        ...             start, np.arange(start, end), np.zeros((n, 25, 3), np.float32),
        ...             np.zeros((n, 25, 2), np.float32), np.zeros((n, 25), np.uint8),
        ...         ),
        ...         np.arange(start, end),
        ...     )
        >>> shared = share_out([track(20, 40), track(25, 45), track(0, 18)], 2)
        >>> [[part.first for part in own] for own in shared]
        [[20, 0], [25]]
    """
    owned: list[list[Part]] = []
    times: list[tuple[int, int]] = []
    for part in parts:
        for person, (first, last) in enumerate(times):
            if min(last, part.last) - max(first, part.first) <= 0:
                owned[person].append(part)
                times[person] = min(first, part.first), max(last, part.last)
                break
        else:
            if len(owned) < persons:
                first = 0 if from_zero and owned else part.first
                owned.append([part])
                times.append((first, part.last))
    return owned
