"""Gaps in a clip: joints that the source wrote as NaN or infinite."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.sequence import BoolArray, FloatArray, SkeletonSequence


def count_non_finite(sequence: SkeletonSequence) -> int:
    """Count the joints that have a NaN or infinite coordinate.

    Args:
        sequence: The clip.

    Returns:
        How many (person, frame, joint) triples of present frames are not finite.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.zeros((1, 4, 20, 3), np.float32)
        >>> joints[0, 1, 7] = np.nan
        >>> count_non_finite(SkeletonSequence(joints, np.ones((1, 4), bool), KINECT_V1))
        1
    """
    return int(np.count_nonzero(_gaps(sequence)))


def repair_gaps(sequence: SkeletonSequence) -> tuple[SkeletonSequence, int]:
    """Fill joints that are not finite from the frames around them.

    Each coordinate is interpolated linearly over the source's frame numbers, per person and
    joint, and held at the nearest finite value before the first and after the last; finite
    coordinates are kept. Where the clip has confidence, the two neighbours count by their share
    of time times their confidence: the surer one pulls the more. A joint that is finite in no
    present frame takes the place of its nearest finite parent (a root that of the first finite
    joint outward). Repaired joints get confidence 0 where the clip has confidence. Absent frames
    are not counted; what is not finite there becomes 0.

    Args:
        sequence: The clip.

    Returns:
        The repaired clip (the same object when there was nothing to do), and how many
        (person, frame, joint) triples of present frames were filled.

    Raises:
        SkelshotError: A person has no finite joint in any present frame.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.zeros((1, 3, 20, 3), np.float32)
        >>> joints[0, :, 7, 0] = 0.0, np.nan, 1.0
        >>> clip, count = repair_gaps(SkeletonSequence(joints, np.ones((1, 3), bool), KINECT_V1))
        >>> count, clip.joints[0, 1, 7, 0].item()
        (1, 0.5)
    """
    if np.isfinite(sequence.joints).all():
        return sequence, 0
    gaps = _gaps(sequence)
    joints = sequence.joints.copy()
    times = sequence.frame_index
    times = np.arange(sequence.frames) if times is None else times
    for person in np.flatnonzero(gaps.any(axis=(1, 2))).tolist():
        frames = np.flatnonzero(sequence.present[person])
        sureness = None if sequence.confidence is None else sequence.confidence[person, frames]
        joints[person, frames] = _repair_person(
            joints[person, frames], times[frames], sureness, sequence.layout, person + 1
        )
    joints[~sequence.present] = np.nan_to_num(
        joints[~sequence.present], nan=0.0, posinf=0.0, neginf=0.0
    )
    confidence = sequence.confidence
    if confidence is not None:
        confidence = np.where(gaps, np.float32(0), confidence)
    return replace(sequence, joints=joints, confidence=confidence), int(np.count_nonzero(gaps))


def _gaps(sequence: SkeletonSequence) -> BoolArray:
    """Return where a present joint is not finite, (M, T, V)."""
    finite: BoolArray = np.asarray(np.isfinite(sequence.joints).all(axis=3))
    return ~finite & sequence.present[..., None]


def _repair_person(
    joints: FloatArray,
    times: NDArray[np.int64],
    sureness: FloatArray | None,
    layout: SkeletonLayout,
    person: int,
) -> FloatArray:
    """Fill the gaps of one person's present frames, joints (T, V, C), axis by axis."""
    finite = np.isfinite(joints)
    seen: BoolArray = np.asarray(finite.any(axis=0))
    if not seen.any(axis=0).all():
        raise SkelshotError(
            f"joints of person {person}: found no finite joint in any of {len(joints)} frames, "
            "expected at least one; drop the person or the clip"
        )
    for joint, axis in np.argwhere(seen & ~finite.all(axis=0)).tolist():
        course, known = joints[:, joint, axis], finite[:, joint, axis]
        filled = np.interp(times[~known], times[known], course[known])
        if sureness is not None:
            weights = sureness[known, joint].astype(np.float64)
            _pull(filled, times[~known], times[known], course[known], weights)
        course[~known] = filled
    for axis in range(joints.shape[2]):
        never = [joint for joint in layout.outward if not seen[joint, axis]]
        for joint in never:
            source = layout.parents[joint]
            if joint == layout.root:
                source = next(other for other in layout.outward if seen[other, axis])
            joints[:, joint, axis] = joints[:, source, axis]
    return joints


def _pull(
    filled: NDArray[np.float64],
    missing: NDArray[np.int64],
    known: NDArray[np.int64],
    values: FloatArray,
    weights: NDArray[np.float64],
) -> None:
    """Draw interpolated values towards the surer of two neighbours, in place.

    Args:
        filled: Linear interpolation (G,) at the missing times.
        missing: Times (G,) of the gaps.
        known: Times (K,) of the seen frames, rising.
        values: The coordinate (K,) there.
        weights: The confidence (K,) there.
    """
    after = np.searchsorted(known, missing)
    between = (after > 0) & (after < len(known))
    after = np.clip(after, 1, max(len(known) - 1, 1))
    if len(known) < 2:
        return
    before = after - 1
    earlier = weights[before] * (known[after] - missing)
    later = weights[after] * (missing - known[before])
    # equal neighbours keep numpy's own rounding, and two of no confidence have no weights at all
    unequal = between & (weights[before] != weights[after]) & (earlier + later > 0)
    share = later[unequal] / (earlier + later)[unequal]
    start, end = values[before][unequal].astype(np.float64), values[after][unequal]
    filled[unequal] = start + share * (end - start)
