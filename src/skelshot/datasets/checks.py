"""Checks of every clip, whatever its format: movement, finite numbers, a person."""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from skelshot.datasets.clips import BadClip, Clip, Rejected
from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable
from skelshot.skeletons.repair import count_non_finite, repair_gaps
from skelshot.skeletons.sequence import BoolArray, FloatArray, SkeletonSequence

OnMissing = Literal["repair", "reject"]
"""What to do with NaN and infinite coordinates: interpolate them or reject the clip."""

LONGEST_REASON = 2000
"""The most characters of a rejection's source and reason."""

FARTHEST = 1e6
"""The largest coordinate that a sensor (metres) or a picture (pixels) can give."""


def on_missing_named(value: str) -> OnMissing:
    """Check the option `on_missing`.

    Args:
        value: What the caller asked for.

    Returns:
        The same, as its type.

    Raises:
        SkelshotError: It is neither `repair` nor `reject`.
    """
    for known in get_args(OnMissing):
        if value == known:
            return known  # type: ignore[no-any-return]
    raise SkelshotError(f"on_missing: found {value!r}, expected 'repair' or 'reject'")


def presence_of(joints: FloatArray) -> BoolArray:
    """Tell in which frames a person is there: those with any coordinate that is not zero.

    Args:
        joints: Coordinates (M, T, V, C).

    Returns:
        Presence (M, T). NaN counts as there: it is a gap to repair, not an absence.

    Example:
        >>> joints = np.zeros((1, 3, 20, 3), np.float32)
        >>> joints[0, 1] = 0.5
        >>> presence_of(joints).tolist()
        [[False, True, False]]
    """
    there: BoolArray = (joints != 0).any(axis=(2, 3))
    return there


def validate_clip(
    sequence: SkeletonSequence, on_missing: OnMissing
) -> tuple[SkeletonSequence, int]:
    """Check that a clip can be learnt from, and repair its gaps if asked to.

    Args:
        sequence: The clip as read.
        on_missing: What to do with NaN and infinite coordinates.

    Returns:
        The clip, and how many (person, frame, joint) triples were filled.

    Raises:
        BadClip: Fewer than two frames, no person, gaps that are not to be or cannot be
            repaired, or coordinates farther than any sensor sees.
    """
    if sequence.frames == 0:
        raise BadClip("no frame: nothing was recorded")
    if sequence.frames == 1:
        crowd = f"; found {sequence.persons} persons, so that the first two axes may be exchanged"
        hint = crowd if sequence.persons > 1 else ""
        raise BadClip(f"one frame: no movement to learn from{hint}")
    joints = sequence.joints
    lowest, highest = (float(joints.min()), float(joints.max())) if joints.size else (0.0, 0.0)
    if lowest == highest == 0:
        raise BadClip("all coordinates are zero: no skeleton was recorded")
    if np.count_nonzero(sequence.present.any(axis=0)) < 2:
        raise BadClip("a person is present in fewer than two frames: no movement to learn from")
    repaired = 0
    if not (np.isfinite(lowest) and np.isfinite(highest)):  # NaN is both
        sequence, repaired = _without_gaps(sequence, on_missing)
        lowest, highest = float(sequence.joints.min()), float(sequence.joints.max())
    if (farthest := max(-lowest, highest)) > FARTHEST:
        raise BadClip(f"coordinates reach {farthest:.3g}, expected metres or pixels")
    return sequence, repaired


def _without_gaps(
    sequence: SkeletonSequence, on_missing: OnMissing
) -> tuple[SkeletonSequence, int]:
    """Fill what is NaN or infinite, or refuse it."""
    missing = count_non_finite(sequence)
    if missing and on_missing == "reject":
        raise BadClip(
            f"{missing} joints with NaN or infinite coordinates or not seen by the pose model, "
            "expected known ones"
        )
    try:
        return repair_gaps(sequence)
    except SkelshotError as error:
        raise BadClip(str(error)) from error


def clip_or_rejected(source: str, read: Callable[[], Clip]) -> Clip | Rejected:
    """Call a function that reads a clip, and turn its complaint into a rejection.

    Args:
        source: What the rejection is to name.
        read: Gives the clip or raises `SkelshotError`.

    Returns:
        The clip, or why there is none.
    """
    try:
        return read()
    except SkelshotError as error:
        reason = printable(str(error), LONGEST_REASON)
        return Rejected(printable(source, LONGEST_REASON), reason, getattr(error, "line", None))
