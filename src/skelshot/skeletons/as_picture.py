"""3-D joints as a camera sees them: what a webcam would have shown of a depth sensor's clip."""

from dataclasses import replace

import numpy as np

from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.normalise import trunk_length, zero_absent
from skelshot.skeletons.sequence import BoolArray, FloatArray, SkeletonSequence

DISTANCE = 6.0
"""Trunks between the camera and the person, some three metres."""

TRUNK = 0.5
"""Metres of a trunk where a clip shows none."""

NEAREST = 0.25
"""Share of the distance at which whatever comes nearer is taken to stand."""

CLOSEST = 0.3
"""Metres from the sensor below which a place is none that it can have measured."""

PICTURE = (640, 480)
"""Width and height of the picture in pixels."""

FOCAL = 554.0
"""Focal length in pixels: the picture is 60 degrees wide."""


SEEN = "3-D joints seen as by a camera before the person"
"""What users are told where clips go through `as_picture`."""


def as_picture(joints: FloatArray, present: BoolArray, layout: SkeletonLayout) -> FloatArray:
    """Look at centred 3-D joints with a camera, and give the trunk its length back.

    The camera stands `DISTANCE` trunks before the origin, where the sensor stood. A trunk that
    leans towards it looks shorter, so the picture is then enlarged, as `scale_to_torso` enlarges
    that of a real camera.

    Args:
        joints: Coordinates (M, T, V, 3): x to the sensor's left, y up, z away from it.
        present: Who is there, (M, T).
        layout: Names the two ends of the trunk.

    Returns:
        (M, T, V, 2), x right and y down in the picture, in the units of `joints`.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.zeros((1, 1, 20, 3), np.float32)
        >>> joints[0, 0, KINECT_V1.index("shoulder centre")] = [0, 1, 0]
        >>> joints[0, 0, KINECT_V1.index("left hand")] = [0.25, 1, -2]
        >>> seen = as_picture(joints, np.ones((1, 1), bool), KINECT_V1)
        >>> seen[0, 0, KINECT_V1.index("left hand")].tolist()
        [-0.375, -1.5]
    """
    length = trunk_length(joints, present, layout)
    distance = DISTANCE * (length or 1.0)
    depth = np.maximum(joints[..., 2:] + distance, NEAREST * distance)
    seen = _projected(joints, depth, distance)
    shown = trunk_length(seen, present, layout)
    return seen if length is None or shown is None else seen * np.float32(length / shown)


def camera_view(clip: SkeletonSequence) -> SkeletonSequence:
    """Give the pixels of a 3-D clip that a camera at the sensor's place takes.

    Where somebody stands behind the sensor or on it, as in clips whose origin is the body, the
    camera stands `DISTANCE` trunks before the first person's first place. A single joint there is
    astray, and taken to stand `CLOSEST` before the camera.

    Args:
        clip: The clip, 3-D.

    Returns:
        The clip in pixels of a picture of `PICTURE`; one that is 2-D already, as it is.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.full((1, 1, 20, 3), [0.5, 0, 2], np.float32)
        >>> clip = SkeletonSequence(joints, np.ones((1, 1), bool), KINECT_V1)
        >>> camera_view(clip).joints[0, 0, 0].tolist()
        [181.5, 240.0]
    """
    if clip.channels == 2:
        return clip
    joints, present = clip.joints, clip.present
    if present.any() and joints[present][..., 2].mean(-1).min() < CLOSEST:
        trunk = trunk_length(joints, present, clip.layout)
        away = DISTANCE * (trunk or TRUNK) - joints[present][0, :, 2].mean()
        joints = zero_absent(joints + np.array([0, 0, away], np.float32), present)
    middle = np.array(PICTURE, np.float32) / 2
    seen = _projected(joints, np.maximum(joints[..., 2:], CLOSEST), FOCAL)
    pixels = (middle + seen).astype(np.float32)
    return replace(clip, joints=zero_absent(pixels, present), pixels=None, picture_size=PICTURE)


def _projected(joints: FloatArray, depth: FloatArray, focal: float) -> FloatArray:
    """Project joints by a pinhole: x right and y down, `focal` times what they are at depth 1."""
    seen: FloatArray = -joints[..., :2] * np.float32(focal) / depth
    return seen
