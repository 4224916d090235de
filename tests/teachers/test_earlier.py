"""Features taken from an earlier cache: the same are found, others are made anew."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.npz_files import write_npz_clip
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.teachers import FeatureCache, VideoTeaching, teach_text, teach_videos
from skelshot.teachers.earlier import EarlierFeatures
from skelshot.teachers.frame_sources import VideoSource
from skelshot.videos.encode import write_video

pytest.importorskip("av")

_SPEC = importlib.util.spec_from_file_location(
    "mean_teacher", Path(__file__).with_name("mean_teacher.py")
)
mean_teacher: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(mean_teacher)


def grown(folder: Path, names: list[str]) -> Store:
    """Make a store of clips, and videos of those that have none yet."""
    for name in names:
        rng = rng_for("clip", name)
        write_npz_clip(
            folder / "raw" / f"{name}.npz",
            rng.normal(size=(12, 25, 3)),
            label=name.partition("_")[0],
            layout=KINECT_V2,
            pixels=rng.uniform([800, 300], [1100, 700], (1, 12, 25, 2)),
        )
        film(folder, name, name)
    store = folder / f"store-{len(names)}"
    prepare(NpzReader(), folder / "raw", store)
    return Store.open(store)


def film(folder: Path, name: str, content: str) -> None:
    pictures = rng_for("film", content).integers(0, 255, (12, 36, 64, 3), np.uint8)
    write_video(folder / f"{name}.avi", pictures)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    return tmp_path


def taught(
    folder: Path, store: Store, out: str, reuse: str | None = None, draws: int = 1
) -> tuple[FeatureCache, int]:
    teacher = mean_teacher.MeanTeacher()
    how = VideoTeaching(draws=draws, batch=3, shard=2, reuse=folder / reuse if reuse else None)
    source = VideoSource(folder, mean_teacher.OPTIONS)
    teach_videos(store, teacher, source, ["{}"], folder / out, teaching=how)
    return FeatureCache.open(folder / out), teacher.seen


def test_only_what_is_new_or_changed_goes_through_the_teacher(folder: Path) -> None:
    names = ["bow_0", "bow_1", "wave_0", "wave_1", "wave_2"]
    _, seen = taught(folder, grown(folder, names[:4]), "first")
    assert seen == 8  # four clips, two samples each
    store = grown(folder, ["arm_0", *names])
    film(folder, "bow_1", "another")
    found, seen = taught(folder, store, "second", reuse="first")
    assert seen == 6  # arm_0 and wave_2 are new, bow_1 has another video
    expected, _ = taught(folder, store, "anew")
    assert found.video is not None
    assert expected.video is not None
    assert found.video.clips == expected.video.clips
    np.testing.assert_array_equal(found.video.video, expected.video.video)
    assert found.video.notes() == expected.video.notes()


def test_other_samples_are_other_clips(folder: Path) -> None:
    store = grown(folder, ["bow_0", "wave_0"])
    taught(folder, store, "first")
    _, seen = taught(folder, store, "second", reuse="first", draws=2)
    assert seen == 6


def test_what_has_no_keys_is_refused(folder: Path) -> None:
    store = grown(folder, ["bow_0", "wave_0"])
    teach_text(store, mean_teacher.MeanTeacher(), ["{}"], folder / "texts")
    with pytest.raises(SkelshotError, match="found no video features that `teach` made"):
        EarlierFeatures(folder / "texts")
    with pytest.raises(SkelshotError, match="not a feature cache"):
        taught(folder, store, "second", reuse="absent")
