"""Denoising of an NTU RGB+D file's tracks: filters by length, spread and motion."""

from collections.abc import Sequence

import numpy as np

from skelshot.datasets.ntu.body_options import BodyOptions
from skelshot.datasets.ntu.raw import RawBody
from skelshot.skeletons.sequence import BoolArray, FloatArray


def motion_of(joints: FloatArray) -> float:
    """Measure how much a body moves and how large it is: the variance of all its joints.

    The variance over frames and joints together, added over x, y and z, as CTR-GCN's
    preprocessing has it.

    Args:
        joints: Coordinates (n, V, 3) in metres.

    Returns:
        Square metres, 0 without any joint; joints that are not finite are left out.

    Example:
        >>> motion_of(np.array([[[0.0, 1.0, 0.0], [2.0, 1.0, 0.0]]], np.float32))
        1.0
    """
    axes = np.ascontiguousarray(joints.reshape(-1, joints.shape[-1]).T)
    if not axes.size:
        return 0.0
    with np.errstate(all="ignore"):
        motion = float(axes.var(axis=1).sum())
        if np.isfinite(motion):
            return motion
        known = axes[:, np.isfinite(axes).all(axis=0)].astype(np.float64)
        return float(known.var(axis=1).sum()) if known.size else 0.0


def upright_frames(joints: FloatArray, ratio: float) -> BoolArray:
    """Tell the frames in which a body has the outline of a person.

    Args:
        joints: Coordinates (n, V, 3), y up.
        ratio: The most width for each unit of height.

    Returns:
        (n,) whether the extent along x is at most `ratio` times that along y; False where a
        coordinate is NaN.

    Example:
        >>> wide = np.array([[[0, 0, 0], [2, 1, 0]], [[0, 0, 0], [1, 2, 0]]], np.float32)
        >>> upright_frames(wide, 0.8).tolist()
        [False, True]
    """
    with np.errstate(all="ignore"):
        outline = np.ascontiguousarray(joints[..., :2].transpose(1, 2, 0))
        width, height = outline.max(axis=0) - outline.min(axis=0)
        upright: BoolArray = width <= ratio * height.astype(np.float64)
    return upright


def denoise(bodies: Sequence[RawBody], options: BodyOptions) -> list[RawBody]:
    """Keep the tracks that are people, the liveliest first.

    Args:
        bodies: At least one track, in the order of the file.
        options: Thresholds. With `denoise="none"` the tracks are only sorted.

    Returns:
        At least one track, by falling motion, equals in the order of the file. If all tracks
        are too short, the longest is kept.

    Example:
        >>> one = RawBody(
        ...     7, np.arange(4), np.zeros((4, 25, 3), np.float32),
        ...     np.zeros((4, 25, 2), np.float32), np.full((4, 25), 2, np.uint8),
        ... )
        >>> [body.body_id for body in denoise([one], BodyOptions())]
        [7]
    """
    if len(bodies) == 1:
        return list(bodies)
    if options.denoise == "none":
        return _by_motion([(body, motion_of(body.joints)) for body in bodies])
    long = [body for body in bodies if len(body.frame_index) > options.noise_length]
    if not long:
        return [max(bodies, key=lambda body: len(body.frame_index))]
    if len(long) == 1:
        return long
    kept = _without_wide(long, options)
    if options.motion_filter:
        kept = _within_motion(kept, options.motion_range)
    return _by_motion(kept)


def _without_wide(bodies: Sequence[RawBody], options: BodyOptions) -> list[tuple[RawBody, float]]:
    """Drop tracks that are mostly wider than people, never the last; measure the others."""
    kept = []
    left = len(bodies)
    for body in bodies:
        motion = motion_of(body.joints)
        if left > 1:
            upright = upright_frames(body.joints, options.spread_ratio)
            odd = len(upright) - int(np.count_nonzero(upright))
            if odd / len(upright) >= options.spread_share:
                left -= 1
                continue
            if odd:
                motion = min(motion, motion_of(body.joints[upright]))
        kept.append((body, motion))
    return kept


def _within_motion(
    bodies: list[tuple[RawBody, float]], limits: tuple[float, float]
) -> list[tuple[RawBody, float]]:
    """Keep the liveliest track and those whose motion is that of a person."""
    most = max(motion for _, motion in bodies)
    leader = next(body for body, motion in bodies if motion == most)
    return [
        (body, motion)
        for body, motion in bodies
        if body is leader or limits[0] <= motion <= limits[1]
    ]


def _by_motion(bodies: list[tuple[RawBody, float]]) -> list[RawBody]:
    return [body for body, _ in sorted(bodies, key=lambda pair: -pair[1])]
