"""Joints in the colour picture of a Kinect v2, for files that tell the joints in metres alone."""

import numpy as np
from numpy.typing import NDArray

from skelshot.skeletons.sequence import BoolArray, FloatArray

FOCAL, MIDDLE = (1058.6, 1056.6), (960.8, 567.0)
"""Focal length and middle of the colour camera in pixels of 1920 x 1080.

Fitted to NTU RGB+D's original files, whose own pixels they give to 1.2 pixels; another Kinect v2
may differ by some ten pixels.
"""

BESIDE = 0.0512
"""The colour lens stands beside the depth lens: what is added to x, in metres."""

NEAREST = 0.1
"""Joints are taken to be at least so far from the lens, in metres."""


def colour_pixels(joints: FloatArray, present: BoolArray) -> NDArray[np.float32]:
    """Project joints into the colour picture.

    Args:
        joints: Camera coordinates (M, T, V, 3) in metres, y up, z away from the sensor.
        present: Who is there, (M, T).

    Returns:
        Pixels (M, T, V, 2), x right and y down; zeros where nobody is there.

    Example:
        >>> person = np.array([0.0, 0.0, 3.0], np.float32).reshape(1, 1, 1, 3)
        >>> colour_pixels(person, np.ones((1, 1), bool)).round(1).ravel().tolist()
        [978.9000244140625, 567.0]
    """
    depth = np.maximum(joints[..., 2], NEAREST)
    u = MIDDLE[0] + FOCAL[0] * (joints[..., 0] + BESIDE) / depth
    v = MIDDLE[1] - FOCAL[1] * joints[..., 1] / depth
    pixels = np.stack([u, v], axis=-1) * present[..., None, None]
    return pixels.astype(np.float32)
