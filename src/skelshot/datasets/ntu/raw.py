"""Raw content of an NTU RGB+D `.skeleton` file, before anything is cleaned."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skelshot.skeletons.sequence import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class RawBody:
    """One tracked body: all frames in which its id occurs.

    Args:
        body_id: The sensor's own number of the track, exact (17 to 18 digits).
        frame_index: The file's frame numbers (n,), from 0, strictly rising; a body that goes and
            comes back has a gap here.
        joints: Camera-space coordinates (n, V, 3) in metres.
        colour: Joint positions (n, V, 2) in the 1920 x 1080 colour picture; may be NaN or
            outside it.
        states: Tracking states (n, V): 0 not tracked, 1 inferred, 2 tracked.
    """

    body_id: int
    frame_index: IntArray
    joints: FloatArray
    colour: FloatArray
    states: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class RawClip:
    """All bodies of one file.

    Args:
        frames: Number of frames T that the file announces and holds, empty ones included.
        bodies: The bodies, in the order in which their ids first occur.
    """

    frames: int
    bodies: tuple[RawBody, ...]
