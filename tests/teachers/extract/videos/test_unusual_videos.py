"""Videos that are damaged, missing, or of another kind: used, or listed with a reason."""

import csv
import importlib
import os
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.teachers import ExtractOptions, FeatureCache, XCLIPTeacher, extract_videos
from skelshot.teachers.extract.frame_sources import VideoSource
from skelshot.videos.clip_frames import VideoOptions
from skelshot.videos.encode import write_video

av = pytest.importorskip("av")

MODULE = importlib.import_module("skelshot.teachers.extract.videos")
OPTIONS = VideoOptions(frames=4, size=32)


def other_videos(folder: Path, whole: np.ndarray) -> dict[str, str | None]:
    """Write one video of each unusual kind; return why it is skipped, None where it is used."""
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


def test_unusual_videos_are_used_or_listed(
    teacher: XCLIPTeacher,
    tmp_path: Path,
    pictures: Callable[..., np.ndarray],
    write_clip: Callable[..., None],
) -> None:
    for part in ("raw", "films"):
        (tmp_path / part).mkdir()
    expected = other_videos(tmp_path / "films", pictures("any"))
    for name in expected:
        write_clip(tmp_path / "raw", f"carry_{name}", outside=name == "outside")
    prepare(NpzReader(), tmp_path / "raw", tmp_path / "store")
    store, films = Store.open(tmp_path / "store"), tmp_path / "films"
    source = VideoSource(films, OPTIONS)
    report = extract_videos(store, teacher, source, ["{}"], tmp_path / "f")
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
        extract_videos(
            store, teacher, source, ["{}"], tmp_path / "f", options=ExtractOptions(strict=True)
        )
    with pytest.raises(SkelshotError, match=r"clip carry_empty: .*leave --strict out"):
        extract_videos(
            store, teacher, source, ["{}"], tmp_path / "g", options=ExtractOptions(strict=True)
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
    options = ExtractOptions(shard=2)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODULE, "_put_together", stop)
        with pytest.raises(KeyboardInterrupt):
            extract_videos(films, teacher, source, ["{}"], tmp_path / "f", options=options)
    os.link(folder / "films" / "wave_2_rgb.avi", some / "wave_2_rgb.avi")
    strict = ExtractOptions(shard=2, strict=True)
    source = VideoSource(some, OPTIONS)
    report = extract_videos(films, teacher, source, ["{}"], tmp_path / "f", options=strict)
    assert (report.clips, report.skipped) == (9, 0)
    assert report.clips_per_second * report.seconds == pytest.approx(1)
