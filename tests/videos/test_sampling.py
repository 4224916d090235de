import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.videos.sampling import segment_centres, segment_draw, video_numbers


def clip(numbers: list[int] | None, frames: int = 3) -> SkeletonSequence:
    frames = frames if numbers is None else len(numbers)
    return SkeletonSequence(
        np.zeros((1, frames, 25, 3), np.float32),
        np.ones((1, frames), bool),
        KINECT_V2,
        None if numbers is None else np.array(numbers),
    )


@pytest.mark.parametrize("frames", [1, 2, 7, 8, 9, 103, 300])
@pytest.mark.parametrize("count", [1, 8, 16, 32])
def test_centres_are_those_of_equal_segments(frames: int, count: int) -> None:
    literal = [int((i + 0.5) * frames / count) for i in range(count)]
    assert segment_centres(frames, count).tolist() == literal


@pytest.mark.parametrize("frames", [1, 3, 8, 50])
def test_draws_stay_in_their_segments(frames: int) -> None:
    rng = np.random.default_rng(0)
    seen = np.stack([segment_draw(frames, 8, rng) for _ in range(400)])
    for place in range(8):
        lowest, highest = place * frames / 8, (place + 1) * frames / 8
        assert seen[:, place].min() >= int(lowest)
        assert seen[:, place].max() <= min(int(np.ceil(highest)) - 1, frames - 1)
    assert set(seen.ravel().tolist()) == set(range(frames))  # every frame has its chance
    assert (np.diff(seen) >= 0).all()


def test_draws_depend_on_the_seed_alone() -> None:
    first = segment_draw(99, 8, np.random.default_rng(7))
    assert (first == segment_draw(99, 8, np.random.default_rng(7))).all()
    assert (first != segment_draw(99, 8, np.random.default_rng(8))).any()


@pytest.mark.parametrize(("frames", "count"), [(0, 8), (8, 0)])
def test_nothing_cannot_be_sampled(frames: int, count: int) -> None:
    with pytest.raises(SkelshotError, match="found 0"):
        segment_centres(frames, count)
    with pytest.raises(SkelshotError, match="found 0"):
        segment_draw(frames, count, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("numbers", "within", "expected"),
    [
        (None, None, [0, 1, 2]),
        ([0, 4, 9], None, [0, 4, 9]),  # frames with nobody are left out
        (None, (500, 503), [500, 501, 502]),
        ([0, 4, 9], (500, 510), [500, 504, 509]),
        ([500, 504, 509], (500, 510), [500, 504, 509]),  # counted in the recording
        ([0, 1], (0, 2), [0, 1]),
    ],
)
def test_frames_of_the_video(
    numbers: list[int] | None, within: tuple[int, int] | None, expected: list[int]
) -> None:
    assert video_numbers(clip(numbers), within).tolist() == expected


@pytest.mark.parametrize(
    ("numbers", "within", "message"),
    [
        ([0, 12], (500, 510), "found frames 0 to 12, but the clip's range in the video is 500"),
        ([0, 1], (-3, 5), "range in the video is -3 to 4"),
        ([-1, 3], None, "found -1, expected 0 or more"),
        ([], None, "found no frame"),
    ],
)
def test_numbers_that_do_not_fit(
    numbers: list[int], within: tuple[int, int] | None, message: str
) -> None:
    with pytest.raises(SkelshotError, match=message):
        video_numbers(clip(numbers), within)
