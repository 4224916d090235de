"""`skelshot crop`: the command's document, its words, its refusals."""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest

from skelshot.commands.crop import COMMAND
from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.npz import NpzReader
from skelshot.datasets.npz_files import write_npz_clip
from skelshot.datasets.prepare import prepare
from skelshot.datasets.readers import Source
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import COCO_17, KINECT_V2
from skelshot.videos.encode import write_video

pytest.importorskip("av")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two clips, and a video for one of them."""
    folder = tmp_path_factory.mktemp("crop")
    rng = np.random.default_rng(0)
    for name in ("wave_01", "wave_02"):
        (folder / "raw").mkdir(exist_ok=True)
        write_npz_clip(
            folder / "raw" / f"{name}.npz",
            rng.normal(size=(20, 25, 3)),
            label="wave",
            layout=KINECT_V2,
            pixels=rng.uniform([900, 300], [1100, 700], (1, 20, 25, 2)),
        )
    prepare(NpzReader(), folder / "raw", folder / "store")
    write_video(folder / "wave_01.avi", [np.full((90, 160, 3), 9 * t, np.uint8) for t in range(19)])
    return folder


def call(folder: Path, clip: str, *words: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    COMMAND.arguments(parser)
    places = ["--videos", str(folder), "--out", str(folder / "out.png")]
    return COMMAND.run(parser.parse_args([str(folder / "store"), clip, *places, *words]))


def test_a_picture_is_written(folder: Path) -> None:
    document = call(folder, "wave_01", "--frames", "20")
    assert document["frames"] == [*range(19), 18]
    assert document["clamped"] == 1
    assert document["box"][2] == document["box"][3] == pytest.approx(33 * 1.3, abs=2)
    assert matplotlib.image.imread(document["picture"]).shape[2] >= 3
    words = COMMAND.show(document)
    assert "wave_01" in words
    assert "of 160 x 90 pixels" in words
    assert "1 beyond the video's end" in words


def test_draws_and_whole_frames(folder: Path) -> None:
    first, again, other = (call(folder, "wave_01", "--seed", seed)["frames"] for seed in "112")
    assert first == again != other
    whole = call(folder, "wave_01", "--whole-frame")
    assert whole["box"] == [35, 0, 90, 90]
    assert whole["fallback"] is None
    assert "instead of a crop" in COMMAND.show(whole | {"fallback": "nobody is present"})


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("wave_03",), "no clip is called 'wave_03'"),
        (("wave_02",), "no video of wave_02"),
        (("wave_01", "--frames", "0"), "--frames: found 0"),
        (("wave_01", "--margin", "-1"), "--margin: found -1"),
        (("wave_01", "--sensor", "1920"), "--sensor: found '1920', expected WIDTHxHEIGHT"),
        (("wave_01", "--sensor", "0x9"), "or the word video"),
        (("wave_01", "--out", "absent/out.png"), "absent is no folder"),
    ],
)
def test_refusals(folder: Path, words: tuple[str, ...], message: str) -> None:
    with pytest.raises(SkelshotError, match=message):
        call(folder, *words)


def test_the_joints_pixels_may_belong_to_another_picture(folder: Path) -> None:
    half = call(folder, "wave_01", "--sensor", "3840x2160")
    assert half["box"][2] == pytest.approx(call(folder, "wave_01")["box"][2] / 2, abs=1)
    own = call(folder, "wave_01", "--sensor", "video")
    assert "0 of 500 joint positions lie in the picture" in own["fallback"]


def test_a_real_clip(real_clip: Store, tmp_path: Path) -> None:
    """The command on the sample of NTU RGB+D, from its own files."""
    parser = argparse.ArgumentParser()
    COMMAND.arguments(parser)
    words = [str(real_clip.path), real_clip.clips[0].name, "--videos", str(tmp_path / "raw")]
    document = COMMAND.run(parser.parse_args([*words, "--out", str(tmp_path / "crop.png")]))
    assert (document["video_size"], document["fallback"]) == ([1920, 1080], None)
    width, height = document["box"][2:]
    assert width == height < 600
    assert matplotlib.image.imread(tmp_path / "crop.png").shape[0] > height / 4


class Pictured(NpzReader):
    """Clips of joints in pixels that know their picture."""

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        for clip in super().read(source):
            if isinstance(clip, Clip):
                yield replace(clip, sequence=replace(clip.sequence, picture_size=(320, 240)))


@pytest.mark.parametrize("known", [True, False])
def test_joints_in_pixels_belong_to_the_picture_that_the_clip_names(
    known: bool, tmp_path: Path
) -> None:
    """A person of 104 pixels in a picture of 320 x 240, seen in a video of twice its size."""
    places = np.random.default_rng(0).uniform([200, 60], [300, 150], (1, 40, 17, 2))
    places[0, 0, :2] = [198, 54], [302, 158]
    (tmp_path / "raw").mkdir()
    write_npz_clip(tmp_path / "raw" / "wave.npz", places, label="wave", layout=COCO_17)
    prepare(Pictured() if known else NpzReader(), tmp_path / "raw", tmp_path / "store")
    write_video(tmp_path / "wave.avi", [np.zeros((480, 640, 3), np.uint8)] * 40)
    side = 104 * 1.3
    literal = [2 * value for value in (250 - side / 2, 106 - side / 2, side, side)]
    if known:
        document = call(tmp_path, "wave")
        assert document["box"] == pytest.approx(literal, abs=1)
        assert document["fallback"] is document["remark"] is None
        assert document["sensor"]["size"] == [320, 240]
        assert document["sensor"]["from"] == "clip"
        assert "joints belong to a 320 x 240 picture (from the clips)" in COMMAND.show(document)
    else:
        with pytest.raises(SkelshotError, match=r"clip wave: joints: nobody says .* --sensor WxH"):
            call(tmp_path, "wave")
        assert call(tmp_path, "wave", "--sensor", "320x240")["box"] == pytest.approx(literal, abs=1)
        assert call(tmp_path, "wave", "--whole-frame")["box"] == [80, 0, 480, 480]
    wrong = call(tmp_path, "wave", "--sensor", "1920x1080")
    assert "look again: all joints lie in the upper left quarter of 1920 x" in COMMAND.show(wrong)


def test_a_skeleton_sparser_than_its_video(tmp_path: Path) -> None:
    places = np.random.default_rng(0).uniform([20, 20], [60, 60], (1, 10, 17, 2))
    (tmp_path / "raw").mkdir()
    raw = tmp_path / "raw"
    write_npz_clip(raw / "wave.npz", places, label="wave", layout=COCO_17)
    within = {"video": "wave.avi", "video_start": 0, "video_stop": 40}
    write_npz_clip(raw / "wave_within.npz", places, label="wave", layout=COCO_17, **within)
    prepare(NpzReader(), raw, tmp_path / "store")
    write_video(tmp_path / "wave.avi", [np.full((90, 160, 3), 6 * t, np.uint8) for t in range(40)])
    words = ("--sensor", "video", "--frames", "5")
    with pytest.raises(SkelshotError, match=r"wave\.avi: found 40 frames, .* --every 4 if"):
        call(tmp_path, "wave", *words)
    assert call(tmp_path, "wave", *words, "--every", "4")["frames"] == [4, 12, 20, 28, 36]
    first = call(tmp_path, "wave", *words, "--every", "1")
    assert first["frames"] == [1, 3, 5, 7, 9]
    assert "ends at frame 9, the video goes on to 39" in first["remark"]
    spread = call(tmp_path, "wave_within", *words)
    assert spread["frames"] == [6, 14, 22, 30, 38]
    assert "10 frames are spread evenly over the clip's range of 40" in COMMAND.show(spread)
    for wrong in ("0", "-1", "nan"):
        with pytest.raises(SkelshotError, match="--every: found"):
            call(tmp_path, "wave", *words, "--every", wrong)
