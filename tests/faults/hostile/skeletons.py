"""NTU's text files, good ones and parts of them."""

import numpy as np

from .inputs import body

SKELETON = "S001C001P001R001A002.skeleton"
OTHER = "S001C001P001R001A003.skeleton"
HEADER = "72057594037931101 0 1 1 1 1 0 0.02 -0.05 2"


def joint_line(place: np.ndarray) -> str:
    """Write a joint's twelve fields."""
    x, y, z = place.tolist()
    return f"{x:.6g} {y:.6g} {z:.6g} 1 2 {960 + 9 * x:.6g} {540 - 9 * y:.6g} 1 0 0 0 2"


def skeleton(frames: int = 14) -> bytes:
    """Write a file of one moving person."""
    lines = [str(frames)]
    for frame in body(frames=frames):
        lines += ["1", HEADER, "25", *map(joint_line, frame)]
    return ("\n".join(lines) + "\n").encode()
