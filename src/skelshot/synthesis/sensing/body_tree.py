"""The Kinect v2's own tree of joints, from the spine base outwards, and its groups of joints."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

PARENTS = np.array(
    [0, 0, 20, 2, 20, 4, 5, 6, 20, 8, 9, 10, 0, 12, 13, 14, 0, 16, 17, 18, 1, 7, 7, 11, 11]
)
"""Each joint's parent; the spine base (0) is its own. Unlike NTU's graph, tips hang on hands."""

OUTWARD = np.array([0, 1, 20, 2, 3, *range(4, 8), 21, 22, *range(8, 12), 23, 24, *range(12, 20)])
"""All joints, parents before children."""

CHAIN_ENDS = (3, 15, 19, 21, 22, 23, 24)
"""Joints without an orientation of their own: head, feet, hand tips, thumbs."""

LEFT_ARM, RIGHT_ARM = (4, 5, 6, 7, 21, 22), (8, 9, 10, 11, 23, 24)
LEFT_LEG, RIGHT_LEG = (12, 13, 14, 15), (16, 17, 18, 19)

GROUPS: dict[str, tuple[int, ...]] = {
    "trunk": (0, 1, 2, 3, 20),
    "shoulder": (4, 8),
    "elbow": (5, 9),
    "wrist": (6, 10),
    "hand": (7, 11),
    "tip": (21, 22, 23, 24),
    "hip": (12, 16),
    "knee": (13, 17),
    "ankle": (14, 18),
    "foot": (15, 19),
}
"""Joints that the sensor model treats alike."""


def per_joint(values: Mapping[str, float | tuple[float, ...]]) -> NDArray[np.float64]:
    """Spread values by group over the 25 joints.

    Args:
        values: A number or a tuple of numbers by group; groups left out are 0.

    Returns:
        Values (25,) or (25, n).

    Example:
        >>> per_joint({"hand": 2.0}).nonzero()[0].tolist()
        [7, 11]
    """
    first = np.asarray(next(iter(values.values())), np.float64)
    spread = np.zeros((25, *first.shape))
    for group, value in values.items():
        spread[list(GROUPS[group])] = value
    return spread
