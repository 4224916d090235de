"""Joint, bone and motion streams (Shi et al., "Two-Stream Adaptive GCN", CVPR 2019)."""

from typing import Literal, get_args

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.normalise import zero_absent
from skelshot.skeletons.sequence import BoolArray, FloatArray

Stream = Literal["joint", "bone", "joint-motion", "bone-motion"]
"""What an encoder sees of a clip; several streams stand side by side on the channel axis."""


def bones(joints: FloatArray, layout: SkeletonLayout) -> FloatArray:
    """Return each joint's offset from its parent.

    Args:
        joints: Coordinates (M, T, V, C).
        layout: Names each joint's parent.

    Returns:
        Child minus parent (M, T, V, C); zero at the root.

    Example:
        >>> from skelshot.skeletons.layouts import OPENNI_15
        >>> bones(np.ones((1, 1, 15, 3), np.float32), OPENNI_15).any().item()
        False
    """
    offsets: FloatArray = joints - joints.take(layout.parents, axis=2)
    return offsets


def motion(values: FloatArray, present: BoolArray) -> FloatArray:
    """Return the step from each frame to the next.

    Args:
        values: Joints or bones (M, T, V, C).
        present: Who is there, (M, T).

    Returns:
        x[t + 1] - x[t] (M, T, V, C); zero in the last frame and beside absent frames, where
        appearing is no motion.

    Example:
        >>> course = np.array([1.0, 3.0, 4.0]).reshape(1, 3, 1, 1)
        >>> motion(course, np.ones((1, 3), bool)).ravel().tolist()
        [2.0, 1.0, 0.0]
    """
    steps = np.zeros_like(values)
    np.subtract(values[:, 1:], values[:, :-1], out=steps[:, :-1])
    steps[:, :-1] = zero_absent(steps[:, :-1], present[:, 1:] & present[:, :-1])
    return steps


def stream(
    joints: FloatArray, present: BoolArray, layout: SkeletonLayout, kind: Stream
) -> FloatArray:
    """Return one stream of a clip.

    Args:
        joints: Coordinates (M, T, V, C), normalised as the encoder wants them.
        present: Who is there, (M, T).
        layout: Names each joint's parent.
        kind: "joint", "bone", "joint-motion" or "bone-motion".

    Returns:
        The stream (M, T, V, C), zero where the person is absent.

    Raises:
        SkelshotError: No stream has that name.

    Example:
        >>> from skelshot.skeletons.layouts import OPENNI_15
        >>> joints = np.ones((1, 4, 15, 3), np.float32)
        >>> stream(joints, np.ones((1, 4), bool), OPENNI_15, "joint-motion").any().item()
        False
    """
    if kind not in get_args(Stream):
        raise SkelshotError(
            f"stream: found {kind!r}, expected one of {', '.join(get_args(Stream))}"
        )
    values = bones(joints, layout) if kind.startswith("bone") else joints
    if kind.endswith("motion"):
        values = motion(values, present)
    return zero_absent(values, present)
