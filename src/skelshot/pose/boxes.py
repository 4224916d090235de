"""Boxes around people in a picture: left, top, right, bottom."""

import numpy as np
from numpy.typing import NDArray

from skelshot.skeletons.sequence import FloatArray

Box = NDArray[np.float64]
"""Left, top, right, bottom in pixels, (4,)."""


def box_of(points: FloatArray) -> Box:
    """Lay a box around points.

    Args:
        points: Columns and rows, (n, 2).

    Returns:
        The box.

    Example:
        >>> box_of(np.array([[3, 4], [1, 9]], np.float32)).tolist()
        [1.0, 4.0, 3.0, 9.0]
    """
    return np.concatenate([points.min(axis=0), points.max(axis=0)]).astype(np.float64)


def overlap(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the overlap of two boxes: their common area by that of both together.

    Args:
        one: Left, top, right, bottom, (4,).
        other: The same.

    Returns:
        0 for boxes apart to 1 for equal ones.

    Example:
        >>> round(overlap(np.array([0, 0, 2, 2.0]), np.array([1, 0, 3, 2.0])), 3)
        0.333
    """
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    common = float(np.prod(np.maximum(sides, 0)))
    both = float(np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2])) - common
    return common / both if both > 0 else 0.0
