"""Clips of any length brought to a fixed number of frames."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.skeletons.normalise import zero_absent
from skelshot.skeletons.sequence import BoolArray, FloatArray

Absent = Literal["masked", "zeros"]
"""What is read where a person is missing: nothing, or the zeros that stand there."""


def resize_positions(length: int, frames: int) -> NDArray[np.float64]:
    """Return where in a clip the frames of its resized copy are taken.

    Each new frame stands at the middle of its share of the clip, as in
    `torch.nn.functional.interpolate(..., align_corners=False)`.

    Args:
        length: Frames T of the clip.
        frames: Frames wanted.

    Returns:
        Rising positions (frames,) in frames of the clip, within [0, T - 1].

    Example:
        >>> resize_positions(4, 2).tolist()
        [0.5, 2.5]
    """
    positions = (np.arange(frames) + 0.5) * (length / frames) - 0.5
    return np.clip(positions, 0, length - 1)


def resize_time(joints: FloatArray, frames: int) -> FloatArray:
    """Bring a clip to a number of frames by linear interpolation along time.

    Args:
        joints: Coordinates (M, T, V, C), every person present throughout.
        frames: Frames wanted.

    Returns:
        Joints (M, frames, V, C), equal to `torch.nn.functional.interpolate` with linear mode
        and `align_corners=False` on each coordinate's course.

    Raises:
        SkelshotError: There is no frame, or none is wanted.

    Example:
        >>> joints = np.arange(4, dtype=np.float32).reshape(1, 4, 1, 1)
        >>> resize_time(joints, 2).ravel().tolist()
        [0.5, 2.5]
    """
    present = np.ones(joints.shape[:2], bool)
    _check_frames(joints.shape[1], frames)
    return sample_at(joints, present, resize_positions(joints.shape[1], frames))[0]


def crop_and_resize(
    joints: FloatArray,
    present: BoolArray,
    frames: int,
    fraction: float = 1.0,
    start: float = 0.0,
    absent: Absent = "masked",
    least: int | None = None,
) -> tuple[FloatArray, BoolArray]:
    """Cut a piece out of a clip's valid length and resize it.

    The valid length runs from the first to the last frame with anybody present. An even number
    of its frames is left out, `start` of them before the piece: `fraction=0.95, start=0.5` is
    the centre crop of CTR-GCN's test time (Chen et al., ICCV 2021).

    With `absent="zeros"` both steps are as in the public CTR-GCN feeder, which knows no absence:
    the valid length is the number of frames whose coordinates do not add up to exactly 0,
    counted from the clip's beginning, and frames are mixed with the zeros of missing persons.

    With `least` the piece is that of the feeder's training: the whole number of frames below the
    fraction, at least so many (all of a shorter clip), at any whole place.

    Args:
        joints: Coordinates (M, T, V, C).
        present: Who is there, (M, T).
        frames: Frames wanted.
        fraction: Share of the valid length to keep, in (0, 1].
        start: Where the piece lies, from 0 (the beginning) to 1 (the end).
        absent: "masked" minds who is there; "zeros" takes absent persons' zeros for positions.
        least: Fewest frames of the clip that the piece holds; None has no such bound.

    Returns:
        Joints (M, frames, V, C) with absent persons zero, and present (M, frames), which is
        that of the nearest frame. A frame beside a person's absence takes the nearest frame
        rather than a mixture with zeros. With `absent="zeros"` it is such a mixture, and whoever
        is there in any frame is present in all.

    Raises:
        SkelshotError: The fraction or the start is out of range, nobody is ever present, or
            no frame is wanted.

    Example:
        >>> joints = np.arange(8, dtype=np.float32).reshape(1, 8, 1, 1)
        >>> piece, there = crop_and_resize(joints, np.ones((1, 8), bool), 4, 0.5, 0.5)
        >>> piece.ravel().tolist(), there.shape
        ([2.0, 3.0, 4.0, 5.0], (1, 4))
    """
    if not 0 < fraction <= 1:
        raise SkelshotError(f"fraction: found {fraction}, expected more than 0 and at most 1")
    if not 0 <= start <= 1:
        raise SkelshotError(f"start: found {start}, expected 0 to 1")
    moments = piece_moments(joints, present, frames, fraction, start, absent, least)
    return sample_at(joints, taken_as_present(present, absent), moments)


def piece_moments(
    joints: FloatArray,
    present: BoolArray,
    frames: int,
    fraction: float = 1.0,
    start: float = 0.0,
    absent: Absent = "masked",
    least: int | None = None,
) -> NDArray[np.float64]:
    """Return where in a clip `crop_and_resize` takes its frames, whose arguments these are.

    Returns:
        Rising moments (frames,) in frames of the clip, within [0, T - 1].

    Raises:
        SkelshotError: Nobody is ever present, or no frame is wanted.

    Example:
        >>> joints = np.ones((1, 8, 1, 1), np.float32)
        >>> piece_moments(joints, np.ones((1, 8), bool), 4, 0.5, 0.5).tolist()
        [2.0, 3.0, 4.0, 5.0]
    """
    begin, length = _valid_length(joints, present, absent)
    _check_frames(length, frames)
    before, kept = _piece(length, fraction, start, least)
    return begin + before + resize_positions(kept, frames)


def taken_as_present(present: BoolArray, absent: Absent) -> BoolArray:
    """Return who is taken to be there, which is everybody ever there where zeros are read.

    Args:
        present: Who is there, (M, T).
        absent: What is read where a person is missing.

    Returns:
        Presence (M, T).

    Example:
        >>> taken_as_present(np.array([[True, False]]), "zeros").tolist()
        [[True, True]]
    """
    if absent == "masked":
        return present
    return np.repeat(present.any(axis=1, keepdims=True), present.shape[1], axis=1)


def _piece(length: int, fraction: float, start: float, least: int | None) -> tuple[int, int]:
    """Return how many frames are left out before a piece, and how many it holds."""
    if least is None:
        margin = int((1 - fraction) * length / 2)
        return round(start * 2 * margin), length - 2 * margin
    kept = min(max(int(length * fraction), least), length)
    return min(int(start * (length - kept + 1)), length - kept), kept


def sample_at(
    joints: FloatArray, present: BoolArray, positions: NDArray[np.float64]
) -> tuple[FloatArray, BoolArray]:
    """Read a clip at any moments, linearly between its frames.

    Args:
        joints: Coordinates (M, T, V, C).
        present: Who is there, (M, T).
        positions: Moments (F,) in frames, within [0, T - 1].

    Returns:
        Joints (M, F, V, C), absent persons zero, and present (M, F) of the nearest frame.

    Example:
        >>> joints = np.array([[[[0.0]], [[9.0]], [[7.0]]]])
        >>> present = np.array([[True, True, False]])
        >>> read, there = sample_at(joints, present, np.array([0.5, 1.25, 1.75]))
        >>> read.ravel().tolist(), there.tolist()
        ([4.5, 9.0, 0.0], [[True, True, False]])
    """
    before = positions.astype(np.intp)
    after = np.minimum(before + 1, joints.shape[1] - 1)
    weight = (positions - before).astype(joints.dtype)[None]
    there = np.ones((joints.shape[0], len(positions)), bool)
    if not present.all():
        there_before, there_after = present[:, before], present[:, after]
        there = np.where(weight > 0.5, there_after, there_before)
        weight = np.where(there_after, weight, 0) * there_before + (there_after & ~there_before)
        weight = weight.astype(joints.dtype)
    earlier = joints[:, before]
    read = earlier + weight[..., None, None] * (joints[:, after] - earlier)
    return zero_absent(read, there), there


def _valid_length(joints: FloatArray, present: BoolArray, absent: Absent) -> tuple[int, int]:
    """Return the first frame of the valid length, and its number of frames (0: nobody there)."""
    if absent == "zeros":  # summed up in the feeder's order, so that the same sums are 0
        axes_first = np.ascontiguousarray(joints.transpose(3, 1, 2, 0))
        return 0, int(np.count_nonzero(axes_first.sum(axis=0).sum(axis=-1).sum(axis=-1)))
    valid = np.flatnonzero(present.any(axis=0))
    if not len(valid):
        return 0, 0
    return int(valid[0]), int(valid[-1]) - int(valid[0]) + 1


def _check_frames(found: int, wanted: int) -> None:
    if found < 1:
        raise SkelshotError("clip: found no frame with a person, expected at least one")
    if wanted < 1:
        raise SkelshotError(f"frames: found {wanted}, expected at least 1")
