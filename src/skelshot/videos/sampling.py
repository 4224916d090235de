"""Temporal sampling of a teacher's frames: one of each of n equal segments, as in TSN."""

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.skeletons.sequence import IntArray, SkeletonSequence


def segment_centres(frames: int, count: int) -> IntArray:
    """Return the centre of each of `count` equal segments.

    This is how temporal segment networks (Wang et al., ECCV 2016) and X-CLIP sample at test
    time: position floor((i + 1/2) * T / n). A clip shorter than n repeats frames in place.

    Args:
        frames: Length T of the clip.
        count: Frames n wanted.

    Returns:
        Positions (n,) in the clip, from 0, never falling.

    Raises:
        SkelshotError: Either number is not positive.

    Example:
        >>> segment_centres(103, 8).tolist()
        [6, 19, 32, 45, 57, 70, 83, 96]
        >>> segment_centres(3, 8).tolist()
        [0, 0, 0, 1, 1, 2, 2, 2]
    """
    _check(frames, count)
    return (2 * np.arange(count, dtype=np.int64) + 1) * frames // (2 * count)


def segment_draw(frames: int, count: int, rng: np.random.Generator) -> IntArray:
    """Return a random frame of each of `count` equal segments, as in training.

    Args:
        frames: Length T of the clip.
        count: Frames n wanted.
        rng: Source of randomness.

    Returns:
        Positions (n,) in the clip, from 0, never falling: floor((i + u) * T / n) with u uniform
        in [0, 1).

    Raises:
        SkelshotError: Either number is not positive.

    Example:
        >>> segment_draw(100, 4, np.random.default_rng(0)).tolist()
        [15, 31, 51, 75]
    """
    _check(frames, count)
    positions = (np.arange(count) + rng.random(count)) * (frames / count)
    return np.minimum(positions.astype(np.int64), frames - 1)


def video_numbers(
    sequence: SkeletonSequence, frame_range: tuple[int, int] | None = None, every: float = 1
) -> IntArray:
    """Count which frame of the video shows each frame of a clip.

    Frames of skeleton and video correspond by number, not by time: the Kinect wrote both
    together. A skeleton that leaves frames out (those with nobody) has gaps in `frame_index`.

    Args:
        sequence: The clip, T frames.
        frame_range: First frame and one past the last frame of the clip within a longer
            recording. The clip's frame numbers count from the beginning of the recording if
            all of them lie in this range, and from the clip's own beginning otherwise.
        every: How many frames of the video one frame of the skeleton stands for: frame k of the
            skeleton is shown by frame floor(k * every).

    Returns:
        Frame numbers (T,) in the video, never falling.

    Raises:
        SkelshotError: The numbers do not fit the range, or one is negative.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> clip = SkeletonSequence(
        ...     np.zeros((1, 3, 20, 3), np.float32), np.ones((1, 3), bool), KINECT_V1
        ... )
        >>> video_numbers(clip, (500, 503)).tolist(), video_numbers(clip, every=2.5).tolist()
        ([500, 501, 502], [0, 2, 5])
    """
    numbers = sequence.frame_index
    if numbers is None:
        numbers = np.arange(sequence.frames, dtype=np.int64)
    if not len(numbers):
        raise SkelshotError("clip: found no frame, expected at least one")
    if every != 1:
        numbers = np.floor(numbers * every).astype(np.int64)
    first, last = int(numbers[0]), int(numbers[-1])
    if first < 0:
        raise SkelshotError(f"frame_index: found {first}, expected 0 or more")
    if frame_range is None:
        return numbers
    start, stop = frame_range
    if 0 <= start <= first and last < stop:
        return numbers
    if start < 0 or last >= stop - start:
        raise SkelshotError(
            f"frame_index: found frames {first} to {last}, but the clip's range in the video is "
            f"{start} to {stop - 1}; is it the right range?"
        )
    return numbers + start


def _check(frames: int, count: int) -> None:
    if frames < 1:
        raise SkelshotError(f"clip: found {frames} frames, expected at least 1")
    if count < 1:
        raise SkelshotError(f"frames: found {count}, expected at least 1")
