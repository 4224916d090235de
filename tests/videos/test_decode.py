"""Frames by their numbers, against decoding everything."""

import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.videos import numbered
from skelshot.videos.decode import VideoFile, read_frames
from skelshot.videos.encode import write_video
from skelshot.videos.sampling import segment_centres

av = pytest.importorskip("av")

COUNT = 160
Recording = tuple[Path, np.ndarray]


def picture(t: int, size: tuple[int, int] = (64, 48)) -> np.ndarray:
    """A scene that moves, with the frame's number in its upper rows as black and white bits."""
    width, height = size
    scene = np.add.outer(np.arange(height), np.arange(width) + 3 * t) * 2 % 120 + 60
    scene[: height // 8] = np.repeat(255 * (t >> np.arange(8) & 1), width // 8)
    return np.repeat(scene[..., None], 3, axis=2).astype(np.uint8)


def record(
    path: Path,
    form: str,
    codec: str,
    options: dict[str, str],
    times: list[int] | None = None,
    count: int = COUNT,
) -> Recording:
    """Write a video with any codec, and decode it all with PyAV alone."""
    with av.open(str(path), "w", format=form) as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height = 64, 48
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.options = options
        stream.codec_context.thread_count = 1
        stream.codec_context.time_base = Fraction(1, 1000 if times else 30)
        for t in range(count):
            frame = av.VideoFrame.from_ndarray(picture(t), format="rgb24")
            frame.pts = times[t] if times else t
            frame.time_base = stream.codec_context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path, everything(path)


def everything(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


VARIABLE = np.random.default_rng(1).integers(5, 90, COUNT).cumsum().tolist()
GROUPS = {"g": "20", "keyint_min": "20", "sc_threshold": "0"}
X264 = {**GROUPS, "preset": "veryfast"}
KINDS = {
    "avi": ("avi", "libx264", {**X264, "bf": "0"}, None),
    "avi, B-frames": ("avi", "libx264", {**X264, "bf": "3"}, None),
    "avi, one key frame": ("avi", "libx264", {"g": "300", "preset": "veryfast"}, None),
    "avi, open groups": ("avi", "libx264", {**X264, "x264-params": "open-gop=1"}, None),
    "avi, interlaced": ("avi", "libx264", {**X264, "x264-params": "tff=1:interlaced=1"}, None),
    "avi, mpeg4": ("avi", "mpeg4", GROUPS, None),
    "avi, mpeg4, B-frames": ("avi", "mpeg4", {**GROUPS, "bf": "2"}, None),
    "avi, mjpeg": ("avi", "mjpeg", {}, None),
    "mp4": ("mp4", "libx264", {**X264, "bf": "3"}, None),
    "mp4, open groups": ("mp4", "libx264", {**X264, "x264-params": "open-gop=1"}, None),
    "mp4, no key frames": ("mp4", "libx264", {**X264, "x264-params": "intra-refresh=1"}, None),
    "mp4, variable rate": ("mp4", "libx264", {**X264, "bf": "2"}, VARIABLE),
    "mkv, variable rate": ("matroska", "libx264", {**X264, "bf": "2"}, VARIABLE),
    "mpegts": ("mpegts", "libx264", {**X264, "bf": "2"}, None),
    "mpeg2": ("mpeg", "mpeg2video", {**GROUPS, "bf": "2"}, None),
    "raw h264": ("h264", "libx264", {**X264, "bf": "2"}, None),
    "hevc": ("mp4", "libx265", {"x265-params": "keyint=20:log-level=none"}, None),
    "vp9": ("webm", "libvpx-vp9", {**GROUPS, "deadline": "realtime", "cpu-used": "8"}, None),
}


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Recording]:
    """Make each kind of video once."""
    folder, made = tmp_path_factory.mktemp("videos"), {}

    def make(kind: str) -> Recording:
        if kind not in made:
            form, codec, options, times = KINDS[kind]
            if codec not in av.codecs_available:
                pytest.skip(f"this PyAV has no {codec}")
            made[kind] = record(folder / f"{len(made)}.video", form, codec, options, times)
        return made[kind]

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_frames_are_exact(kind: str, recording: Callable[[str], Recording]) -> None:
    path, expected = recording(kind)
    video = VideoFile(path)
    assert video.frames == len(expected) == COUNT
    draws = np.random.default_rng(0).integers(0, COUNT, (6, 4)).tolist()
    for wanted in ([0], [COUNT - 1], [18, 19, 20, 21], segment_centres(COUNT, 8).tolist(), *draws):
        np.testing.assert_array_equal(video.read(wanted), expected[wanted])
    assert video._way == "seek"  # nothing had to be done again


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("avi", 40),
        ("avi, B-frames", 20),
        ("avi, one key frame", 100),
        ("avi, mjpeg", 1),
        ("mp4, variable rate", 20),
        ("mkv, variable rate", 20),
        ("hevc", 40),
        ("vp9", 40),
    ],
)
def test_no_more_is_decoded_than_needed(
    kind: str, most: int, recording: Callable[[str], Recording]
) -> None:
    path, _ = recording(kind)
    numbers = [number for number, _ in VideoFile(path)._decoded([COUNT - 25])]
    assert COUNT - 25 in numbers
    assert len(numbers) <= most


