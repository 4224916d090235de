"""Animations: a picture a frame, at the clip's own speed, the same bytes each time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from skelshot.explain.pictures import animation, draw_animation
from skelshot.ground import SkelshotError

Make = Callable[..., Any]


def test_a_gif_has_every_frame_and_moves(two: Any, importance_of: Make, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.gif" for name in "ab"]
    for file in files:
        draw_animation(two, importance_of(two), file, r"$\foo$ " * 20, fps=20)
    assert files[0].read_bytes() == files[1].read_bytes()
    with Image.open(files[0]) as gif:
        assert gif.n_frames == 14
        assert (gif.info["duration"], gif.info["loop"]) == (50, 0)
        first = gif.convert("RGB").tobytes()
        gif.seek(13)
        assert gif.convert("RGB").tobytes() != first


def test_a_long_clip_leaves_frames_out_and_keeps_its_speed(
    clip_of: Make, importance_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(animation, "MOST_FRAMES", 5)
    clip = clip_of(frames=12)
    draw_animation(clip, importance_of(clip), tmp_path / "a.gif", fps=30)
    with Image.open(tmp_path / "a.gif") as gif:
        assert (gif.n_frames, gif.info["duration"]) == (4, 100)


@pytest.mark.parametrize("form", ["mp4", "avi"])
def test_a_video_can_be_read(one: Any, importance_of: Make, tmp_path: Path, form: str) -> None:
    pytest.importorskip("av")
    from skelshot.videos.decode import VideoFile

    files = [tmp_path / f"{name}.{form}" for name in "ab"]
    for file in files:
        draw_animation(one, importance_of(one), file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert VideoFile(files[0]).read([0, 13]).shape == (2, 360, 320, 3)
    assert (b"ftyp" in files[0].read_bytes()[:16]) == (form == "mp4")


def test_bad_calls(one: Any, importance_of: Make, tmp_path: Path) -> None:
    for name, importance, fps, reason in (
        ("a.webm", importance_of(one), 30, "ending '.webm', expected .gif, .mp4, .avi"),
        ("a.gif", importance_of(one), 0, "fps: found 0, expected 1 to 240"),
        ("a.gif", importance_of(one), float("nan"), "fps: found nan"),
        ("a.gif", importance_of(one) * 0, 30, "found zeros alone"),
    ):
        with pytest.raises(SkelshotError, match=reason):
            draw_animation(one, importance, tmp_path / name, fps=fps)
    assert not list(tmp_path.iterdir())
