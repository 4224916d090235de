import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.videos.encode import write_video

av = pytest.importorskip("av")


def pictures(count: int = 12) -> list[np.ndarray]:
    """A red square that moves over a soft ramp."""
    ramp = np.linspace(60, 180, 64, dtype=np.uint8)
    frames = []
    for t in range(count):
        frame = np.repeat(np.tile(ramp, (48, 1))[..., None], 3, axis=2)
        frame[16:32, 8 + 2 * t : 24 + 2 * t] = (200, 30, 30)
        frames.append(frame)
    return frames


def test_frames_come_back(tmp_path: Path) -> None:
    path = tmp_path / "S001C001P001R001A001_rgb.avi"
    assert write_video(path, iter(pictures())) == 12
    with av.open(str(path)) as video:
        stream = video.streams.video[0]
        assert (video.format.name, stream.codec_context.name) == ("avi", "h264")
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.average_rate == 30
        decoded = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(decoded) == 12
    error = np.stack(decoded).astype(float) - np.stack(pictures())
    assert 10 * np.log10(255**2 / (error**2).mean()) > 28
    assert abs(error.mean()) < 3


def test_the_same_pictures_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.avi", "b.avi"):
        write_video(tmp_path / name, pictures())
    assert (tmp_path / "a.avi").read_bytes() == (tmp_path / "b.avi").read_bytes()


def test_better_quality_takes_more_bytes(tmp_path: Path) -> None:
    sizes = []
    for quality in (10, 40):
        write_video(tmp_path / "a.avi", pictures(), quality=quality)
        sizes.append((tmp_path / "a.avi").stat().st_size)
    assert sizes[0] > sizes[1]


def test_a_broken_source_leaves_no_file(tmp_path: Path) -> None:
    def breaks() -> Iterator[np.ndarray]:
        yield from pictures(3)
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write_video(tmp_path / "a.avi", breaks())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ([], "found no picture"),
        ([np.zeros((5, 8, 3), np.uint8)], "found 8 x 5 pixels, expected even"),
        ([np.zeros((4, 8, 3), np.uint8), np.zeros((4, 6, 3), np.uint8)], "picture 1: found 6 x 4"),
        ([np.zeros((4, 8, 3))], "found float64"),
        ([np.zeros((4, 8), np.uint8)], "expected uint8"),
    ],
)
def test_pictures_that_make_no_video_are_refused(
    tmp_path: Path, frames: list[np.ndarray], message: str
) -> None:
    with pytest.raises(SkelshotError, match=message):
        write_video(tmp_path / "a.avi", frames)
    assert list(tmp_path.iterdir()) == []


def test_without_pyav_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(SkelshotError, match=r'pip install "skelshot\[video\]"'):
        write_video(tmp_path / "a.avi", pictures())
