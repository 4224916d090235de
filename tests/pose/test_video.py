"""From a video to a clip, with an estimator that follows a script."""

import re
from pathlib import Path

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.pose import BodyPose, read_video, video_poses
from skelshot.skeletons.layouts import MEDIAPIPE_33
from skelshot.skeletons.transforms import mirror

from .stand_ins import ScriptedEstimator, body, hips_of


def test_one_person(video: Path) -> None:
    estimator = ScriptedEstimator(lambda n: [body(0, 40 + n)] if n != 5 else [])
    poses = video_poses(video, estimator)
    clip = poses.sequence
    assert clip.joints.shape == (1, 12, 33, 3)
    assert clip.layout is MEDIAPIPE_33
    assert clip.rate == 25
    assert clip.picture_size == (160, 90)
    assert estimator.begun == [(1, 25.0)]
    assert clip.present[0].tolist() == [n != 5 for n in range(12)]
    assert clip.pixels is not None
    assert hips_of(clip.pixels[0])[:3] == [40, 41, 42]
    assert clip.confidence is not None
    assert clip.confidence[0, 0, 0] == pytest.approx(0.9)
    assert poses.remarks == ("nobody was found in 1 of 12 pictures",)
    hips = clip.joints[0, :5, [23, 24]].mean(axis=0)
    assert hips[:, 2] == pytest.approx(np.full(5, 2), abs=0.3)
    assert (np.diff(hips[:, 0]) < 0).all()  # to the picture's right: the camera's own right
    assert clip.joints[0, 0, 15, 1] > clip.joints[0, 0, 23, 1]  # y is up


def test_a_mirror_image_exchanges_left_and_right(video: Path) -> None:
    estimator = ScriptedEstimator(lambda n: [body(0)])
    plain, turned = (
        video_poses(video, estimator, mirrored=told).sequence  # type: ignore[arg-type]
        for told in ("no", "yes")
    )
    assert turned.joints == pytest.approx(mirror(plain.joints, MEDIAPIPE_33), abs=1e-5)
    assert turned.pixels is not None
    assert plain.pixels is not None
    assert turned.pixels == pytest.approx(plain.pixels[:, :, list(MEDIAPIPE_33.mirror)])


@pytest.mark.parametrize(
    ("persons", "kept", "remarks"),
    [
        (1, 1, ["up to 2 people stand in one picture", "1 more person was followed"]),
        (2, 2, []),
        (6, 2, []),
    ],
)
def test_several_people(video: Path, persons: int, kept: int, remarks: list[str]) -> None:
    estimator = ScriptedEstimator(lambda n: [body(7, 30 + n), body(3, 120 - n)])
    poses = video_poses(video, estimator, persons)
    assert poses.sequence.persons == kept
    assert poses.sequence.present.all()
    assert sorted(remark[:25] for remark in poses.remarks) == sorted(r[:25] for r in remarks)


def test_a_crowd_that_flickers_stays_small(video: Path) -> None:
    """Each picture brings six new people; nothing grows with their number."""
    estimator = ScriptedEstimator(lambda n: [body(6 * n + k) for k in range(6)])
    assert video_poses(video, estimator, 6).sequence.persons <= 6


def test_pictures_that_are_handed_over_again_begin_anew(
    video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from skelshot.videos.decode import VideoFile

    whole = VideoFile.visit

    def twice(self: VideoFile, indices: range, use: object, short_side: int | None = None) -> None:
        whole(self, range(7), use, short_side)  # type: ignore[arg-type]
        whole(self, indices, use, short_side)  # type: ignore[arg-type]

    monkeypatch.setattr(VideoFile, "visit", twice)
    estimator = ScriptedEstimator(lambda n: [body(0, 40 + n)])
    clip = video_poses(video, estimator).sequence
    assert clip.pixels is not None
    assert hips_of(clip.pixels[0]) == list(range(40, 52))
    assert len(estimator.begun) == 2


def wrong_shape(n: int) -> list[BodyPose]:
    one = body(0)
    return [BodyPose(0, one.world[:17], one.pixels[:17], one.confidence[:17])]


def not_finite(n: int) -> list[BodyPose]:
    one = body(0)
    return [BodyPose(0, one.world * np.float32(np.nan), one.pixels, one.confidence)]


@pytest.mark.parametrize(
    ("script", "words", "message"),
    [
        (lambda n: [], {}, "found nobody in 12 pictures, expected a person"),
        (wrong_shape, {}, r"found world, pixels and confidence of shapes \(\(17, 3\)"),
        (not_finite, {}, "picture 0: found joints that are no numbers"),
        (lambda n: [body(0)], {"persons": 0}, "--persons: found 0, expected 1 to 6"),
        (lambda n: [body(0)], {"persons": 7}, "--persons: found 7, expected 1 to 6"),
        (lambda n: [body(0)], {"focal": 0.0}, "--focal: found 0, expected 0.1 to 10"),
        (lambda n: [body(0)], {"focal": float("nan")}, "--focal: found nan"),
    ],
)
def test_what_cannot_be_is_one_line(
    video: Path, script: object, words: dict[str, float], message: str
) -> None:
    with pytest.raises(SkelshotError, match=message) as caught:
        video_poses(video, ScriptedEstimator(script), **words)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file, expected a video"),
        (b"", "found an empty file"),
        (b"no video at all" * 99, "cannot be opened as a video"),
        (b"PK\x03\x04" + bytes(999), "cannot be opened as a video"),
    ],
)
def test_what_is_no_video_is_one_line(tmp_path: Path, content: bytes | None, message: str) -> None:
    pytest.importorskip("av")
    path = tmp_path / "a.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SkelshotError, match=f"{re.escape(str(path))}.*{message}"):
        video_poses(path, ScriptedEstimator(lambda n: [body(0)]))


def test_a_truncated_video_gives_what_it_holds(video: Path) -> None:
    content = video.read_bytes()
    video.write_bytes(content[: len(content) * 2 // 3])
    clip = video_poses(video, ScriptedEstimator(lambda n: [body(0)])).sequence
    assert 0 < clip.frames < 12


def test_pictures_of_two_sizes_are_refused(video: Path) -> None:
    from skelshot.pose.video import _Seen

    seen = _Seen(video, ScriptedEstimator(lambda n: [body(0)]), 1, 25.0, None)
    seen.use(0, np.zeros((90, 160, 3), np.uint8))
    with pytest.raises(SkelshotError, match="picture 1: found 80 x 60 pixels, expected 160 x 90"):
        seen.use(1, np.zeros((60, 80, 3), np.uint8))


@pytest.mark.parametrize(
    ("backend", "options", "message"),
    [
        ("litrt", {}, "--backend: found 'litrt', expected one of litert, mediapipe; did you mean"),
        ("litert", {"model": "huge"}, "pose estimator litert.*model: found 'huge'"),
        ("litert", {"modle": "lite"}, "found the unknown option 'modle'.*did you mean 'model'"),
        ("litert", {"models": "nowhere"}, "nowhere/.*no such model file; it travels in the npm"),
        ("mediapipe", {"model": "lite"}, "found the unknown option 'model', expected task"),
    ],
)
def test_a_wrong_call_is_one_line(
    video: Path, backend: str, options: dict[str, str], message: str
) -> None:
    with pytest.raises(SkelshotError, match=message):
        read_video(video, backend, **options)  # type: ignore[arg-type]
