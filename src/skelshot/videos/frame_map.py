"""Correspondence of a skeleton's frames with those of its video."""

from dataclasses import dataclass
from pathlib import Path

from skelshot.ground import SkelshotError
from skelshot.skeletons.sequence import IntArray, SkeletonSequence
from skelshot.videos.sampling import segment_centres, video_numbers


@dataclass(frozen=True, eq=False)
class FrameMap:
    """Correspondence of a clip's frames with those of a video.

    Args:
        numbers: The frame of the video that shows each frame of the clip, (T,), never falling.
        remark: What was assumed, if anything was.
    """

    numbers: IntArray
    remark: str | None = None


def frame_map(
    sequence: SkeletonSequence,
    path: Path | str,
    frames: int,
    frame_range: tuple[int, int] | None = None,
    every: float | None = None,
) -> FrameMap:
    """Find the frame of the video that shows each frame of a clip.

    Frames correspond by number (`video_numbers`). A skeleton that ends well before its video is
    of another rate, or of a part of it, and nobody can tell which: it is refused. With the
    clip's range in the video, frames that are merely counted (0, 1, 2, ...) are spread evenly
    over it; with `every`, the caller knows the rate.

    Args:
        sequence: The clip, T frames.
        path: The video's file, for messages.
        frames: How many frames the video has.
        frame_range: First frame and one past the last frame of the clip in the video.
        every: How many frames of the video one frame of the skeleton stands for.

    Returns:
        The numbers, and what was assumed. They may reach beyond the video's end.

    Raises:
        SkelshotError: The skeleton is sparser or shorter than its video, or its numbers do not
            fit the range.
    """
    numbers = video_numbers(sequence, frame_range, 1 if every is None else every)
    start, stop = (0, frames) if frame_range is None else frame_range
    last = int(numbers[-1])
    covered = last + 1 if every is None else int(last + max(1, every))
    left, span = stop - covered, stop - start
    if left <= leftover_said(span):
        return FrameMap(numbers)
    if frame_range is not None and every is None and _counts_itself(sequence):
        return FrameMap(
            start + segment_centres(span, sequence.frames),
            f"the skeleton's {sequence.frames} frames are spread evenly over the clip's range of "
            f"{span} frames, {start} to {stop - 1}",
        )
    allowed = leftover_allowed(span)
    if frame_range is None and every is None and left > allowed:
        raise SkelshotError(
            f"{path}: found {frames} frames, but the skeleton's {sequence.frames} frames end at "
            f"frame {last} (up to {allowed} may be left over); give the clip its range in the "
            f"video (video_start, video_stop), or pass --every {frames / (last + 1):.4g} if its "
            "frames are spread over the whole video, --every 1 if the video goes on after them"
        )
    whole = "video goes on" if frame_range is None else "clip's range goes on"
    return FrameMap(numbers, f"the skeleton ends at frame {last}, the {whole} to {stop - 1}")


def leftover_said(frames: int) -> int:
    """Tell how many frames may follow a skeleton's last one without a word.

    Recorders stop one after the other, and the last frames may show nobody.

    Args:
        frames: Frames of the video, or of the clip's range in it.

    Returns:
        A tenth of the frames and at least 5, but no more than a quarter of a very short video.

    Example:
        >>> [leftover_said(frames) for frames in (4, 12, 30, 120)]
        [1, 3, 5, 12]
    """
    return max(min(5, frames // 4), frames // 10)


def leftover_allowed(frames: int) -> int:
    """Tell how many frames may follow a skeleton's last one with a word; more are refused.

    Args:
        frames: Frames of the video.

    Returns:
        A fifth of the frames and at least what may follow without a word.

    Example:
        >>> [leftover_allowed(frames) for frames in (4, 12, 30, 120)]
        [1, 3, 6, 24]
    """
    return max(leftover_said(frames), frames // 5)


def _counts_itself(sequence: SkeletonSequence) -> bool:
    """Tell whether a clip's frames are numbered 0, 1, 2, ..., which says nothing of a video."""
    numbers = sequence.frame_index
    return numbers is None or (numbers == range(sequence.frames)).all()
