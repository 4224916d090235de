"""To which picture joints belong: what clips say, what options say, and who says nothing."""

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layouts import COCO_17, KINECT_V1, KINECT_V2
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.videos.clip_frames import VideoOptions
from skelshot.videos.joint_crop import doubt_about
from skelshot.videos.joint_picture import JointPicture, picture_of

Size = tuple[int, int] | None


def clip(layout: SkeletonLayout, channels: int, pixels: bool, size: Size) -> SkeletonSequence:
    shape = (1, 4, layout.num_joints)
    places = np.full((*shape, 2), 50, np.float32) if pixels else None
    return SkeletonSequence(
        np.zeros((*shape, channels), np.float32),
        np.ones((1, 4), bool),
        layout,
        pixels=places,
        picture_size=size,
    )


@pytest.mark.parametrize(
    ("layout", "channels", "pixels", "size", "expected"),
    [
        (COCO_17, 2, False, (320, 240), JointPicture((320, 240), "clip")),
        (KINECT_V2, 3, True, (1280, 720), JointPicture((1280, 720), "clip")),
        (KINECT_V2, 3, True, None, JointPicture((1920, 1080), "kinect-v2")),  # an older store
        (KINECT_V2, 2, False, None, JointPicture(None, "unknown")),
        (COCO_17, 2, False, None, JointPicture(None, "unknown")),
        (KINECT_V1, 3, True, None, JointPicture(None, "unknown")),
        (KINECT_V2, 3, False, None, JointPicture(None, "none")),
    ],
)
def test_what_clips_say(
    layout: SkeletonLayout, channels: int, pixels: bool, size: Size, expected: JointPicture
) -> None:
    sequence = clip(layout, channels, pixels, size)
    assert picture_of(sequence) == expected
    options = VideoOptions()
    if expected.origin == "unknown":
        with pytest.raises(SkelshotError, match=r"pass --sensor WxH .* or --sensor video"):
            options.sensor_of(sequence, (64, 48))
        assert options.model_copy(update={"crop": "none"}).sensor_of(sequence, (64, 48)) == (64, 48)
    else:
        assert options.sensor_of(sequence, (64, 48)) == (expected.size or (64, 48))
    for words, told in (((640, 480), (640, 480)), ("video", (64, 48))):
        chosen = VideoOptions(sensor_size=words)
        assert chosen.sensor_of(sequence, (64, 48)) == told  # the caller's word counts
        origin = "none" if expected.origin == "none" else chosen.picture(expected).origin
        assert origin in ("none", "option", "video")


def test_keys_of_kinect_clips_are_as_before_clips_named_their_pictures() -> None:
    fixed = VideoOptions(sensor_size=(1920, 1080)).key()
    for size in (None, (1920, 1080)):
        stated = picture_of(clip(KINECT_V2, 3, True, size))
        assert VideoOptions().settled(stated).key() == fixed
    other = picture_of(clip(KINECT_V2, 3, True, (1280, 720)))
    assert VideoOptions().settled(other).key() != fixed
    # the digest that caches hold, from before `sensor_size` could be "clip"
    before = "6c4ea2dd"
    assert fixed[:8] == before


@pytest.mark.parametrize(
    ("low", "high", "size", "message"),
    [
        ((100, 100), (250, 230), (320, 240), None),
        ((100, 100), (250, 230), (1920, 1080), "upper left quarter of 1920 x 1080"),
        ((700, 300), (900, 700), (640, 480), "80 of 80 joints lie outside 640 x 480"),
        ((100, 200), (400, 560), (640, 480), None),  # the feet are below the picture
    ],
)
def test_joints_that_hardly_fit_their_picture(
    low: tuple[int, int], high: tuple[int, int], size: tuple[int, int], message: str | None
) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.uniform(low, high, (1, 4, 20, 2)).astype(np.float32)
    doubt = doubt_about(pixels, np.ones((1, 4), bool), size)
    assert doubt is None if message is None else message in str(doubt)
    pixels[0, 0] = np.nan
    pixels[0, 1] = 0
    doubt = doubt_about(pixels, np.ones((1, 4), bool), size)  # the unknown do not count
    assert (doubt is None) == (message is None)
    assert doubt_about(pixels, np.zeros((1, 4), bool), size) is None
