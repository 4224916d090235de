"""Features taken from an earlier cache: the same are found, others are made anew."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.teachers import ExtractOptions, FeatureCache, extract_text, extract_videos
from skelshot.teachers.cache.reuse import ReusedFeatures
from skelshot.teachers.extract.frame_sources import VideoSource
from skelshot.videos.encode import write_video

Grow = Callable[[list[str]], Store]
Teach = Callable[..., tuple[FeatureCache, int]]


def film(folder: Path, name: str, content: str) -> None:
    pictures = rng_for("film", content).integers(0, 255, (12, 36, 64, 3), np.uint8)
    write_video(folder / f"{name}.avi", pictures)


@pytest.fixture
def grown(tmp_path: Path, write_clip: Callable[..., None]) -> Grow:
    """What makes a store of clips by their names, and a video of each."""

    def grow(names: list[str]) -> Store:
        (tmp_path / "raw").mkdir(exist_ok=True)
        for name in names:
            write_clip(tmp_path / "raw", name)
            film(tmp_path, name, name)
        store = tmp_path / f"store-{len(names)}"
        prepare(NpzReader(), tmp_path / "raw", store)
        return Store.open(store)

    return grow


@pytest.fixture
def taught(tmp_path: Path, mean_teacher: ModuleType) -> Teach:
    """What teaches a store, and returns the cache and how many samples the teacher saw."""

    def teach(
        store: Store, out: str, reuse: str | None = None, draws: int = 1
    ) -> tuple[FeatureCache, int]:
        teacher = mean_teacher.MeanTeacher()
        earlier = tmp_path / reuse if reuse else None
        how = ExtractOptions(draws=draws, batch=3, shard=2, reuse=earlier)
        source = VideoSource(tmp_path, mean_teacher.OPTIONS)
        extract_videos(store, teacher, source, ["{}"], tmp_path / out, options=how)
        return FeatureCache.open(tmp_path / out), teacher.seen

    return teach


def test_only_what_is_new_or_changed_goes_through_the_teacher(
    grown: Grow, taught: Teach, tmp_path: Path
) -> None:
    names = ["bow_0", "bow_1", "wave_0", "wave_1", "wave_2"]
    _, seen = taught(grown(names[:4]), "first")
    assert seen == 8  # four clips, two samples each
    store = grown(["arm_0", *names])
    film(tmp_path, "bow_1", "another")
    found, seen = taught(store, "second", reuse="first")
    assert seen == 6  # arm_0 and wave_2 are new, bow_1 has another video
    expected, _ = taught(store, "anew")
    assert found.video is not None
    assert expected.video is not None
    assert found.video.clips == expected.video.clips
    np.testing.assert_array_equal(found.video.video, expected.video.video)
    assert found.video.notes() == expected.video.notes()


def test_other_samples_are_other_clips(grown: Grow, taught: Teach) -> None:
    store = grown(["bow_0", "wave_0"])
    taught(store, "first")
    _, seen = taught(store, "second", reuse="first", draws=2)
    assert seen == 6


def test_what_has_no_keys_is_refused(
    grown: Grow, taught: Teach, mean_teacher: ModuleType, tmp_path: Path
) -> None:
    store = grown(["bow_0", "wave_0"])
    extract_text(store, mean_teacher.MeanTeacher(), ["{}"], tmp_path / "texts")
    with pytest.raises(SkelshotError, match="found no video features that `teach` made"):
        ReusedFeatures(tmp_path / "texts")
    with pytest.raises(SkelshotError, match="not a feature cache"):
        taught(store, "second", reuse="absent")
