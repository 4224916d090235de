"""What is refused before any work, and caches that are of something else or damaged."""

from pathlib import Path
from typing import Any

import pytest

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.teachers import (
    ExtractOptions,
    FeatureCache,
    XCLIPTeacher,
    extract_text,
    extract_videos,
)
from skelshot.teachers.extract.frame_sources import VideoSource
from skelshot.videos.clip_frames import VideoOptions

OPTIONS = VideoOptions(frames=4, size=32)

REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "draws": ({"options": ExtractOptions(draws=1)}, "features of another samples .found 1, now"),
    "prompted": ({"options": ExtractOptions(prompted=True)}, "another prompts"),
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
    extract_videos(films, teacher, source, ["{}"], tmp_path / "f", labels=[0])
    options = OPTIONS.model_copy(update=changed.get("source", {}))
    with pytest.raises(SkelshotError, match=message):
        extract_videos(
            films,
            teacher,
            VideoSource(folder / "films", options),
            changed.get("templates", ["{}"]),
            tmp_path / "f",
            labels=[0],
            options=changed.get("options"),
        )


def test_texts_and_videos_do_not_take_each_others_place(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path
) -> None:
    extract_text(films, teacher, ["{}"], tmp_path / "f")
    with pytest.raises(SkelshotError, match="holds no video features, and a cache with them"):
        extract_videos(films, teacher, source, ["{}"], tmp_path / "f")
    extract_videos(films, teacher, source, ["{}"], tmp_path / "g", labels=[0])
    with pytest.raises(SkelshotError, match="holds video features, and a cache without them"):
        extract_text(films, teacher, ["{}"], tmp_path / "g")


def test_what_does_not_fit_is_refused_before_any_work(
    films: Store, teacher: XCLIPTeacher, folder: Path, tmp_path: Path
) -> None:
    source = VideoSource(folder / "films", OPTIONS.model_copy(update={"frames": 8}))
    with pytest.raises(SkelshotError, match=r"8 of each clip are sampled, the teacher .* for 4"):
        extract_videos(films, teacher, source, ["{}"], tmp_path / "f")
    with pytest.raises(SkelshotError, match=r"none of 9 clips has a video there; .*carry_0"):
        extract_videos(films, teacher, VideoSource(tmp_path, OPTIONS), ["{}"], tmp_path / "f")
    assert not (tmp_path / "f.partial").exists()
    for film in (folder / "films").iterdir():
        (tmp_path / film.name).write_bytes(b"broken")
    with pytest.raises(SkelshotError, match="none of 9 clips has usable frames; carry_0"):
        extract_videos(films, teacher, VideoSource(tmp_path, OPTIONS), ["{}"], tmp_path / "f")
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
    extract_videos(films, teacher, source, ["{}"], tmp_path / "f", labels=[0])
    inflict, message = DAMAGES[damage]
    inflict(tmp_path / "f" / "video.npy")
    with pytest.raises(SkelshotError, match=message):
        FeatureCache.open(tmp_path / "f")


def test_a_flipped_bit_is_found_when_asked_for(
    films: Store, teacher: XCLIPTeacher, source: VideoSource, tmp_path: Path
) -> None:
    extract_videos(films, teacher, source, ["{}"], tmp_path / "f", labels=[0])
    file = tmp_path / "f" / "video.npy"
    content = bytearray(file.read_bytes())
    content[-2] ^= 1
    file.write_bytes(bytes(content))
    video = FeatureCache.open(tmp_path / "f").video
    assert video is not None
    with pytest.raises(SkelshotError, match=r"video.npy: its digest"):
        video.verify()
