"""What was found, drawn over the video: who, where, in which colours."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skelshot.ground import SkelshotError
from skelshot.pose import video_poses
from skelshot.pose.drawing import draw_poses
from skelshot.skeletons import SkeletonSequence
from skelshot.skeletons.layouts import COCO_17
from skelshot.videos.decode import VideoFile

from .stand_ins import ScriptedEstimator, body

BLUE, ORANGE = np.array([0, 114, 178]), np.array([230, 159, 0])


@pytest.fixture
def dark(tmp_path: Path) -> Path:
    """Nine black pictures, 161 x 91."""
    pytest.importorskip("av")
    from skelshot.videos.encode import write_video

    path = tmp_path / "dark.mp4"
    write_video(path, [np.zeros((90, 160, 3), np.uint8)] * 9, fps=10)
    return path


def standing(persons: int = 1) -> SkeletonSequence:
    """People whose left limbs stand at column 120 and right ones at 40, plus 8 a person."""
    places = np.zeros((persons, 9, 17, 2), np.float32)
    for joint, name in enumerate(COCO_17.joints):
        places[:, :, joint, 0] = 120 if name.startswith("left") else 40
        places[:, :, joint, 1] = 10 + 4 * joint
    places[..., 0] += 8 * np.arange(persons)[:, None, None]
    there = np.ones(places.shape[:2], bool)
    sure = np.ones(places.shape[:3], np.float32)
    joints = np.zeros((*places.shape[:3], 3), np.float32)
    return SkeletonSequence(
        joints, there, COCO_17, None, sure, pixels=places, picture_size=(160, 90), rate=10.0
    )


def film(path: Path) -> np.ndarray:
    return VideoFile(path).read(range(VideoFile(path).frames)).astype(int)


def like(picture: np.ndarray, colour: np.ndarray) -> np.ndarray:
    return (np.abs(picture - colour).max(axis=-1) < 90) & (picture.max(axis=-1) > 80)


def test_a_film_shows_sides_where_they_are(dark: Path, tmp_path: Path) -> None:
    shown = film(draw_poses(dark, standing(), tmp_path / "out.mp4"))
    assert shown.shape == (9, 90, 160, 3)
    assert VideoFile(tmp_path / "out.mp4").rate == 10
    assert (shown[:, 30:70, 117:124].max(axis=(2, 3)) > 60).mean() > 0.9
    assert like(shown[4, 40:76, 116:125], BLUE).any()
    assert like(shown[4, 40:76, 36:45], ORANGE).any()
    assert shown[:, :, 132:].max() < 40


def test_who_is_absent_or_unseen_is_not_drawn(dark: Path, tmp_path: Path) -> None:
    clip = standing()
    there, sure = clip.present.copy(), np.ones_like(clip.pixels[..., 0])  # type: ignore[index]
    there[:, 5:] = False
    sure[:, :3] = 0.01
    shown = film(
        draw_poses(dark, replace(clip, present=there, confidence=sure), tmp_path / "o.mp4")
    )
    bright = shown.max(axis=(1, 2, 3)) > 90
    assert bright.tolist() == [False] * 3 + [True] * 2 + [False] * 4


def test_a_sheet_of_moments_numbers_several_people(dark: Path, tmp_path: Path) -> None:
    one, two = (
        np.asarray(Image.open(draw_poses(dark, standing(count), tmp_path / f"{count}.png")))
        for count in (1, 2)
    )
    assert one.shape == two.shape == (2 * 90 + 2, 3 * 160 + 4, 3)
    white = [(picture[:9, :160].min(axis=-1) > 200).sum() for picture in (one, two)]
    assert white[0] < white[1]


def test_an_estimators_people_are_drawn(video: Path, tmp_path: Path) -> None:
    found = video_poses(video, ScriptedEstimator(lambda n: [body(0)])).sequence
    shown = np.asarray(Image.open(draw_poses(video, found, tmp_path / "found.png")))
    assert like(shown.astype(int), BLUE).sum() > 20


def test_places_in_the_picture_are_needed(dark: Path, tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match="without places in the picture"):
        draw_poses(dark, replace(standing(), pixels=None), tmp_path / "o.mp4")
    assert not (tmp_path / "o.mp4").exists()
