"""Normalisation of a clip's position, scale and facing direction.

The functions take the arrays of a `SkeletonSequence`: joints (M, T, V, C) and present (M, T).
All persons are moved, scaled and turned together, as person 1 tells (the first person who is
there at all), so that their distances keep their meaning. Absent persons stay zero.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.sequence import BoolArray, FloatArray

_TOO_SHORT = 1e-6


def zero_absent(joints: FloatArray, present: BoolArray) -> FloatArray:
    """Set the joints of absent persons to zero.

    Args:
        joints: Coordinates (M, T, V, C).
        present: Who is there, (M, T).

    Returns:
        Joints (M, T, V, C); the same array when everybody is there.

    Example:
        >>> zero_absent(np.ones((1, 2, 1, 3)), np.array([[True, False]]))[0, :, 0, 0].tolist()
        [1.0, 0.0]
    """
    if present.all():
        return joints
    return np.where(present[..., None, None], joints, np.zeros((), joints.dtype))


def centre(
    joints: FloatArray, present: BoolArray, layout: SkeletonLayout, every_frame: bool = False
) -> FloatArray:
    """Move the origin to the centre joint of person 1.

    Args:
        joints: Coordinates (M, T, V, C).
        present: Who is there, (M, T).
        layout: Names the centre joint (or joints, averaged).
        every_frame: Take the centre of each frame, which removes the walk through the room;
            else that of the first present frame. Frames without person 1 take the nearest.

    Returns:
        Joints (M, T, V, C), absent persons zero.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.full((1, 2, 20, 3), 2.5, np.float32)
        >>> float(np.abs(centre(joints, np.ones((1, 2), bool), KINECT_V1)).max())
        0.0
    """
    person, frames = _lead(present)
    if not len(frames):
        return np.zeros_like(joints)
    if every_frame:
        nearest = _nearest(frames, joints.shape[1])
        origin = _mean_of(joints[person, nearest], layout.centre)[None, :, None, :]
    else:
        origin = _mean_of(joints[person, frames[0]], layout.centre)
    return zero_absent(joints - origin, present)


def scale_to_torso(joints: FloatArray, present: BoolArray, layout: SkeletonLayout) -> FloatArray:
    """Scale the clip so that person 1's trunk has the length 1.

    Args:
        joints: Coordinates (M, T, V, C), centred.
        present: Who is there, (M, T).
        layout: Names the two ends of the trunk.

    Returns:
        Joints (M, T, V, C) divided by the median trunk length over person 1's present frames;
        unchanged when that length is zero or not finite.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.zeros((1, 2, 20, 3), np.float32)
        >>> joints[0, :, KINECT_V1.index("shoulder centre"), 1] = 0.5
        >>> scale_to_torso(joints, np.ones((1, 2), bool), KINECT_V1).max().item()
        1.0
    """
    length = trunk_length(joints, present, layout)
    return joints if length is None else joints / np.float32(length)


def trunk_length(joints: FloatArray, present: BoolArray, layout: SkeletonLayout) -> float | None:
    """Measure person 1's trunk.

    Args:
        joints: Coordinates (M, T, V, C).
        present: Who is there, (M, T).
        layout: Names the two ends of the trunk.

    Returns:
        Its median length over person 1's present frames; None when nobody is there, or when it is
        zero or not finite.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> trunk_length(np.zeros((1, 2, 20, 3), np.float32), np.ones((1, 2), bool), KINECT_V1)
    """
    person, frames = _lead(present)
    if not len(frames):
        return None
    lower, upper = (_mean_of(joints[person, frames], end) for end in layout.trunk)
    length = float(np.median(np.sqrt(np.square(upper - lower).sum(axis=-1))))
    return length if length > _TOO_SHORT and np.isfinite(length) else None


def can_align_view(layout: SkeletonLayout, channels: int) -> bool:
    """Tell whether `align_view` can turn clips to face the camera.

    Args:
        layout: Their joints.
        channels: Coordinates a joint, 3 or 2.

    Returns:
        Whether they are 3-D and their layout has hips or shoulders.

    Example:
        >>> from skelshot.skeletons.layouts import HAND_21, KINECT_V1
        >>> can_align_view(KINECT_V1, 3), can_align_view(KINECT_V1, 2), can_align_view(HAND_21, 3)
        (True, False, False)
    """
    return channels == 3 and bool(layout.hips or layout.shoulders)


def align_view(
    joints: FloatArray,
    present: BoolArray,
    layout: SkeletonLayout,
    frame: Literal["mean", "first"] = "mean",
) -> FloatArray:
    """Turn the clip about the vertical so that person 1 faces the camera.

    The line from the left to the right hip and shoulder, seen from above, is laid along +x;
    with y up in a right-handed frame the person then looks to -z, towards the sensor. y stays
    up and all persons and frames share the one rotation, unlike the per-axis alignment of
    2s-AGCN (Shi et al., CVPR 2019), which also tips the spine.

    Args:
        joints: Coordinates (M, T, V, 3), y up; the turn is about the origin, so centre first.
        present: Who is there, (M, T).
        layout: Names hips and shoulders, or one of the two.
        frame: "mean" takes the mean line of the present frames, "first" that of the first.

    Returns:
        Joints (M, T, V, 3), absent persons zero; unchanged when the line has no length from
        above, for example when the person lies on one side.

    Raises:
        SkelshotError: The joints are not 3-D, or the layout has neither hips nor shoulders.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.zeros((1, 1, 20, 3), np.float32)
        >>> joints[0, 0, KINECT_V1.index("right hip"), 2] = 1.0
        >>> turned = align_view(joints, np.ones((1, 1), bool), KINECT_V1)
        >>> turned[0, 0, KINECT_V1.index("right hip")].round(6).tolist()
        [1.0, 0.0, 0.0]
    """
    if joints.shape[-1] != 3:
        raise SkelshotError(
            f"view: found joints with {joints.shape[-1]} coordinates, but turning the view needs "
            "3-D joints; use align 'root' for pixels"
        )
    lines = [line for line in (layout.hips, layout.shoulders) if line is not None]
    if not lines:
        raise SkelshotError(
            f"view: the layout {layout.name!r} has neither hips nor shoulders to turn to the "
            "camera; use align 'root' (--set input.align=root)"
        )
    person, frames = _lead(present)
    if not len(frames):
        return joints
    seen = joints[person, frames[:1] if frame == "first" else frames]
    left, right = (seen[:, list(side)].sum(axis=1) for side in zip(*lines, strict=True))
    x, _, z = (right - left).mean(axis=0).tolist()
    length = float(np.hypot(x, z))
    if not length > _TOO_SHORT or not np.isfinite(length):
        return joints
    cos, sin = x / length, z / length
    turn = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]], joints.dtype)
    return zero_absent(joints @ turn.T, present)


def _lead(present: BoolArray) -> tuple[int, NDArray[np.intp]]:
    """Return the first person who is there at all, and the frames of that person."""
    person = int(present.any(axis=1).argmax()) if present.size else 0
    return person, np.flatnonzero(present[person])


def _mean_of(points: FloatArray, joints: tuple[int, ...]) -> FloatArray:
    """Average the named joints of points (..., V, C)."""
    if len(joints) == 1:
        return points[..., joints[0], :]
    mean: FloatArray = points[..., list(joints), :].mean(axis=-2)
    return mean


def _nearest(frames: NDArray[np.intp], total: int) -> NDArray[np.intp]:
    """Return for each of `total` frames the nearest of the rising `frames`, the earlier of two."""
    every = np.arange(total)
    after = np.clip(np.searchsorted(frames, every), 0, len(frames) - 1)
    before = np.clip(after - 1, 0, None)
    closer = np.where(every - frames[before] <= frames[after] - every, before, after)
    return frames[np.where(frames[after] <= every, after, closer)]
