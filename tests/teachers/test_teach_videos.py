"""From videos to a cache: parity, bad videos, kills, several processes, refusals."""

import csv
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import wave
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.npz_files import write_npz_clip
from skelshot.datasets.ntu import NtuReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.teachers import (
    FeatureCache,
    VideoTeaching,
    XCLIPTeacher,
    teach_text,
    teach_videos,
)
from skelshot.teachers.frame_sources import VideoSource
from skelshot.teachers.rendered_frames import RenderedSource
from skelshot.videos.clip_frames import VideoOptions, clip_draws
from skelshot.videos.crop import CropBox, crop_frames
from skelshot.videos.decode import VideoFile
from skelshot.videos.encode import write_video

av = pytest.importorskip("av")

MODULE = importlib.import_module("skelshot.teachers.teach_videos")
PROGRAM = Path(__file__).with_name("mean_teacher.py")
_SPEC = importlib.util.spec_from_file_location("mean_teacher", PROGRAM)
mean_teacher: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(mean_teacher)
OPTIONS = VideoOptions(frames=4, size=32)
CLASSES = ("carry", "throw", "wave")


def write_clip(raw: Path, name: str, *, outside: bool = False) -> None:
    """Write a moving person of 12 frames, seen about the middle of a Kinect's picture."""
    rng = rng_for("clip", name)
    low, high = ([5000, 5000], [6000, 6000]) if outside else ([800, 300], [1100, 700])
    write_npz_clip(
        raw / f"{name}.npz",
        rng.normal(size=(12, 25, 3)),
        label=name.partition("_")[0],
        layout=KINECT_V2,
        pixels=rng.uniform(low, high, (1, 12, 25, 2)),
    )


