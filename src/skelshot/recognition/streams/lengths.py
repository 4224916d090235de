"""Lengths of windows: as long as the enrolled clips, and around."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log, sqrt

import numpy as np

from skelshot.recognition.enrolled import Exemplar
from skelshot.recognition.streams.movement import movement_of
from skelshot.skeletons.repair import repair_gaps

SHORTER, LONGER = 0.75, 1.35
"""How much faster and slower than the enrolled clips people act."""

STEP = 1.35
"""From one length to the next."""

_SLACK = sqrt(STEP)
"""How far from a length that is looked at another may be."""

MOST_LENGTHS = 8

_OF_LEAST = 0.5
"""The share of the least movement of an action's clips that a window of it must have."""


@dataclass(frozen=True)
class Usual:
    """The usual duration, movement and people of an action, as its exemplars have them.

    Args:
        shortest: Seconds of the shortest one.
        longest: Seconds of the longest one.
        movement: Metres that a body moves in the one that moves least.
        persons: People who act in it, 1 or 2.
    """

    shortest: float
    longest: float
    movement: float
    persons: int

    @property
    def least(self) -> float:
        """Seconds in which the action can be shown at the fastest."""
        return self.shortest * SHORTER / _SLACK

    def allows(self, seconds: float, moved: float, persons: int, least: float) -> bool:
        """Tell whether a window may show the action at all.

        Args:
            seconds: How long it is.
            moved: Metres that the body moves in it.
            persons: Whose window it is: of one person, or of two.
            least: Metres that suffice, of an action whose exemplars move at least that.

        Returns:
            Whether it may.

        Example:
            >>> Usual(2.0, 3.0, 0.6, 1).allows(2.5, 0.4, 1, 0.1)
            True
            >>> Usual(2.0, 3.0, 0.6, 1).allows(9.0, 0.4, 1, 0.1)
            False
        """
        is_still = self.movement <= least  # a posture is held, and moves as little when shown again
        enough = max(_OF_LEAST * self.movement, 0.0 if is_still else least)
        return (
            persons == self.persons
            and moved >= enough
            and self.least <= seconds <= self.longest * LONGER * _SLACK
        )


def usual_of(exemplars: Iterable[Exemplar], rate: float) -> dict[str, Usual]:
    """Measure what is usual of each enrolled action.

    Args:
        exemplars: The enrolled clips.
        rate: Frames a second of clips that do not say.

    Returns:
        By action.
    """
    found: dict[str, list[Usual]] = {}
    for one in exemplars:
        found.setdefault(one.action, []).append(_of_exemplar(one, rate))
    return {
        action: Usual(
            min(each.shortest for each in several),
            max(each.longest for each in several),
            min(each.movement for each in several),
            min(each.persons for each in several),
        )
        for action, several in found.items()
    }


def window_lengths(usual: Mapping[str, Usual]) -> tuple[float, ...]:
    """Choose lengths between somewhat less than the shortest and more than the longest exemplar.

    Args:
        usual: What is usual of each action, at least one.

    Returns:
        Rising seconds, each at most `STEP` times the one before unless that makes over 8.

    Example:
        >>> [round(each, 2) for each in window_lengths({"wave": Usual(2.0, 2.0, 0.6, 1)})]
        [1.5, 2.01, 2.7]
    """
    low = SHORTER * min(each.shortest for each in usual.values())
    high = LONGER * max(each.longest for each in usual.values())
    steps = min(ceil(log(high / low) / log(STEP) - 1e-9), MOST_LENGTHS - 1)
    return tuple(low * (high / low) ** (step / steps) for step in range(steps + 1))


def _of_exemplar(one: Exemplar, rate: float) -> Usual:
    sequence = repair_gaps(one.sequence)[0]
    there = np.flatnonzero(sequence.present.any(axis=0))
    index = range(sequence.frames) if sequence.frame_index is None else sequence.frame_index
    seconds = float(index[there[-1]] - index[there[0]] + 1) / (sequence.rate or rate)
    moved: Sequence[float] = [
        movement_of(joints[present], sequence.layout)
        for joints, present in zip(sequence.joints, sequence.present, strict=True)
        if present.any()
    ]
    return Usual(seconds, seconds, max(moved), min(len(moved), 2))
