from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.clips import Clip
from skelshot.datasets.ntu import NtuReader
from skelshot.datasets.readers import Source
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.videos.clip_frames import ClipFrames, VideoOptions, clip_draws, clip_frames
from skelshot.videos.crop import CropBox, crop_frames
from skelshot.videos.crop_picture import FELL_BACK, SQUARE, crop_picture
from skelshot.videos.decode import VideoFile
from skelshot.videos.encode import write_video

av = pytest.importorskip("av")

SMALL = VideoOptions(frames=4, size=32, sensor_size=(160, 90))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> VideoFile:
    """Forty frames; the upper half brightens by 6 a frame, a white block stands at (100, 50)."""
    path = tmp_path_factory.mktemp("video") / "clip_rgb.avi"
    frames = np.zeros((40, 90, 160, 3), np.uint8)
    frames[:, :45] = (6 * np.arange(40))[:, None, None, None]
    frames[:, 50:60, 100:110] = 255
    write_video(path, frames, quality=4)
    return VideoFile(path)


def moving(frames: int = 40, numbers: np.ndarray | None = None) -> SkeletonSequence:
    """One person whose joints fill (80, 30) to (120, 70)."""
    rng = np.random.default_rng(0)
    pixels = rng.uniform([80, 30], [120, 70], (1, frames, 25, 2)).astype(np.float32)
    pixels[0, 0, :2] = [80, 30], [120, 70]
    joints = rng.normal(size=(1, frames, 25, 3)).astype(np.float32)
    present = np.ones((1, frames), bool)
    return SkeletonSequence(joints, present, KINECT_V2, numbers, pixels=pixels)


def brightness(clip: ClipFrames) -> list[int]:
    """Read the frame numbers off the pictures."""
    return (clip.frames[:, 2, 2].mean(axis=1) / 6).round().astype(int).tolist()


def test_centres_cropped(video: VideoFile) -> None:
    clip = clip_frames(video, moving(), SMALL)
    assert clip.indices.tolist() == clip.rows.tolist() == [5, 15, 25, 35] == brightness(clip)
    assert clip.frames.shape == (4, 32, 32, 3)
    assert clip.box == CropBox(74, 24, 52, 52)
    assert (clip.video_size, clip.clamped, clip.fallback) == ((160, 90), 0, None)
    whole = video.read(clip.indices.tolist())
    np.testing.assert_array_equal(clip.frames, crop_frames(whole, clip.box, 32))
    # the block (100, 50) stands at (26, 26) of the crop's 52 pixels
    assert clip.frames[0, 17:21, 17:21].min() > 230


def test_the_skeletons_own_frame_numbers_count(video: VideoFile) -> None:
    numbers = np.r_[10:14, 30:34]
    clip = clip_frames(video, moving(8, numbers), SMALL)
    assert clip.rows.tolist() == [1, 3, 5, 7]
    assert clip.indices.tolist() == [11, 13, 31, 33] == brightness(clip)


def test_a_clip_within_a_recording(video: VideoFile) -> None:
    clip = clip_frames(video, moving(8), SMALL, frame_range=(20, 28))
    assert clip.indices.tolist() == [21, 23, 25, 27] == brightness(clip)


