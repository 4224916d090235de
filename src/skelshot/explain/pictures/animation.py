"""A clip in motion, its joints by importance: GIF, or MP4 and AVI with the `video` extra."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from skelshot.explain.pictures.importance_shares import Shares, importance_shares
from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file
from skelshot.rendering.places import drawn_places, window
from skelshot.rendering.stick_figures import draw_importance, frame_moment
from skelshot.rendering.theme import SMALL, TEXT, plain
from skelshot.skeletons import SkeletonSequence
from skelshot.videos.encode import Picture, write_video

MOST_FRAMES = 150
"""The most pictures of an animation; longer clips leave frames out and keep their speed."""

FORMS = (".gif", ".mp4", ".avi")
"""Endings of the files that an animation can be written to."""

_INCHES, _DPI = (3.2, 3.6), 100


def draw_animation(
    clip: SkeletonSequence,
    importance: ArrayLike,
    path: Path,
    title: str = "",
    fps: float = 30.0,
) -> Path:
    """Animate a clip, its joints by importance, above the course of the importance over time.

    Args:
        clip: The clip.
        importance: Of its joints, (T, V, M), at least 0.
        path: The file to write, GIF, MP4 or AVI by its ending.
        title: What stands above, such as the clip's class.
        fps: Frames a second of the clip.

    Returns:
        `path`.

    Raises:
        SkelshotError: The ending is another, the rate is not 1 to 240, the importance does not fit
            the clip, or PyAV is missing.
    """
    if (form := path.suffix.lower()) not in FORMS:
        raise SkelshotError(
            f"{path}: found the ending {path.suffix!r}, expected {', '.join(FORMS)}; name the "
            "animation so"
        )
    if not 1 <= fps <= 240:
        raise SkelshotError(f"fps: found {fps}, expected 1 to 240 frames a second")
    shares = importance_shares(importance, clip)
    step = -(-clip.frames // MOST_FRAMES)
    pictures = _pictures(clip, shares, range(0, clip.frames, step), title)
    if form == ".gif":
        _write_gif(path, list(pictures), step / fps)
    else:
        write_video(path, pictures, max(1, round(fps / step)))
    return path


def _pictures(
    clip: SkeletonSequence, shares: Shares, frames: range, title: str
) -> Iterator[Picture]:
    """Draw one picture a frame."""
    figure = Figure(figsize=_INCHES, dpi=_DPI)
    canvas = FigureCanvasAgg(figure)
    people, course = figure.subplots(2, 1, height_ratios=(5, 1))
    figure.subplots_adjust(left=0.06, right=0.94, bottom=0.14, top=0.91, hspace=0.06)
    figure.suptitle(plain(title, 44), fontsize=TEXT, parse_math=False)
    sums = np.nansum(shares, axis=(1, 2))
    course.fill_between(range(clip.frames), sums / sums.max(), color="0.8")
    course.set(xlim=(0, max(1, clip.frames - 1)), ylim=(0, 1.05), yticks=[])
    course.set_xlabel("frame; grey: importance of all joints", fontsize=SMALL, labelpad=1)
    course.tick_params(labelsize=SMALL, length=2)
    now = course.axvline(0, color="black", linewidth=1)
    places = drawn_places(clip, range(clip.frames))
    centre, sides = window(places)
    for frame in frames:
        people.clear()
        frame_moment(people, centre, sides, down=clip.channels == 2)
        draw_importance(people, clip.layout, places[:, frame], shares[frame])
        now.set_xdata([frame, frame])
        canvas.draw()  # type: ignore[no-untyped-call]
        shown: Picture = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        yield shown[..., :3].copy()


def _write_gif(path: Path, pictures: list[NDArray[np.uint8]], seconds: float) -> None:
    """Write pictures as a GIF that goes on for ever, all in the colours of the first and last."""
    ends = np.concatenate([pictures[0], pictures[len(pictures) // 2], pictures[-1]])
    palette = Image.fromarray(ends).quantize(128)
    first, *others = (
        Image.fromarray(picture).quantize(palette=palette, dither=Image.Dither.NONE)
        for picture in pictures
    )
    with whole_file(path, durable=False) as partial:
        first.save(
            partial,
            format="GIF",
            save_all=True,
            append_images=others,
            duration=max(20, round(1000 * seconds / 10) * 10),  # which counts hundredths
            loop=0,
        )
