"""From videos to a cache: what it holds, and what of a clip is shown."""

import importlib
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.npz_files import write_npz_clip
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.teachers import ExtractOptions, FeatureCache, XCLIPTeacher, extract_videos
from skelshot.teachers.extract.frame_sources import VideoSource
from skelshot.teachers.extract.rendered_frames import RenderedSource
from skelshot.videos.clip_frames import VideoOptions, clip_draws
from skelshot.videos.crop import CropBox, crop_frames
from skelshot.videos.decode import VideoFile
from skelshot.videos.encode import write_video

MODULE = importlib.import_module("skelshot.teachers.extract.videos")
OPTIONS = VideoOptions(frames=4, size=32)


def test_the_cache_holds_what_the_teacher_makes_of_the_same_frames(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, folder: Path, tmp_path: Path
) -> None:
    options = ExtractOptions(draws=2, seed=3, prompted=True, batch=5, shard=4)
    templates = ["{}", "{} played backwards"]
    report = extract_videos(films, teacher, source, templates, tmp_path / "f", options=options)
    assert (report.clips, report.skipped, report.fallbacks, report.clamped) == (9, 0, 0, 0)
    assert report.clips_per_second == pytest.approx(9 / report.seconds)
    cache = FeatureCache.open(tmp_path / "f")
    video = cache.video
    assert video is not None
    assert isinstance(video.video, np.memmap)
    assert video.video.shape == (9, 2, 3, 24)
    assert video.prompted is not None
    assert video.prompted.shape == (9, 2, 3, 1, 24)
    for index in (0, 4, 8):
        record = films.clips[index]
        file = VideoFile(folder / "films" / f"{record.name}_rgb.avi")
        rngs = [None, *(rng_for(3, "draw", record.name, draw) for draw in range(2))]
        draws = clip_draws(file, films.sequence(index), OPTIONS, rngs)
        clips = torch.stack([teacher.preprocess(draw.frames) for draw in draws])
        features = video.video_for([record.name])[0]
        row = video.rows([record.name])[0]
        for way, shown in enumerate((clips, clips.flip(1))):
            torch.testing.assert_close(features[way], teacher.encode_video(shown))
            text = templates[way].format(films.class_names[record.label])
            expected = teacher.prompted_text([text], shown)
            found = torch.from_numpy(np.array(video.prompted[row, way]))
            torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
        assert not torch.allclose(features[0], features[1])
        note = video.notes()[row]
        assert [tuple(frames) for frames in note["frames"]] == [
            tuple(int(i) for i in draw.indices) for draw in draws
        ]
        box = draws[0].box
        assert note["box"] == [box.left, box.top, box.width, box.height]
    assert len({note["key"] for note in video.notes()}) == 9
    torch.testing.assert_close(cache.text[2, 1:], teacher.encode_text(["wave played backwards"]))
    video.verify()
    assert not (tmp_path / "f.partial").exists()


def test_base_classes_only_and_the_same_call_twice(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path
) -> None:
    arguments: dict[str, Any] = {"labels": [0, 2], "options": ExtractOptions(shard=4)}
    report = extract_videos(films, teacher, source, ["{}"], tmp_path / "f", **arguments)
    assert report.clips == 6
    stamp = (tmp_path / "f" / "video.npy").stat().st_mtime_ns
    again = extract_videos(films, teacher, source, ["{}"], tmp_path / "f", **arguments)
    assert (again.clips, again.clips_per_second) == (6, 0)
    assert (tmp_path / "f" / "video.npy").stat().st_mtime_ns == stamp
    video = FeatureCache.open(tmp_path / "f").video
    assert video is not None
    assert set(video.clips) == {f"{label}_{n}" for label in ("carry", "wave") for n in range(3)}
    with pytest.raises(SkelshotError, match=r"no video features of 1 of 2 clips .throw_0"):
        video.video_for(["carry_1", "throw_0"])
    with pytest.raises(
        SkelshotError, match=r"video features of another key .*the clips or videos are others"
    ):
        extract_videos(films, teacher, source, ["{}"], tmp_path / "f", labels=[0])


def test_rendered_skeletons_need_no_videos(
    films: Store, teacher: XCLIPTeacher, tmp_path: Path
) -> None:
    report = extract_videos(films, teacher, RenderedSource(OPTIONS), ["{}"], tmp_path / "f")
    assert (report.clips, report.skipped, report.fallbacks) == (9, 0, 0)
    cache = FeatureCache.open(tmp_path / "f")
    assert cache.info.video is not None
    assert cache.info.video.source == "rendered"
    assert cache.identity != cache.fingerprint


