"""A clip as suspicions look at it: joints, class, person and how it was read."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.reading_options import ReadingOptions
from skelshot.skeletons.body_check import BodyProblem, body_problems
from skelshot.skeletons.sequence import SkeletonSequence

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CheckedClip:
    """A clip as suspicions look at it.

    Args:
        name: Its name.
        sequence: Joints (M, T, V, C) as read.
        label: The name of its class, if known.
        subject: Who acts, if known.
        repaired: How many (person, frame, joint) triples reading has filled.
        rate: Frames a second, if stated.
        reading: How it was read.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.zeros((1, 8, 20, 3), np.float32)
        >>> clip = SkeletonSequence(joints, np.ones((1, 8), bool), KINECT_V1)
        >>> CheckedClip("still", clip).steps.shape
        (7, 20)
    """

    name: str
    sequence: SkeletonSequence
    label: str | None = None
    subject: int | None = None
    repaired: int = 0
    rate: float | None = None
    reading: ReadingOptions = field(default_factory=ReadingOptions)

    @cached_property
    def problems(self) -> list[BodyProblem]:
        """Problems with a human body, as `prepare` finds them."""
        return body_problems(self.sequence, self.sequence.layout)

    @cached_property
    def joints(self) -> Floats:
        """Joints (T, V, C) of the person who is there the longest, where that one is there."""
        there = self.sequence.present
        if not there.any():
            return np.zeros((0, *self.sequence.joints.shape[2:]))
        actor = int(there.sum(axis=1).argmax())
        joints: Floats = self.sequence.joints[actor][there[actor]].astype(np.float64)
        return joints

    @cached_property
    def size(self) -> float:
        """The largest side of the body's box, the median over frames; 1 where there is none."""
        if not len(self.joints):
            return 1.0
        sides = self.joints.max(axis=1) - self.joints.min(axis=1)
        return float(np.median(sides.max(axis=-1))) or 1.0

    @cached_property
    def steps(self) -> Floats:
        """Ways of each joint from frame to frame (T - 1, V), in sizes of the body."""
        return np.asarray(np.linalg.norm(np.diff(self.joints, axis=0), axis=-1) / self.size)
