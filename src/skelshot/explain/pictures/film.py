"""Frames of a clip's video as a strip shows them: cropped to the people, joints in their pixels."""

from dataclasses import dataclass

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.rendering.places import Places
from skelshot.skeletons import SkeletonSequence
from skelshot.skeletons.sequence import IntArray
from skelshot.videos.clip_frames import VideoOptions, clip_frames
from skelshot.videos.crop import Picture
from skelshot.videos.decode import VideoFile
from skelshot.videos.joint_picture import image_positions

SIDE = 240
"""Pixels of a frame each way."""


@dataclass(frozen=True, eq=False)
class Film:
    """Frames of a clip's video.

    Args:
        frames: Which frames of the clip they show, (n,).
        pictures: RGB, (n, S, S, 3).
        places: Where the joints are in them, (M, n, V, 2); NaN where a person is absent.
    """

    frames: IntArray
    pictures: Picture
    places: Places


def film_of(
    video: VideoFile,
    clip: SkeletonSequence,
    count: int,
    frame_range: tuple[int, int] | None = None,
    every: float | None = None,
) -> Film:
    """Read frames of a clip's video, evenly spread and cropped to the people.

    Args:
        video: The video.
        clip: The clip.
        count: How many frames.
        frame_range: As for `clip_frames`.
        every: As for `clip_frames`.

    Returns:
        The frames.

    Raises:
        SkelshotError: As for `clip_frames`, or the clip does not say where its joints are in the
            picture.
    """
    options = VideoOptions(frames=count, size=SIDE)
    read = clip_frames(video, clip, options, frame_range, every=every)
    pixels = image_positions(clip)
    if pixels is None:
        raise SkelshotError(
            f"{video.path}: the clip keeps no joint positions in the picture, expected pixels to "
            "draw them by; leave --videos out"
        )
    scale = np.array(read.video_size) / options.sensor_of(clip, read.video_size)
    corner, extent = (read.box.left, read.box.top), (read.box.width, read.box.height)
    places = (pixels[:, read.rows].astype(np.float64) * scale - corner) * SIDE / extent
    known = clip.present[:, read.rows, None] & (pixels[:, read.rows] != 0).any(axis=-1)
    # Far outside the picture stands an error of the sensor, whose bones would cross it all.
    places[~(known & (np.abs(places) < 2 * SIDE).all(axis=-1))] = np.nan
    return Film(read.rows, read.frames, places)
