"""To which pictures joints belong and at which rate skeletons run: decided, said, or refused."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.npz import NpzReader
from skelshot.datasets.npz_files import write_npz_clip
from skelshot.datasets.prepare import prepare
from skelshot.datasets.readers import Source
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.skeletons.layouts import COCO_17
from skelshot.teachers import ExtractOptions, FeatureCache, extract_videos
from skelshot.teachers.extract.frame_sources import VideoSource
from skelshot.teachers.extract.pictures import clip_pictures, pictures_as_json, recorded_options
from skelshot.videos.clip_frames import VideoOptions
from skelshot.videos.encode import write_video


class Pictured(NpzReader):
    """Clips in pixels that know their picture, by name."""

    sizes: dict[str, tuple[int, int] | None]

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        for clip in super().read(source):
            if isinstance(clip, Clip):
                size = self.sizes[clip.name]
                yield replace(clip, sequence=replace(clip.sequence, picture_size=size))


@pytest.fixture
def made(tmp_path: Path, pictures: Callable[..., np.ndarray]) -> Callable[..., Store]:
    """What makes a store of clips in pixels, and a video of each, by their pictures' sizes."""

    def make(sizes: dict[str, tuple[int, int] | None], skeleton: int = 12, film: int = 12) -> Store:
        (tmp_path / "raw").mkdir()
        for name in sizes:
            places = rng_for("places", name).uniform([20, 10], [60, 40], (1, skeleton, 17, 2))
            label = name.partition("_")[0]
            write_npz_clip(tmp_path / "raw" / f"{name}.npz", places, label=label, layout=COCO_17)
            write_video(tmp_path / f"{name}.avi", pictures(name, frames=film))
        reader = Pictured()
        reader.sizes = sizes
        prepare(reader, tmp_path / "raw", tmp_path / "store")
        return Store.open(tmp_path / "store")

    return make


def test_each_clip_is_cropped_in_its_own_picture(
    made: Callable[..., Store], mean_teacher: ModuleType, tmp_path: Path
) -> None:
    store = made({"arm_0": (64, 36), "arm_1": (160, 90), "bow_0": None})
    source = VideoSource(tmp_path, mean_teacher.OPTIONS)
    report = extract_videos(store, mean_teacher.MeanTeacher(), source, ["{}"], tmp_path / "f")
    assert (report.clips, report.skipped, report.fallbacks) == (2, 1, 0)
    assert [(kind["size"], kind["from"], kind["clips"]) for kind in report.sensor] == [
        ([160, 90], "clip", 1),
        ([64, 36], "clip", 1),
        (None, "unknown", 1),
    ]
    with (tmp_path / "f" / "skipped.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert row["clip"] == "bow_0"
    assert "--sensor WxH" in row["reason"]
    video = FeatureCache.open(tmp_path / "f").video
    assert video is not None
    boxes = {note["name"]: note["box"] for note in video.notes()}
    assert boxes["arm_1"][2] == pytest.approx(40 * 1.3 * 64 / 160, abs=2)
    assert boxes["arm_0"][2] == 36  # the whole height
    assert report.remarks == 1  # 60 x 40 of 160 x 90 lie in the upper left quarter
    assert "arm_1: all joints lie in the upper left quarter" in str(report.remark)
    assert video.info.options["sensor_size"] == "clip"  # the clips' pictures differ


def test_nobody_says_to_which_picture_the_joints_belong(
    made: Callable[..., Store], mean_teacher: ModuleType, tmp_path: Path
) -> None:
    store = made({"arm_0": None, "bow_0": None})
    teacher = mean_teacher.MeanTeacher()
    with pytest.raises(SkelshotError, match=r"none of 2 clips; .*--sensor WxH .* --sensor video"):
        extract_videos(
            store, teacher, VideoSource(tmp_path, mean_teacher.OPTIONS), ["{}"], tmp_path / "f"
        )
    assert teacher.seen == 0
    assert not (tmp_path / "f.partial").exists()
    for number, changes in enumerate(
        ({"sensor_size": (64, 36)}, {"sensor_size": "video"}, {"crop": "none"})
    ):
        options = mean_teacher.OPTIONS.model_copy(update=changes)
        source = VideoSource(tmp_path, options)
        report = extract_videos(store, teacher, source, ["{}"], tmp_path / f"f{number}")
        assert (report.clips, report.skipped) == (2, 0)
        assert len(report.sensor) == (0 if "crop" in changes else 1)


def test_caches_of_kinect_clips_are_recorded_as_before(films: Store, source: VideoSource) -> None:
    """Their clips name no picture, as in stores from before clips could."""
    pictures = clip_pictures(films, range(len(films)), source.options)
    assert [kind["from"] for kind in pictures_as_json(pictures)] == ["kinect-v2"]
    fixed = VideoOptions(frames=4, size=32, sensor_size=(1920, 1080))
    assert recorded_options(source, pictures) == fixed.model_dump(mode="json")
    faster = VideoSource(source._folder.folder, source.options, every=2)
    assert recorded_options(faster, pictures) == fixed.model_dump(mode="json") | {"every": 2}


def test_sparser_skeletons_are_skipped_unless_their_rate_is_told(
    made: Callable[..., Store], mean_teacher: ModuleType, tmp_path: Path
) -> None:
    store = made({"arm_0": (64, 36), "bow_0": (64, 36)}, skeleton=6, film=24)
    teacher = mean_teacher.MeanTeacher()
    with pytest.raises(SkelshotError, match=r"none of 2 clips has usable .* --every 4 if"):
        extract_videos(
            store, teacher, VideoSource(tmp_path, mean_teacher.OPTIONS), ["{}"], tmp_path / "f"
        )
    found = {}
    for every, frames in ((4.0, [4, 16]), (1.0, [1, 4])):
        source = VideoSource(tmp_path, mean_teacher.OPTIONS, every)
        out = tmp_path / f"every-{every}"
        report = extract_videos(store, teacher, source, ["{}"], out)
        assert (report.clips, report.remarks) == (2, 0 if every == 4 else 2)
        found[every] = FeatureCache.open(out).video
        assert [note["frames"] for note in found[every].notes()] == [[frames]] * 2
    assert found[4.0].info.key != found[1.0].info.key
    again = ExtractOptions(reuse=tmp_path / "every-4.0")
    seen = teacher.seen
    source = VideoSource(tmp_path, mean_teacher.OPTIONS, 4.0)
    extract_videos(store, teacher, source, ["{}"], tmp_path / "again", options=again)
    assert teacher.seen == seen
