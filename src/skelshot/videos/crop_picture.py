"""A picture of what a teacher sees of a clip: whole frames with the crop, and the crops."""

import numpy as np

from skelshot.rendering.sheets import contact_sheet
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.videos.clip_frames import ClipFrames, VideoOptions
from skelshot.videos.crop import Picture, resize
from skelshot.videos.decode import VideoFile
from skelshot.videos.joint_crop import BEYOND
from skelshot.videos.joint_picture import image_positions

SQUARE, FELL_BACK = (255, 210, 0), (255, 60, 60)
"""Colours of the crop, and of the whole frame where it had to stand in."""

PEOPLE = ((0, 220, 255), (255, 120, 255))
"""Colours of the first and of the second person's bones; others take them in turn."""


def crop_picture(
    video: VideoFile,
    sequence: SkeletonSequence,
    clip: ClipFrames,
    options: VideoOptions,
    height: int = 160,
    columns: int = 2,
) -> Picture:
    """Draw each frame of a clip whole, with skeleton and crop, beside its crop.

    Args:
        video: The video.
        sequence: The clip.
        clip: What `clip_frames` gave for them.
        options: The options it was given.
        height: Height of a frame in the picture, in pixels.
        columns: Frames in a row of the picture.

    Returns:
        RGB picture.
    """
    width = round(height * clip.video_size[0] / clip.video_size[1])
    tiles = []
    whole = video.read(clip.indices.tolist(), short_side=4 * height)
    crops = resize(clip.frames, (height, height))
    for frame, crop, row in zip(resize(whole, (width, height)), crops, clip.rows, strict=True):
        _draw_people(frame, sequence, int(row), options.sensor_of(sequence, clip.video_size))
        _draw_box(frame, clip)
        tiles.append(np.concatenate([frame, crop], axis=1))
    return contact_sheet(tiles, columns, gap=6)


def _draw_people(
    frame: Picture, sequence: SkeletonSequence, row: int, sensor_size: tuple[int, int]
) -> None:
    """Draw the bones whose two joints are known."""
    positions = image_positions(sequence)
    if positions is None:
        return
    height, width = frame.shape[:2]
    scale = np.array([width, height]) / sensor_size
    for person in np.flatnonzero(sequence.present[:, row]):
        points = positions[person, row].astype(np.float64)
        for bone in sequence.layout.bones:
            ends = points[list(bone)]
            share = ends / sensor_size
            if ((share > -BEYOND) & (share < 1 + BEYOND)).all() and ends.any(axis=1).all():
                _draw_line(frame, ends[0] * scale, ends[1] * scale, PEOPLE[person % len(PEOPLE)])


def _draw_box(frame: Picture, clip: ClipFrames) -> None:
    """Draw the crop's border."""
    height, width = frame.shape[:2]
    scale = np.array([width, height]) / clip.video_size
    first = np.array([clip.box.left, clip.box.top]) * scale
    last = first + np.array([clip.box.width, clip.box.height]) * scale - 1
    corners = [first, np.array([last[0], first[1]]), last, np.array([first[0], last[1]])]
    colour = SQUARE if clip.fallback is None else FELL_BACK
    for corner, following in zip(corners, corners[1:] + corners[:1], strict=True):
        _draw_line(frame, corner, following, colour, thickness=2)


def _draw_line(
    frame: Picture,
    start: np.ndarray,
    end: np.ndarray,
    colour: tuple[int, int, int],
    thickness: int = 1,
) -> None:
    """Draw a straight line; what lies outside the picture is left out."""
    steps = int(np.abs(end - start).max()) + 2
    line = np.linspace(start, end, steps).round().astype(int)
    for down in range(thickness):
        for right in range(thickness):
            x, y = (line + np.array([right, down])).T
            seen = (x >= 0) & (y >= 0) & (x < frame.shape[1]) & (y < frame.shape[0])
            frame[y[seen], x[seen]] = colour