def test_draws_decode_once_and_differ(video: VideoFile, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    visit = VideoFile.visit

    def counted(self: VideoFile, indices: set[int], *rest: object) -> None:
        calls.append(len(indices))
        visit(self, indices, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(VideoFile, "visit", counted)
    rngs = [None, *(rng_for(0, "clip", draw) for draw in range(3))]
    clips = clip_draws(video, moving(), SMALL, rngs)
    assert len(calls) == 1
    assert len({tuple(clip.indices) for clip in clips}) == 4
    assert len({clip.box for clip in clips}) == 1
    for clip in clips:
        assert brightness(clip) == clip.indices.tolist()
    again = clip_frames(video, moving(), SMALL, rng=rng_for(0, "clip", 1))
    np.testing.assert_array_equal(again.frames, clips[2].frames)


def test_a_video_a_little_shorter_than_its_skeleton(video: VideoFile) -> None:
    options = SMALL.model_copy(update={"frames": 45})
    clip = clip_frames(video, moving(45), options)
    assert clip.indices.tolist() == [*range(40), 39, 39, 39, 39, 39] == brightness(clip)
    assert clip.clamped == 5
    with pytest.raises(SkelshotError, match=r"found 40 frames, but the skeleton reaches frame 45"):
        clip_frames(video, moving(46), options)
    strict = SMALL.model_copy(update={"tail": 0})
    assert clip_frames(video, moving(40), strict).clamped == 0
    with pytest.raises(SkelshotError, match=r"reaches frame 40 \(up to 0 may be missing\)"):
        clip_frames(video, moving(41), strict)


def test_a_truncated_video_is_called_so(video: VideoFile, tmp_path: Path) -> None:
    with av.open(str(video.path)) as container:
        places = [packet.pos for packet in container.demux(video=0) if packet.size]
    (tmp_path / "cut.avi").write_bytes(video.path.read_bytes()[: places[20]])
    with pytest.raises(SkelshotError, match=r"found 20 of the 40 frames that .* truncated"):
        clip_frames(VideoFile(tmp_path / "cut.avi"), moving(), SMALL)


def test_one_frame_serves_a_short_skeleton(tmp_path: Path) -> None:
    write_video(tmp_path / "one.avi", [np.full((90, 160, 3), 60, np.uint8)])
    clip = clip_frames(VideoFile(tmp_path / "one.avi"), moving(2), SMALL)
    assert clip.indices.tolist() == [0, 0, 0, 0]
    assert clip.clamped == 2


def test_without_places_in_the_picture_the_whole_frame_is_taken(video: VideoFile) -> None:
    sequence = moving()
    bare = SkeletonSequence(sequence.joints, sequence.present, KINECT_V2)
    clip = clip_frames(video, bare, SMALL)
    assert clip.fallback == "the store keeps no joint positions in the picture"
    assert clip.box == CropBox(35, 0, 90, 90, clip.fallback)
    whole = clip_frames(video, sequence, SMALL.model_copy(update={"crop": "none"}))
    assert whole.fallback is None
    np.testing.assert_array_equal(whole.frames, clip.frames)
    squeezed = SMALL.model_copy(update={"crop": "none", "whole": "squeeze"})
    assert clip_frames(video, sequence, squeezed).box == CropBox(0, 0, 160, 90)


def test_joints_in_pixels_are_their_own_places(video: VideoFile) -> None:
    sequence = moving()
    assert sequence.pixels is not None
    flat = SkeletonSequence(sequence.pixels, sequence.present, KINECT_V2)
    assert clip_frames(video, flat, SMALL).box == clip_frames(video, sequence, SMALL).box


def test_joints_may_have_been_found_in_the_video_itself(video: VideoFile) -> None:
    own = SMALL.model_copy(update={"sensor_size": "video"})
    assert clip_frames(video, moving(), own).box == clip_frames(video, moving(), SMALL).box
    assert crop_picture(video, moving(), clip_frames(video, moving(), own), own).shape[2] == 3
    assert own.key() != SMALL.key()


def test_a_turned_video_is_counted_as_a_fallback(video: VideoFile) -> None:
    upright = SMALL.model_copy(update={"sensor_size": (90, 160)})
    clip = clip_frames(video, moving(), upright)
    assert clip.fallback is not None
    assert "turned" in clip.fallback
    assert clip.box == CropBox(35, 0, 90, 90, clip.fallback)


def test_a_real_clip(real_data_dir: Path) -> None:
    """Somebody drinks: what moves in the picture moves within the box of the joints."""
    folder = real_data_dir / "ntu-samples"
    path = folder / "S001C001P001R001A001_rgb.avi"
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    source = Source("clip", folder / "S001C001P001R001A001.skeleton")
    (read,) = NtuReader().read(source)
    assert isinstance(read, Clip)
    video = VideoFile(path)
    clip = clip_frames(video, read.sequence, VideoOptions())
    assert (clip.fallback, clip.clamped, clip.video_size) == (None, 0, (1920, 1080))
    assert clip.box.width == clip.box.height < 600
    whole = video.read([6, 45], short_side=270).astype(int)
    moved = np.abs(whole[1] - whole[0]).max(axis=2) > 40
    moved[:, :24] = False  # a chair at the left border turns
    left, top, side = clip.box.left // 4, clip.box.top // 4, clip.box.width // 4
    inside = moved[top : top + side, left : left + side].sum()
    assert inside > 0.95 * moved.sum() > 100


def test_options_are_told_apart() -> None:
    changes = {
        "frames": 16,
        "size": 336,
        "crop": "none",
        "margin": 0.2,
        "whole": "squeeze",
        "sensor_size": (1280, 720),
        "tail": 0,
    }
    assert changes.keys() == VideoOptions.model_fields.keys()
    keys = {VideoOptions(**{name: value}).key() for name, value in changes.items()}
    assert len(keys | {VideoOptions().key()}) == len(changes) + 1
    for name, value in {"frames": 0, "size": 1, "margin": -1, "crop": "no", "other": 1}.items():
        with pytest.raises(SkelshotError, match=name):
            VideoOptions(**{name: value})


def test_the_picture_shows_box_and_crop(video: VideoFile) -> None:
    sequence = moving()
    clip = clip_frames(video, sequence, SMALL)
    picture = crop_picture(video, sequence, clip, SMALL, height=90)
    assert picture.shape == (2 * 90 + 6, 2 * (160 + 90) + 6, 3)
    assert (picture[24, 74:125] == SQUARE).all()
    assert (picture[24:75, 74] == SQUARE).all()
    bare = SkeletonSequence(sequence.joints, sequence.present, KINECT_V2)
    clip = clip_frames(video, bare, SMALL)
    picture = crop_picture(video, bare, clip, SMALL, height=90)
    assert (picture[0, 35:124] == FELL_BACK).all()
