"""Frames of a clip's video: joints stand where the video shows them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from skelshot.explain.pictures import draw_explained
from skelshot.explain.pictures.film import SIDE, film_of
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.skeletons.sequence import SkeletonSequence

pytest.importorskip("av")


@pytest.fixture
def filmed(tmp_path: Path) -> tuple[Any, SkeletonSequence]:
    """A video with one bright patch that moves, and a clip whose head is that patch."""
    from skelshot.videos.decode import VideoFile
    from skelshot.videos.encode import write_video

    pictures = np.full((8, 180, 320, 3), 40, np.uint8)
    pixels = np.random.default_rng(0).uniform((120, 60), (200, 150), (1, 8, 25, 2))
    for frame in range(8):
        x, y = 140 + 6 * frame, 50
        pixels[0, frame, KINECT_V2.index("head")] = x, y
        pictures[frame, y - 4 : y + 5, x - 4 : x + 5] = 250
    write_video(tmp_path / "clip.avi", pictures, quality=5)
    pixels[0, 3, 0] = 0  # unknown
    clip = SkeletonSequence(
        np.ones((1, 8, 25, 3), np.float32), np.ones((1, 8), bool), KINECT_V2,
        pixels=(6 * pixels).astype(np.float32), picture_size=(1920, 1080),
    )  # fmt: skip
    return VideoFile(tmp_path / "clip.avi"), clip


def test_joints_stand_where_the_video_shows_them(filmed: tuple[Any, SkeletonSequence]) -> None:
    film = film_of(*filmed, count=4)
    assert film.frames.tolist() == [1, 3, 5, 7]
    assert film.pictures.shape == (4, SIDE, SIDE, 3)
    for picture, places in zip(film.pictures, film.places[0], strict=True):
        bright = np.argwhere(picture.min(-1) > 180).mean(0)[::-1]
        assert np.abs(places[KINECT_V2.index("head")] - bright).max() < 3
    assert np.isnan(film.places[0, 1, 0]).all()
    assert np.isnan(film.places).any(-1).sum() == 1


def test_the_strip_shows_the_film(
    filmed: tuple[Any, SkeletonSequence], figures: list[Figure], importance_of: Any
) -> None:
    video, clip = filmed
    film = film_of(video, clip, count=3)
    draw_explained(clip, {"ours": importance_of(clip)}, Path("a.png"), film=film)
    moments = figures[0].axes[0].child_axes
    assert [moment.get_title() for moment in moments] == ["1", "4", "6"]
    assert all(len(moment.images) == 1 for moment in moments)


def test_a_clip_without_pixels_is_refused(filmed: tuple[Any, SkeletonSequence]) -> None:
    video, clip = filmed
    bare = SkeletonSequence(clip.joints, clip.present, clip.layout)
    with pytest.raises(SkelshotError, match="keeps no joint positions in the picture"):
        film_of(video, bare, count=3)
