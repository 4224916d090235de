"""Records of the simulated sensor: all that a `.skeleton` file says, and who is who."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skelshot.synthesis.performance import Array, BoolArray

CLIPPED, LEFT_HAND, RIGHT_HAND, RESTRICTED, LEAN, BODY_STATE = (
    0, slice(1, 3), slice(3, 5), 5, slice(6, 8), 8,
)  # fmt: skip
"""Columns of `SensedBody.fields`; a hand's two are confidence (0, 1) and state (0 to 4)."""


@dataclass(frozen=True, eq=False)
class SensedBody:
    """One track: a body as long as the sensor gave it the same id.

    Args:
        body_id: 17 digits, as the sensor numbers tracks.
        person: Index in the performance of the person tracked; None for a false body.
        frame_index: Frames (n,) in which it is there, from 0, rising.
        joints: Camera coordinates (n, 25, 3), metres.
        depth: Pixels (n, 25, 2) in the 512 x 424 depth picture; may lie outside it.
        colour: Pixels (n, 25, 2) in the 1920 x 1080 colour picture; may lie outside it.
        orientations: Quaternions (n, 25, 4), order w, x, y, z; zeros at the chain ends.
        states: Tracking states (n, 25): 0 not tracked, 1 inferred, 2 tracked.
        fields: The body line without its id (n, 9): clipped edges, left hand confidence and
            state, right hand confidence and state, restricted, lean x and y, tracking state.
    """

    body_id: int
    person: int | None
    frame_index: NDArray[np.int64]
    joints: Array
    depth: Array
    colour: Array
    orientations: Array
    states: NDArray[np.uint8]
    fields: Array


@dataclass(frozen=True, eq=False)
class SensedClip:
    """One clip from one sensor.

    Args:
        frames: Frames T of the clip, those without any body included.
        bodies: All tracks, in the order in which a frame lists them.
        persons: How many people there were (M).
    """

    frames: int
    bodies: tuple[SensedBody, ...]
    persons: int

    def ids_of(self, person: int) -> tuple[int, ...]:
        """Return the ids under which a person was tracked, in order of time.

        Args:
            person: Index in the performance.
        """
        tracks = [body for body in self.bodies if body.person == person]
        return tuple(b.body_id for b in sorted(tracks, key=lambda b: int(b.frame_index[0])))

    def present(self) -> BoolArray:
        """Tell in which frames each person was tracked, under whatever id.

        Returns:
            Presence (M, T).
        """
        there = np.zeros((self.persons, self.frames), np.bool_)
        for body in self.bodies:
            if body.person is not None:
                there[body.person, body.frame_index] = True
        return there