def pictures(name: str, frames: int = 12, size: tuple[int, int] = (64, 36)) -> np.ndarray:
    """Return smooth pictures that differ from clip to clip and frame to frame."""
    shift = rng_for("picture", name).uniform(0, 6, 4)
    t, y, x = np.ogrid[0:frames, 0 : size[1], 0 : size[0]]
    waves = [np.sin((x * (k + 1) + y) / 9 + t / 2 + shift[k]) for k in range(3)]
    return (127 + 120 * np.stack(waves, axis=-1)).astype(np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three classes, three clips each: a store, and a video of every clip."""
    folder = tmp_path_factory.mktemp("videos")
    for part in ("raw", "films"):
        (folder / part).mkdir()
    for label in CLASSES:
        for number in range(3):
            write_clip(folder / "raw", f"{label}_{number}")
            film = folder / "films" / f"{label}_{number}_rgb.avi"
            write_video(film, pictures(f"{label}_{number}"))
    prepare(NpzReader(), folder / "raw", folder / "store")
    return folder


@pytest.fixture(scope="module")
def films(folder: Path) -> Store:
    return Store.open(folder / "store")


@pytest.fixture(scope="module")
def teacher(xclip_folder: Path) -> XCLIPTeacher:
    return XCLIPTeacher(xclip_folder)


@pytest.fixture
def source(folder: Path) -> VideoSource:
    return VideoSource(folder / "films", OPTIONS)


def test_the_cache_holds_what_the_teacher_makes_of_the_same_frames(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, folder: Path, tmp_path: Path
) -> None:
    teaching = VideoTeaching(draws=2, seed=3, prompted=True, batch=5, shard=4)
    templates = ["{}", "{} played backwards"]
    report = teach_videos(films, teacher, source, templates, tmp_path / "f", teaching=teaching)
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
    arguments: dict[str, Any] = {"labels": [0, 2], "teaching": VideoTeaching(shard=4)}
    report = teach_videos(films, teacher, source, ["{}"], tmp_path / "f", **arguments)
    assert report.clips == 6
    stamp = (tmp_path / "f" / "video.npy").stat().st_mtime_ns
    again = teach_videos(films, teacher, source, ["{}"], tmp_path / "f", **arguments)
    assert (again.clips, again.clips_per_second) == (6, 0)
    assert (tmp_path / "f" / "video.npy").stat().st_mtime_ns == stamp
    video = FeatureCache.open(tmp_path / "f").video
    assert video is not None
    assert set(video.clips) == {f"{label}_{n}" for label in ("carry", "wave") for n in range(3)}
    with pytest.raises(SkelshotError, match=r"no video features of 1 of 2 clips .throw_0"):
        video.video_for(["carry_1", "throw_0"])
    with pytest.raises(SkelshotError, match="video features of other clips"):
        teach_videos(films, teacher, source, ["{}"], tmp_path / "f", labels=[0])


def other_videos(folder: Path) -> dict[str, str | None]:
    """Write one video of each unusual kind; return why it is skipped, None where it is used."""
    whole = pictures("any")
    write_video(folder / "carry_whole.avi", whole)
    content = (folder / "carry_whole.avi").read_bytes()
    (folder / "carry_empty.avi").write_bytes(b"")
    (folder / "carry_truncated.avi").write_bytes(content[: len(content) // 3])
    (folder / "carry_text.avi").write_text("no video at all\n" * 50)
    (folder / "carry_extension.txt").write_bytes(content)
    write_video(folder / "carry_single.avi", whole[:1])
    write_video(folder / "carry_short.avi", whole[:4])
    write_video(folder / "carry_shorter.avi", whole[:9])
    write_video(folder / "carry_outside.avi", whole)
    large = [np.kron(picture, np.ones((60, 60, 1), np.uint8)) for picture in whole[:8]]
    write_video(folder / "carry_large.avi", large, preset="ultrafast")
    with wave.open(str(folder / "carry_sound.avi"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\0\1" * 4000)
    with av.open(str(folder / "carry_rate.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.height, stream.width, stream.pix_fmt = 36, 64, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, picture in enumerate(whole):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = 10 * number + number**2, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return {
        "whole": None,
        "large": None,
        "rate": None,
        "outside": None,
        "shorter": None,
        "missing": "no video of carry_missing",
        "extension": "no video of carry_extension",
        "empty": "carry_empty.avi",
        "truncated": "truncated",
        "text": "carry_text.avi",
        "sound": "carry_sound.avi",
        "single": "found 1 frames",
        "short": "found 4 frames, but the skeleton reaches frame 11",
    }


def test_unusual_videos_are_used_or_listed(teacher: XCLIPTeacher, tmp_path: Path) -> None:
    for part in ("raw", "films"):
        (tmp_path / part).mkdir()
    expected = other_videos(tmp_path / "films")
    for name in expected:
        write_clip(tmp_path / "raw", f"carry_{name}", outside=name == "outside")
    prepare(NpzReader(), tmp_path / "raw", tmp_path / "store")
    store, films = Store.open(tmp_path / "store"), tmp_path / "films"
    source = VideoSource(films, OPTIONS)
    report = teach_videos(store, teacher, source, ["{}"], tmp_path / "f")
    used = [name for name, reason in expected.items() if reason is None]
    assert report.clips == len(used)
    assert report.skipped == len(expected) - len(used)
    assert (report.fallbacks, report.clamped) == (1, 2)
    with (tmp_path / "f" / "skipped.csv").open() as file:
        reasons = {row["clip"]: row["reason"] for row in csv.DictReader(file)}
    for name, reason in expected.items():
        if reason is None:
            assert f"carry_{name}" not in reasons
        else:
            assert reason in reasons[f"carry_{name}"]
            assert "\n" not in reasons[f"carry_{name}"]
    video = FeatureCache.open(tmp_path / "f").video
    assert video is not None
    fallen = [note["name"] for note in video.notes() if note["fallback"]]
    assert fallen == ["carry_outside"]

    with pytest.raises(SkelshotError, match="lacks 8 clips that were skipped"):
        teach_videos(
            store, teacher, source, ["{}"], tmp_path / "f", teaching=VideoTeaching(strict=True)
        )
    with pytest.raises(SkelshotError, match=r"clip carry_empty: .*leave --strict out"):
        teach_videos(
            store, teacher, source, ["{}"], tmp_path / "g", teaching=VideoTeaching(strict=True)
        )


def test_a_strict_run_does_again_what_was_skipped_before(
    films: Store, teacher: XCLIPTeacher, folder: Path, tmp_path: Path
) -> None:
    some = tmp_path / "some"
    some.mkdir()
    for film in (folder / "films").iterdir():
        if film.name != "wave_2_rgb.avi":
            os.link(film, some / film.name)
    source = VideoSource(some, OPTIONS)
    teaching = VideoTeaching(shard=2)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODULE, "_put_together", stop)
        with pytest.raises(KeyboardInterrupt):
            teach_videos(films, teacher, source, ["{}"], tmp_path / "f", teaching=teaching)
    os.link(folder / "films" / "wave_2_rgb.avi", some / "wave_2_rgb.avi")
    strict = VideoTeaching(shard=2, strict=True)
    source = VideoSource(some, OPTIONS)
    report = teach_videos(films, teacher, source, ["{}"], tmp_path / "f", teaching=strict)
    assert (report.clips, report.skipped) == (9, 0)
    assert report.clips_per_second * report.seconds == pytest.approx(1)


def started(folder: Path, out: Path, pause: float, **more: str) -> "subprocess.Popen[str]":
    """Teach in a process of its own."""
    words = [sys.executable, str(PROGRAM), str(folder), str(out), str(pause)]
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"} | more
    )


def test_killed_and_shared_runs_end_with_the_same_cache(
    films: Store, folder: Path, tmp_path: Path
) -> None:
    """Kill a run after two shards; let two processes finish it; compare with one that ran on."""
    out = tmp_path / "f"
    running = started(folder, out, 0.3)
    shards = tmp_path / "f.partial" / "shards"
    deadline = time.monotonic() + 60
    while len(list(shards.glob("0*.safetensors"))) < 2:
        assert running.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    with pytest.raises(SkelshotError, match="the run that wrote it was stopped"):
        FeatureCache.open(out)
    before = len(list(shards.glob("0*.safetensors")))
    assert before < 9
    pair = [started(folder, out, 0, RANK=rank, WORLD_SIZE="2", LOCAL_RANK=rank) for rank in "01"]
    said = [process.communicate(timeout=60)[0].split() for process in pair]
    assert [process.returncode for process in pair] == [0, 0]
    assert said[0][0] == "9"
    assert int(said[0][1]) + int(said[1][1]) == 9 - before
    assert not (tmp_path / "f.partial").exists()

    films_source = VideoSource(folder / "films", mean_teacher.OPTIONS)
    teach_videos(
        films,
        mean_teacher.MeanTeacher(),
        films_source,
        ["{}"],
        tmp_path / "g",
        teaching=mean_teacher.TEACHING,
    )
    found, expected = FeatureCache.open(out).video, FeatureCache.open(tmp_path / "g").video
    assert found is not None
    assert expected is not None
    assert found.clips == expected.clips
    np.testing.assert_array_equal(found.video, expected.video)
    assert found.notes() == expected.notes()


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "draws": ({"teaching": VideoTeaching(draws=1)}, "features of another samples .found 1, to be"),
    "prompted": ({"teaching": VideoTeaching(prompted=True)}, "another renderings"),
    "crop": (
        {"source": {"crop": "none"}},
        "video features of another options",
    ),
    "prompts": ({"templates": ["now {}"]}, "another texts"),
}


@pytest.mark.parametrize("change", REFUSALS)
def test_another_cache_in_the_way(
    films: Store, teacher: XCLIPTeacher, folder: Path, tmp_path: Path, change: str
) -> None:
    changed, message = REFUSALS[change]
    source = VideoSource(folder / "films", OPTIONS)
    teach_videos(films, teacher, source, ["{}"], tmp_path / "f", labels=[0])
    options = OPTIONS.model_copy(update=changed.get("source", {}))
    with pytest.raises(SkelshotError, match=message):
        teach_videos(
            films,
            teacher,
            VideoSource(folder / "films", options),
            changed.get("templates", ["{}"]),
            tmp_path / "f",
            labels=[0],
            teaching=changed.get("teaching"),
        )


def test_texts_and_videos_do_not_take_each_others_place(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path
) -> None:
    teach_text(films, teacher, ["{}"], tmp_path / "f")
    with pytest.raises(SkelshotError, match="holds no video features, and a cache with them"):
        teach_videos(films, teacher, source, ["{}"], tmp_path / "f")
    teach_videos(films, teacher, source, ["{}"], tmp_path / "g", labels=[0])
    with pytest.raises(SkelshotError, match="holds video features, and a cache without them"):
        teach_text(films, teacher, ["{}"], tmp_path / "g")


def test_an_unfinished_cache_of_something_else(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path
) -> None:
    other = tmp_path / "f.partial"
    (other / "shards").mkdir(parents=True)
    plan = {"teacher": "another", "key": "0"}
    (other / "plan.json").write_text(json.dumps(plan))
    with pytest.raises(SkelshotError, match="unfinished video features of another teacher"):
        teach_videos(films, teacher, source, ["{}"], tmp_path / "f")
    with pytest.raises(SkelshotError, match="holds unfinished video features"):
        teach_text(films, teacher, ["{}"], tmp_path / "f")
    (tmp_path / "g.partial").mkdir()
    (tmp_path / "g.partial" / "thesis.txt").write_text("precious")
    with pytest.raises(SkelshotError, match=r"holds 'thesis.txt'"):
        teach_videos(films, teacher, source, ["{}"], tmp_path / "g")


def test_a_damaged_shard_is_named(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path
) -> None:
    teaching = VideoTeaching(shard=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODULE, "_put_together", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            teach_videos(films, teacher, source, ["{}"], tmp_path / "f", teaching=teaching)
    shard = tmp_path / "f.partial" / "shards" / "000001.safetensors"
    shard.write_bytes(shard.read_bytes()[:-7])
    with pytest.raises(SkelshotError, match=r"000001.safetensors: not a whole shard"):
        teach_videos(films, teacher, source, ["{}"], tmp_path / "f", teaching=teaching)
    shard.unlink()
    report = teach_videos(films, teacher, source, ["{}"], tmp_path / "f", teaching=teaching)
    assert report.clips == 9


def test_two_runs_of_the_same_command(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path
) -> None:
    refused: list[str] = []
    frames = source.frames

    def again(*given: Any) -> Any:
        if not refused:
            refused.append("")
            with pytest.raises(SkelshotError, match="another `skelshot teach` is writing") as error:
                teach_videos(films, teacher, source, ["{}"], tmp_path / "f")
            refused[0] = str(error.value)
        return frames(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "frames", again)
        teach_videos(films, teacher, source, ["{}"], tmp_path / "f")
    assert refused[0]
    assert FeatureCache.open(tmp_path / "f").video is not None


def test_a_process_that_does_not_come(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path
) -> None:
    from skelshot.teachers.processes import Share

    teaching = VideoTeaching(shard=3, patience=0.3)
    with pytest.raises(SkelshotError, match=r"1 of 3 shards are missing .*of the processes \[1\]"):
        teach_videos(
            films,
            teacher,
            source,
            ["{}"],
            tmp_path / "f",
            teaching=teaching,
            share=Share(0, 2),
        )


def test_what_does_not_fit_is_refused_before_any_work(
    films: Store, teacher: XCLIPTeacher, folder: Path, tmp_path: Path
) -> None:
    source = VideoSource(folder / "films", OPTIONS.model_copy(update={"frames": 8}))
    with pytest.raises(SkelshotError, match=r"8 of each clip are sampled, the teacher .* for 4"):
        teach_videos(films, teacher, source, ["{}"], tmp_path / "f")
    with pytest.raises(SkelshotError, match=r"none of 9 clips has a video there; .*carry_0"):
        teach_videos(films, teacher, VideoSource(tmp_path, OPTIONS), ["{}"], tmp_path / "f")
    assert not (tmp_path / "f.partial").exists()
    for film in (folder / "films").iterdir():
        (tmp_path / film.name).write_bytes(b"broken")
    with pytest.raises(SkelshotError, match="none of 9 clips has usable frames; carry_0"):
        teach_videos(films, teacher, VideoSource(tmp_path, OPTIONS), ["{}"], tmp_path / "f")
    assert not (tmp_path / "f.partial").exists()


DAMAGES = {
    "truncated": (lambda f: f.write_bytes(f.read_bytes()[:-4]), "video.npy: has .* expected"),
    "missing": (lambda f: f.unlink(), "video.npy: is missing"),
    "not npy": (lambda f: f.write_bytes(b"\0" * f.stat().st_size), "not a whole .npy file"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_arrays_give_one_line(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path, damage: str
) -> None:
    teach_videos(films, teacher, source, ["{}"], tmp_path / "f", labels=[0])
    inflict, message = DAMAGES[damage]
    inflict(tmp_path / "f" / "video.npy")
    with pytest.raises(SkelshotError, match=message):
        FeatureCache.open(tmp_path / "f")


def test_a_flipped_bit_is_found_when_asked_for(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path
) -> None:
    teach_videos(films, teacher, source, ["{}"], tmp_path / "f", labels=[0])
    file = tmp_path / "f" / "video.npy"
    content = bytearray(file.read_bytes())
    content[-2] ^= 1
    file.write_bytes(bytes(content))
    video = FeatureCache.open(tmp_path / "f").video
    assert video is not None
    with pytest.raises(SkelshotError, match=r"video.npy: its digest"):
        video.verify()


def test_rendered_skeletons_need_no_videos(
    films: Store, teacher: XCLIPTeacher, tmp_path: Path
) -> None:
    report = teach_videos(films, teacher, RenderedSource(OPTIONS), ["{}"], tmp_path / "f")
    assert (report.clips, report.skipped, report.fallbacks) == (9, 0, 0)
    cache = FeatureCache.open(tmp_path / "f")
    assert cache.info.video is not None
    assert cache.info.video.source == "rendered"
    assert cache.identity != cache.fingerprint


def test_clips_within_one_recording_are_shown_their_own_part(
    teacher: XCLIPTeacher, tmp_path: Path
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
    report = teach_videos(store, teacher, source, ["{}"], tmp_path / "f")
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


def test_a_turned_video_is_taken_whole_and_counted(teacher: XCLIPTeacher, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    write_clip(tmp_path / "raw", "wave_0")
    prepare(NpzReader(), tmp_path / "raw", tmp_path / "store")
    write_video(tmp_path / "wave_0.avi", pictures("wave_0", size=(36, 64)))
    store, source = Store.open(tmp_path / "store"), VideoSource(tmp_path, OPTIONS)
    report = teach_videos(store, teacher, source, ["{}"], tmp_path / "f")
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
    teach_videos(films, teacher, source, ["{}"], tmp_path / "f")
    assert len(bar.figures) == 9
    assert all(figures["clips/s"] > 0 for figures in bar.figures[1:])


@pytest.fixture
def real_clip(real_data_dir: Path, tmp_path: Path) -> Store:
    """A store of the real NTU clip; its files lie in `raw` beside it."""
    samples, name = real_data_dir / "ntu-samples", "S001C001P001R001A001"
    if not (samples / f"{name}_rgb.avi").is_file():
        pytest.skip("no real NTU clip here")
    (tmp_path / "raw").mkdir()
    for ending in (".skeleton", "_rgb.avi"):
        (tmp_path / "raw" / f"{name}{ending}").symlink_to(samples / f"{name}{ending}")
    prepare(NtuReader(missing_list="none"), tmp_path / "raw", tmp_path / "store")
    return Store.open(tmp_path / "store")


def test_the_real_clip_needs_no_video(
    real_clip: Store, teacher: XCLIPTeacher, tmp_path: Path
) -> None:
    """The door for data without RGB: the renderer on a real skeleton."""
    report = teach_videos(real_clip, teacher, RenderedSource(OPTIONS), ["{}"], tmp_path / "f")
    assert (report.clips, report.skipped, report.fallbacks) == (1, 0, 0)
    (picture,) = RenderedSource(OPTIONS).frames(real_clip.clips[0], real_clip.sequence(0), [None])
    assert picture.frames.std() > 5


def test_the_real_clip_end_to_end(real_clip: Store, teacher: XCLIPTeacher, tmp_path: Path) -> None:
    """The real NTU video of 1920 x 1080 pixels with its skeleton, through X-CLIP's architecture."""
    (name,) = [clip.name for clip in real_clip.clips]
    source = VideoSource(tmp_path / "raw", OPTIONS)
    report = teach_videos(real_clip, teacher, source, ["{}"], tmp_path / "f", labels=[0])
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
