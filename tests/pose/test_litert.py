"""The real models on the real clip: who, where, which side."""

from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.clips import Clip
from skelshot.datasets.ntu import NtuReader
from skelshot.ground import SkelshotError
from skelshot.pose import VideoPoses, estimator_named, video_poses
from skelshot.skeletons.layouts import KINECT_V2, MEDIAPIPE_33
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.videos.decode import VideoFile
from skelshot.videos.encode import write_video

from .stand_ins import hips_of

JOINTS = [
    f"{side} {joint}"
    for side in ("left", "right")
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
]
OURS = [MEDIAPIPE_33.joints.index(joint) for joint in JOINTS]


@pytest.fixture(scope="module")
def kinect(ntu_video: Path) -> SkeletonSequence:
    """The clip as the Kinect saw it."""
    reader = NtuReader(missing_list="none")
    [source] = [one for one in reader.sources(ntu_video.parent) if "A001." in one.name]
    [clip] = reader.read(source)
    assert isinstance(clip, Clip)
    return clip.sequence


@pytest.fixture(scope="module")
def poses(ntu_video: Path, models: Path) -> VideoPoses:
    return video_poses(ntu_video, estimator_named("litert", model="lite", models=models))


def error(clip: SkeletonSequence, kinect: SkeletonSequence, mirrored: bool) -> float:
    """Median distance in pixels of the joints that both have, sides as named or exchanged."""
    theirs = [KINECT_V2.joints.index(joint) for joint in JOINTS]
    assert clip.pixels is not None
    assert kinect.pixels is not None
    own = clip.pixels[0][:, list(MEDIAPIPE_33.mirror)] if mirrored else clip.pixels[0]
    return float(np.median(np.linalg.norm(own[:, OURS] - kinect.pixels[0][:, theirs], axis=-1)))


def test_on_ntus_video_left_is_the_kinects_left(
    poses: VideoPoses, kinect: SkeletonSequence
) -> None:
    """Taken as they are named by the model, sides would be exchanged."""
    assert poses.mirroring.mirrored
    assert error(poses.sequence, kinect, mirrored=False) < 16
    assert error(poses.sequence, kinect, mirrored=True) > 35


def test_the_body_in_the_room_is_the_kinects(poses: VideoPoses, kinect: SkeletonSequence) -> None:
    """About the hips, in the same axes: x to the sensor's left, y up, z away."""
    theirs = [KINECT_V2.joints.index(joint) for joint in JOINTS]
    hips = [3, 9]
    ours, other = (
        joints - joints[:, hips].mean(axis=1, keepdims=True)
        for joints in (poses.sequence.joints[0][:, OURS], kinect.joints[0][:, theirs])
    )
    assert np.median(np.linalg.norm(ours - other, axis=-1)) < 0.13
    assert poses.sequence.rate == 30
    assert poses.sequence.present.all()
    assert poses.remarks == ()


def test_two_people_who_pass_each_other_stay_who_they_are(
    ntu_video: Path, models: Path, tmp_path: Path
) -> None:
    """The clip's person goes from left to right before themselves going from right to left."""
    frames = VideoFile(ntu_video).read(range(0, 44))[:, 270:760]
    room = np.concatenate([frames[0][:, 1160:1700], frames[0][:, 300:840]], axis=1)
    pictures = []
    for n, frame in enumerate(frames):
        picture = room.copy()
        for first, last in ((820, 40), (40, 820)):
            left = first + (last - first) * n // 43
            picture[:, left : left + 200] = frame[:, 950:1150]
        pictures.append(picture)
    write_video(tmp_path / "two.avi", pictures)
    estimator = estimator_named("litert", model="lite", models=models, find_every=3)
    clip = video_poses(tmp_path / "two.avi", estimator, persons=2).sequence
    assert clip.persons == 2
    assert clip.pixels is not None
    ways = [hips_of(clip.pixels[person])[:: clip.frames - 1] for person in (0, 1)]
    there = clip.present[:, [0, -1]]
    assert there.all()
    assert sorted(end - start > 0 for start, end in ways) == [False, True]
    assert min(abs(end - start) for start, end in ways) > 600


def test_a_room_without_people_is_told(models: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    path = tmp_path / "empty.avi"
    write_video(path, [rng.integers(90, 120, (120, 160, 3), np.uint8) for _ in range(3)])
    for persons in (1, 2):
        with pytest.raises(SkelshotError, match="found nobody in 3 pictures"):
            video_poses(path, estimator_named("litert", model="lite", models=models), persons)


def test_a_damaged_model_is_refused(models: Path, tmp_path: Path) -> None:
    content = bytearray((models / "pose_landmark_lite.tflite").read_bytes())
    content[1000] ^= 1
    (tmp_path / "pose_landmark_lite.tflite").write_bytes(content)
    estimator = estimator_named("litert", model="lite", models=tmp_path)
    with pytest.raises(SkelshotError, match=r"found the sha256 .*, expected f17bfbec"):
        estimator.begin(1, 30.0)
