"""Skeletons and videos of different lengths: mapped, said, or refused."""

from pathlib import Path

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.videos.frame_map import FrameMap, frame_map, leftover_allowed, leftover_said

FILM = Path("film.mp4")


def clip(numbers: range) -> SkeletonSequence:
    return SkeletonSequence(
        np.zeros((1, len(numbers), 25, 3), np.float32),
        np.ones((1, len(numbers)), bool),
        KINECT_V2,
        np.array(numbers),
    )


@pytest.mark.parametrize(
    ("numbers", "frames", "within", "every", "expected", "remark"),
    [
        (range(120), 120, None, None, range(120), None),
        (range(108), 120, None, None, range(108), None),  # a tenth is left over
        (range(107), 120, None, None, range(107), "ends at frame 106, the video goes on to 119"),
        (range(124), 120, None, None, range(124), None),  # too long is looked at elsewhere
        (range(0, 120, 4), 120, None, None, range(0, 120, 4), None),  # the numbers reach the end
        (range(60, 120), 120, None, None, range(60, 120), None),
        (range(30), 120, None, 4, range(0, 120, 4), None),
        (range(48), 120, None, 2.5, [k * 5 // 2 for k in range(48)], None),
        (range(240), 120, None, 0.5, [k // 2 for k in range(240)], None),
        (range(30), 120, None, 1, range(30), "ends at frame 29, the video goes on to 119"),
        (range(30), 120, (0, 120), None, range(2, 120, 4), "spread evenly over the clip's range"),
        (range(30), 500, (200, 320), None, range(202, 320, 4), "120 frames, 200 to 319"),
        (range(30), 500, (200, 320), 4, range(200, 320, 4), None),
        (range(30), 500, (200, 230), None, range(200, 230), None),
        (range(0, 60, 2), 500, (200, 320), None, range(200, 260, 2), "range goes on to 319"),
        (range(200, 230), 500, (200, 320), None, range(200, 230), "range goes on to 319"),
    ],
)
def test_where_frames_are(
    numbers: range,
    frames: int,
    within: tuple[int, int] | None,
    every: float | None,
    expected: list[int],
    remark: str | None,
) -> None:
    found = frame_map(clip(numbers), FILM, frames, within, every)
    assert found.numbers.tolist() == list(expected)
    assert (found.remark is None) == (remark is None)
    assert remark is None or remark in found.remark


@pytest.mark.parametrize(
    ("numbers", "frames", "message"),
    [
        (range(30), 120, r"found 120 frames, but .* 30 frames end at frame 29 .* --every 4 if"),
        (range(48), 120, r"--every 2\.5 if .* --every 1 if"),
        (range(95), 120, r"up to 24 may be left over"),
        (range(0, 60, 2), 120, r"30 frames end at frame 58"),  # numbered, but of another rate
        (range(8), 12, r"up to 3 may be left over"),
        (range(1), 6, r"video_start, video_stop"),
    ],
)
def test_skeletons_that_end_well_before_their_videos(
    numbers: range, frames: int, message: str
) -> None:
    with pytest.raises(SkelshotError, match=message) as found:
        frame_map(clip(numbers), FILM, frames)
    assert str(found.value).startswith("film.mp4: ")
    assert "\n" not in str(found.value)


def test_a_range_that_is_too_short_for_the_rate() -> None:
    with pytest.raises(SkelshotError, match="range in the video is 200 to 259"):
        frame_map(clip(range(30)), FILM, 500, (200, 260), 4)


@pytest.mark.parametrize("frames", [1, 5, 20, 60, 1000])
def test_what_is_refused_is_more_than_what_is_said(frames: int) -> None:
    assert leftover_said(frames) == max(min(5, frames // 4), frames // 10)
    assert leftover_said(frames) <= leftover_allowed(frames) <= frames // 4


def test_no_numbers_are_counted() -> None:
    bare = SkeletonSequence(np.zeros((1, 4, 25, 3), np.float32), np.ones((1, 4), bool), KINECT_V2)
    found = frame_map(bare, FILM, 16, (0, 16))
    assert isinstance(found, FrameMap)
    assert found.numbers.tolist() == [2, 6, 10, 14]