def test_any_order_and_repeats(recording: Callable[[str], Recording]) -> None:
    path, expected = recording("mp4")
    wanted = [140, 3, 3, 70, 140]
    np.testing.assert_array_equal(read_frames(path, wanted), expected[wanted])
    np.testing.assert_array_equal(read_frames(path, wanted, threads=2), expected[wanted])
    assert read_frames(path, []).shape[0] == 0


@pytest.mark.parametrize("kind", ["mp4", "avi, B-frames"])
def test_a_seek_that_misses_is_made_good(
    kind: str, recording: Callable[[str], Recording], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, expected = recording(kind)

    def miss(source: numbered._Packets, first: int) -> None:
        raise numbered.SeekError

    monkeypatch.setattr(numbered._Packets, "_seek", miss)
    video = VideoFile(path)
    np.testing.assert_array_equal(video.read([2, 150]), expected[[2, 150]])
    assert video._way == "forward"


def test_a_key_frame_that_is_none_is_noticed(recording: Callable[[str], Recording]) -> None:
    path, expected = recording("mp4, open groups")
    video = VideoFile(path)
    assert video._table.numbers is not None
    video._table.entries.append((150, video._table.numbers.index(150)))
    np.testing.assert_array_equal(video.read([151, 155]), expected[[151, 155]])
    assert video._way == "forward"


def test_a_wrong_account_of_the_order_is_noticed(recording: Callable[[str], Recording]) -> None:
    path, expected = recording("avi, B-frames")
    video = VideoFile(path)
    assert video._table.numbers is not None
    video._table.numbers[:] = list(range(COUNT))  # as if there were no B-frames
    wanted = list(range(40, 60))
    np.testing.assert_array_equal(video.read(wanted), expected[wanted])
    assert video._way == "count"


def test_frames_can_be_shrunk(tmp_path: Path) -> None:
    path = tmp_path / "uhd.mp4"
    write_video(path, [np.full((2160, 3840, 3), 30 * t, np.uint8) for t in range(3)])
    small = read_frames(path, [0, 2], short_side=216)
    assert small.shape == (2, 216, 384, 3)
    np.testing.assert_allclose(small.mean(axis=(1, 2, 3)), [0, 60], atol=2)
    assert read_frames(path, [1], short_side=9999).shape == (1, 2160, 3840, 3)
    with pytest.raises(SkelshotError, match="short_side: found 0"):
        read_frames(path, [0], short_side=0)


@pytest.mark.parametrize(
    ("matrix", "turns"),
    [((0, 1, -1, 0), 3), ((-1, 0, 0, -1), 2), ((0, -1, 1, 0), 1)],
)
def test_a_phone_held_upright(
    matrix: tuple[int, int, int, int],
    turns: int,
    recording: Callable[[str], Recording],
    tmp_path: Path,
) -> None:
    """The display matrix of the track header (ISO 14496-12, 8.3.2) turns the picture."""
    path, expected = recording("mp4")
    content = bytearray(path.read_bytes())
    place = content.index(b"tkhd") + 4 + 40
    for column, value in zip((0, 1, 3, 4), matrix, strict=True):
        content[place + 4 * column : place + 4 * column + 4] = (value << 16).to_bytes(
            4, "big", signed=True
        )
    turned = tmp_path / "turned.mp4"
    turned.write_bytes(content)
    np.testing.assert_array_equal(read_frames(turned, [9])[0], np.rot90(expected[9], turns))


def test_one_frame_is_a_video(tmp_path: Path) -> None:
    path = tmp_path / "one.avi"
    write_video(path, [picture(1)])
    assert VideoFile(path).frames == 1
    np.testing.assert_array_equal(read_frames(path, [0, 0])[1], everything(path)[0])


def test_the_contents_count_and_not_the_extension(tmp_path: Path) -> None:
    write_video(tmp_path / "a.avi", [picture(t) for t in range(3)])
    renamed = (tmp_path / "a.avi").rename(tmp_path / "a.mp4")
    assert read_frames(renamed, [2]).shape == (1, 48, 64, 3)


def test_a_truncated_file_gives_what_is_whole_and_nothing_else(
    recording: Callable[[str], Recording], tmp_path: Path
) -> None:
    path, expected = recording("avi, B-frames")
    cut = tmp_path / "cut.avi"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    video = VideoFile(cut)
    assert 20 < video.frames < COUNT == video.promised
    whole = list(range(video.frames - 4))
    np.testing.assert_array_equal(video.read(whole), expected[whole])
    with pytest.raises(SkelshotError, match=rf"cut\.avi: frame {COUNT - 1} wanted, .* truncated"):
        video.read([5, COUNT - 1])
    path, _ = recording("mp4")
    cut.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(SkelshotError, match=r"cannot be opened as a video .* truncated"):
        read_frames(cut, [0])


def test_damage_within_is_noticed(recording: Callable[[str], Recording], tmp_path: Path) -> None:
    path, expected = recording("mp4")
    with av.open(str(path)) as container:
        places = [packet.pos for packet in container.demux(video=0) if packet.size]
    content = bytearray(path.read_bytes())
    content[places[90] : places[90] + 40] = b"\xff" * 40
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(content)
    with pytest.raises(SkelshotError, match=r"damaged\.mp4: the video is damaged"):
        read_frames(damaged, range(COUNT))
    np.testing.assert_array_equal(read_frames(damaged, [70, 130]), expected[[70, 130]])


def test_numbers_out_of_range_are_refused(recording: Callable[[str], Recording]) -> None:
    path, _ = recording("mp4")
    for number in (-1, COUNT):
        with pytest.raises(
            SkelshotError, match=f"frame {number} wanted, expected 0 to {COUNT - 1}"
        ):
            read_frames(path, [3, number])


def test_frames_of_two_sizes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "two.h264"
    with path.open("wb") as out:
        for size in ((64, 48), (80, 48)):
            part = tmp_path / "part.h264"
            with av.open(str(part), "w", format="h264") as container:
                stream = container.add_stream("libx264", rate=30)
                stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
                for t in range(4):
                    frame = av.VideoFrame.from_ndarray(picture(t, size), format="rgb24")
                    container.mux(stream.encode(frame))
                container.mux(stream.encode())
            out.write(part.read_bytes())
    with pytest.raises(SkelshotError, match="found 80 x 48 pixels, expected 64 x 48"):
        read_frames(path, range(8))


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    write_video(tmp_path / "good.avi", [picture(t) for t in range(3)])
    empty = tmp_path / "none.avi"
    with av.open(str(empty), "w", format="avi") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    sound = tmp_path / "sound.avi"
    with av.open(str(sound), "w", format="avi") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        samples = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        samples.sample_rate = 8000
        container.mux(stream.encode(samples))
        container.mux(stream.encode())
    (tmp_path / "text.avi").write_text("no video\n" * 100)
    (tmp_path / "list.avi").write_text("ffconcat version 1.0\nfile good.avi\n")
    (tmp_path / "bare.avi").write_bytes(b"")
    for name, message in {
        "none.avi": "found no frame, expected at least one",
        "sound.avi": "found audio only, expected a video",
        "text.avi": "cannot be opened as a video",
        "list.avi": "cannot be opened as a video",
        "bare.avi": "found an empty file, expected a video",
        "absent.avi": "found no such file, expected a video",
        ".": "found a folder, expected a video",
    }.items():
        with pytest.raises(SkelshotError, match=message) as caught:
            read_frames(tmp_path / name, [0])
        assert str(caught.value).startswith(f"{tmp_path / name}:")
    with pytest.raises(SkelshotError, match="threads: found 0"):
        VideoFile(tmp_path / "good.avi", threads=0)


def test_without_pyav_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(SkelshotError, match=r'pip install "skelshot\[video\]"'):
        read_frames(tmp_path / "a.avi", [0])


def test_a_real_clip(real_data_dir: Path) -> None:
    """One key frame, B-frames, and no times of display: the way NTU RGB+D was recorded."""
    path = real_data_dir / "ntu-samples" / "S001C001P001R001A001_rgb.avi"
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    video = VideoFile(path)
    assert (video.frames, video.promised) == (103, 103)
    wanted = segment_centres(103, 8).tolist()
    sizes = {"short_side": 108}
    with av.open(str(path)) as container:
        expected = [
            frame.to_ndarray(format="rgb24", width=192, height=108, interpolation="AREA")
            for number, frame in enumerate(container.decode(video=0))
            if number in wanted
        ]
    np.testing.assert_array_equal(video.read(wanted, **sizes), np.stack(expected))
    assert sum(1 for _ in video._decoded(wanted)) < 70  # the others are left out
