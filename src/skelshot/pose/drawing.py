"""Skeletons that were found in a video, drawn over it: a film, or a sheet of a few moments."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from skelshot.ground import SkelshotError
from skelshot.pose.estimator import Picture
from skelshot.rendering.limbs import draw_limbs
from skelshot.rendering.sheets import contact_sheet, write_png
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.skeletons.unseen import MIN_CONFIDENCE
from skelshot.videos.decode import VideoFile
from skelshot.videos.encode import write_video
from skelshot.videos.joint_picture import image_positions

Drawn = Literal["png", "mp4"]
"""Kinds of pictures: a sheet of moments, or a film."""

HEIGHT = 360
"""Pixels of the shorter side of a picture, unless the video has fewer."""

MOMENTS, COLUMNS = 6, 3
"""Pictures of a sheet, evenly spaced in time, and how many stand in a row."""

_AT_ONCE = 32
"""Pictures of a film that are in memory at once."""


def draw_poses(video: Path, sequence: SkeletonSequence, out: Path) -> Path:
    """Draw the people of a video over its pictures, left limbs blue and right ones orange.

    Joints that the estimator hardly sees are left out; where several people are, each has their
    number over the head.

    Args:
        video: The video.
        sequence: Its people, with their places in the picture and a frame a picture.
        out: The file: `.mp4` for a film, `.png` for a sheet of some moments.

    Returns:
        `out`.

    Raises:
        SkelshotError: The clip has no places in the picture, or the video cannot be read.
    """
    places, size = image_positions(sequence), sequence.picture_size
    if places is None or size is None:
        raise SkelshotError(f"{video}: found a clip without places in the picture, expected some")
    known = places.astype(np.float64)
    known[~sequence.present] = np.nan
    if sequence.confidence is not None:
        known[sequence.confidence < MIN_CONFIDENCE] = np.nan
    if out.suffix == ".mp4":
        pictures = _drawn(video, sequence, known / size, range(sequence.frames))
        write_video(out, pictures, fps=max(1, round(sequence.rate or 30)))
        return out
    moments = np.linspace(0, sequence.frames - 1, min(MOMENTS, sequence.frames)).round()
    shown = _drawn(video, sequence, known / size, moments.astype(int).tolist())
    write_png(out, contact_sheet(list(shown), COLUMNS))
    return out


def _drawn(
    video: Path, sequence: SkeletonSequence, shares: np.ndarray, numbers: Sequence[int]
) -> Iterator[Picture]:
    """Yield pictures of the video with the people on them; sides are even, as encoders want."""
    file = VideoFile(video)
    for first in range(0, len(numbers), _AT_ONCE):
        some = list(numbers[first : first + _AT_ONCE])
        for number, picture in zip(some, file.read(some, HEIGHT), strict=True):
            height, width = picture.shape[:2]
            image = Image.fromarray(picture)
            draw = ImageDraw.Draw(image)
            for person, joints in enumerate(shares[:, number] * (width, height), start=1):
                draw_limbs(draw, sequence.layout, joints, max(2, height // 120), "white")
                if sequence.persons > 1 and np.isfinite(joints).any():
                    top = joints[np.nanargmin(joints[:, 1])]
                    draw.text((top[0], top[1] - 4), str(person), "white", anchor="mb")
            yield np.asarray(image)[: height - height % 2, : width - width % 2]