def test_clips_within_one_recording_are_shown_their_own_part(
    teacher: XCLIPTeacher, tmp_path: Path, pictures: Callable[..., np.ndarray]
) -> None:
    """As in PKU-MMD: one video of several clips, each with its range of frames."""
    (tmp_path / "raw").mkdir()
    film = pictures("long", frames=40)
    write_video(tmp_path / "0002-L.avi", film)
    for label, start in (("carry", 3), ("throw", 20)):
        write_npz_clip(
            tmp_path / "raw" / f"{label}.npz",
            rng_for("clip", label).normal(size=(12, 25, 3)),
            label=label,
            layout=KINECT_V2,
            pixels=rng_for("places", label).uniform([800, 300], [1100, 700], (1, 12, 25, 2)),
            video="0002-L.avi",
            video_start=start,
            video_stop=start + 12,
        )
    prepare(NpzReader(), tmp_path / "raw", tmp_path / "store")
    store, source = Store.open(tmp_path / "store"), VideoSource(tmp_path, OPTIONS)
    report = extract_videos(store, teacher, source, ["{}"], tmp_path / "f")
    assert (report.clips, report.skipped, report.clamped) == (2, 0, 0)
    video = FeatureCache.open(tmp_path / "f").video
    assert video is not None
    assert [note["frames"] for note in video.notes()] == [[[4, 7, 10, 13]], [[21, 24, 27, 30]]]
    for index, name in enumerate(("carry", "throw")):
        within = (3, 15) if name == "carry" else (20, 32)
        (draw,) = clip_draws(
            VideoFile(tmp_path / "0002-L.avi"), store.sequence(index), OPTIONS, [None], within
        )
        expected = teacher.encode_video(teacher.preprocess(draw.frames)[None])
        torch.testing.assert_close(video.video_for([name])[:, 0, 0], expected)


def test_a_turned_video_is_taken_whole_and_counted(
    teacher: XCLIPTeacher,
    tmp_path: Path,
    pictures: Callable[..., np.ndarray],
    write_clip: Callable[..., None],
) -> None:
    (tmp_path / "raw").mkdir()
    write_clip(tmp_path / "raw", "wave_0")
    prepare(NpzReader(), tmp_path / "raw", tmp_path / "store")
    write_video(tmp_path / "wave_0.avi", pictures("wave_0", size=(36, 64)))
    store, source = Store.open(tmp_path / "store"), VideoSource(tmp_path, OPTIONS)
    report = extract_videos(store, teacher, source, ["{}"], tmp_path / "f")
    assert (report.clips, report.fallbacks) == (1, 1)


def test_the_bar_is_told_the_speed(
    films: Store,
    teacher: XCLIPTeacher,
    source: VideoSource,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Told:
        def __init__(self) -> None:
            self.figures: list[dict[str, float]] = []

        def advance(self, steps: int = 1, **figures: float) -> None:
            self.figures.append(figures)

    bar = Told()
    monkeypatch.setattr(MODULE, "progress_bar", lambda *words, **numbers: nullcontext(bar))
    extract_videos(films, teacher, source, ["{}"], tmp_path / "f")
    assert len(bar.figures) == 9
    assert all(figures["clips/s"] > 0 for figures in bar.figures[1:])


def test_the_real_clip_needs_no_video(
    real_clip: Store, teacher: XCLIPTeacher, tmp_path: Path
) -> None:
    """The door for data without RGB: the renderer on a real skeleton."""
    report = extract_videos(real_clip, teacher, RenderedSource(OPTIONS), ["{}"], tmp_path / "f")
    assert (report.clips, report.skipped, report.fallbacks) == (1, 0, 0)
    (picture,) = RenderedSource(OPTIONS).frames(real_clip.clips[0], real_clip.sequence(0), [None])
    assert picture.frames.std() > 5


def test_the_real_clip_end_to_end(real_clip: Store, teacher: XCLIPTeacher, tmp_path: Path) -> None:
    """The real NTU video of 1920 x 1080 pixels with its skeleton, through X-CLIP's architecture."""
    (name,) = [clip.name for clip in real_clip.clips]
    source = VideoSource(tmp_path / "raw", OPTIONS)
    report = extract_videos(real_clip, teacher, source, ["{}"], tmp_path / "f", labels=[0])
    assert (report.clips, report.skipped, report.fallbacks, report.clamped) == (1, 0, 0, 0)
    video = FeatureCache.open(tmp_path / "f").video
    assert video is not None
    (note,) = video.notes()
    assert note["frames"] == [[12, 38, 64, 90]]
    left, top, width, height = note["box"]
    whole = VideoFile(tmp_path / "raw" / f"{name}_rgb.avi").read(note["frames"][0])
    cut = crop_frames(whole, CropBox(left, top, width, height), 32)
    expected = teacher.encode_video(teacher.preprocess(cut)[None])
    torch.testing.assert_close(video.video_for([name])[:, 0, 0], expected)
