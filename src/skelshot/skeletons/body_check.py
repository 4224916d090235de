"""Checks of what a reader had to guess against the body: layout, units, axes, up, sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.sequence import FloatArray, SkeletonSequence

Kind = Literal[
    "layout", "sides", "upright", "units", "score", "normalised", "axes", "persons", "mirrored"
]
Severity = Literal["wrong", "suspicious"]


@dataclass(frozen=True)
class BodyProblem:
    """A thing that does not fit a human body.

    Args:
        kind: What it concerns.
        severity: "wrong" where only a mistake explains it, else "suspicious".
        found: What was found, for a message.
        expected: What was expected.
        advice: What to do.

    Example:
        >>> BodyProblem("units", "wrong", "bodies of 1700", "metres", "divide by 1000").kind
        'units'
    """

    kind: Kind
    severity: Severity
    found: str
    expected: str
    advice: str

    def __str__(self) -> str:
        """Return found, expected and advice in one line."""
        return f"found {self.found}, expected {self.expected}; {self.advice}"


@dataclass(frozen=True)
class LayoutGuess:
    """The layout that clips seem to have.

    Args:
        layout: The layout, or None when no candidate fits.
        reason: Why, for a message.
        confirmed: Whether the body itself confirms it; False where there is none to ask.

    Example:
        >>> LayoutGuess(None, "no layout fits", confirmed=False).layout is None
        True
    """

    layout: SkeletonLayout | None
    reason: str
    confirmed: bool


def tree_ratio(joints: FloatArray, layout: SkeletonLayout) -> float | None:
    """Return the length of a layout's bones over that of the minimum spanning tree.

    Args:
        joints: Coordinates (M, T, V, C); gaps NaN, absent persons 0.
        layout: The layout to try.

    Returns:
        The median over frames, or None without a frame in which half the joints are seen.
    """
    raise NotImplementedError


def body_problems(
    sequences: SkeletonSequence | Sequence[SkeletonSequence], layout: SkeletonLayout
) -> list[BodyProblem]:
    """Check clips against the human body.

    Args:
        sequences: One clip, or several of one source.
        layout: The layout they are read with.

    Returns:
        The problems found, the wrong ones first.
    """
    return []


def guess_layout(
    clips: Sequence[NDArray[np.number]], candidates: Sequence[SkeletonLayout]
) -> LayoutGuess:
    """Choose the layout whose bones follow the body.

    Args:
        clips: Arrays of joints (M, T, V, C).
        candidates: Layouts with V joints, the most usual first.

    Returns:
        The layout, or None when all candidates are decisively wrong; for data that are no
        bodies the first candidate, not confirmed.
    """
    return LayoutGuess(candidates[0], "not checked", confirmed=False)
