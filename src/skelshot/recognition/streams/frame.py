"""Frames of a stream: one moment, and the joints of everybody who is seen in it."""

from dataclasses import dataclass

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.sequence import FloatArray

MOST_PERSONS = 100
"""The most people in a frame: following each costs time that a live stream has not."""


@dataclass(frozen=True, eq=False)
class Frame:
    """The people seen at one moment.

    Args:
        time: Seconds on the source's own clock.
        joints: Coordinates (M, V, C) of M people: metres, y up, or pixels, y down. A joint that
            is not seen is NaN, and whoever is NaN as a whole is not there.
        layout: Names the V joints.
        ids: Who is who, one a person, as the source has it; None where it does not say.
        confidence: How sure the source is of each joint, (M, V) in [0, 1], if known.

    Raises:
        SkelshotError: The time is no number, an array's shape does not fit, an id stands twice,
            or there are over 100 people.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> Frame(0.5, np.zeros((2, 20, 3), np.float32), KINECT_V1, ids=("7", "9")).persons
        2
    """

    time: float
    joints: FloatArray
    layout: SkeletonLayout
    ids: tuple[str, ...] | None = None
    confidence: FloatArray | None = None

    def __post_init__(self) -> None:
        """Check that the parts fit each other."""
        if not np.isfinite(self.time):
            raise SkelshotError(f"time: found {self.time}, expected seconds")
        shape, joints = self.joints.shape, self.layout.num_joints
        if self.joints.ndim != 3 or shape[1] != joints or shape[2] not in (2, 3):
            raise SkelshotError(
                f"joints: found shape {shape}, expected (persons, {joints}, 2 or 3) for the layout "
                f"{self.layout.name!r}"
            )
        if shape[0] > MOST_PERSONS:
            raise SkelshotError(f"persons: found {shape[0]}, expected at most {MOST_PERSONS}")
        if self.confidence is not None and self.confidence.shape != shape[:2]:
            raise SkelshotError(
                f"confidence: found shape {self.confidence.shape}, expected {shape[:2]}"
            )
        if self.ids is not None and not len(set(self.ids)) == len(self.ids) == shape[0]:
            raise SkelshotError(
                f"ids: found {', '.join(self.ids)[:80]!r}, expected one for each of {shape[0]} "
                "persons, none of them twice"
            )

    @property
    def persons(self) -> int:
        """Number of people M."""
        return int(self.joints.shape[0])

    def check_coordinates(self, before: int | None) -> int | None:
        """Refuse another number of coordinates than a stream had before.

        Args:
            before: The number of coordinates in earlier frames, 2 or 3; None before anybody was
                seen.

        Returns:
            The number from now on; as before where nobody is seen.

        Raises:
            SkelshotError: It has changed.
        """
        if not np.isfinite(self.joints).any():
            return before
        found = int(self.joints.shape[2])
        if before not in (None, found):
            raise SkelshotError(
                f"joints: found {found} coordinates each, expected {before} as before"
            )
        return found
