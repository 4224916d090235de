"""Metres that a body moves: what tells a movement from standing there."""

import numpy as np

from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.normalise import trunk_length
from skelshot.skeletons.sequence import FloatArray

TRUNK = 0.5
"""Metres of a grown person's trunk: what makes metres of pixels."""

_SHARE = 6
"""One joint in so many moves: the wrist, hand and elbow of a wave are 3 of 20."""


def movement_of(joints: FloatArray, layout: SkeletonLayout) -> float:
    """Measure how far the joints that move most get about.

    The extent of a joint is the diagonal of the box that holds it in the middle 80 % of the
    frames, so that a spike of the sensor is no movement; that of a body is the mean over the
    sixth of its joints with the largest.

    Args:
        joints: Coordinates (T, V, C) of one person, all finite: metres, or pixels, of which
            people's trunks make metres.
        layout: Names the V joints.

    Returns:
        Metres.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> still = np.zeros((30, 20, 3), np.float32)
        >>> still[:, KINECT_V1.trunk[1], 1] = 0.5
        >>> waving = still.copy()
        >>> waving[:, 5:9, 0] = np.linspace(0, 1, 30)[:, None]
        >>> movement_of(still, KINECT_V1), round(movement_of(waving, KINECT_V1), 1)
        (0.0, 0.8)
    """
    low, high = np.quantile(joints, (0.1, 0.9), axis=0)
    extents = np.sqrt(np.square(high - low).sum(axis=-1))
    most = np.sort(extents)[-max(1, len(extents) // _SHARE) :].mean()
    return float(most) * (1.0 if joints.shape[-1] == 3 else _metres(joints, layout))


def _metres(joints: FloatArray, layout: SkeletonLayout) -> float:
    """Return the metres of one pixel, 0 where the trunk has no length."""
    trunk = trunk_length(joints[None], np.ones((1, len(joints)), np.bool_), layout)
    return 0.0 if trunk is None else TRUNK / trunk
