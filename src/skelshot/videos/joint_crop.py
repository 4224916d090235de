"""Crop box around a clip's people in a video, by their joints."""

from typing import Literal

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.skeletons.sensor_layouts import KINECT_COLOUR
from skelshot.skeletons.sequence import BoolArray, FloatArray
from skelshot.videos.crop import CropBox

Whole = Literal["centre", "squeeze"]
"""How a whole frame becomes a square: its largest centred square, or all of it, squeezed."""

BEYOND = 0.25
"""Joints outside the picture by at most this share of its size count at its border (a foot below
the lower edge); those farther out are the sensor's errors."""

LEAST_USABLE = 0.1
"""Below this share of usable joints the box of those left would be chance."""

LEAST_EXTENT = 1 / 32
"""Joints that span less than this share of the picture's shorter side are no person."""

DOUBTFUL = 0.5
"""More than this share of joints outside the picture: they may belong to another one."""

TURNED = 1.4
"""How far a turned picture's shape may be from the other's: 3:4 passes for a turned 16:9, the
8:9 of one squeezed to half its width does not."""


def crop_box(
    pixels: FloatArray,
    present: BoolArray,
    video_size: tuple[int, int],
    sensor_size: tuple[int, int] = KINECT_COLOUR,
    margin: float = 0.15,
    whole: Whole = "centre",
) -> CropBox:
    """Find the square that holds everybody's joints over a clip.

    One box serves all frames, so that movement across the picture stays visible. It is the
    smallest square around the joints, widened by the margin on each side, at most as large as
    the picture's shorter side, and moved inside the picture. In a video of another shape than
    the sensor's picture (340 x 256, say) it is the rectangle that was such a square. A video that
    is as upright as the sensor's picture is wide, or the other way round, was turned, nobody knows
    which way: its whole frame is taken.

    Args:
        pixels: Where each joint stands in the sensor's picture, (M, T, V, 2): columns and rows.
            NaN, infinite, far outside and exactly (0, 0), which stands for unknown, are passed
            over.
        present: Who is there, (M, T).
        video_size: Width and height of the video.
        sensor_size: Width and height of the picture to which `pixels` belong.
        margin: Room on each side, as a share of the joints' longer extent.
        whole: What to take when too few joints are usable.

    Returns:
        The box in the video's pixels. Its `fallback` says why it is the whole frame, if it is.

    Raises:
        SkelshotError: The arrays do not fit each other, a size is not positive, or the margin
            is negative.

    Example:
        >>> pixels = np.array([[[[960, 200], [860, 600], [1060, 600]]]], np.float32)
        >>> crop_box(pixels, np.ones((1, 1), bool), (960, 540), margin=0.25)
        CropBox(left=330, top=50, width=300, height=300, fallback=None)
    """
    _check(pixels, present, video_size, sensor_size, margin)
    if _is_turned(video_size, sensor_size):
        reason = (
            f"the video has {video_size[0]} x {video_size[1]} pixels, the sensor's picture "
            f"{sensor_size[0]} x {sensor_size[1]}: one of them is turned"
        )
        return whole_box(video_size, sensor_size, whole, reason)
    size = np.array(sensor_size, np.float64)
    points = pixels[present].reshape(-1, 2).astype(np.float64)
    with np.errstate(invalid="ignore"):
        near = (points >= -BEYOND * size) & (points <= (1 + BEYOND) * size)
    usable = points[near.all(axis=1) & (points != 0).any(axis=1)]
    if not len(points):
        return whole_box(video_size, sensor_size, whole, "nobody is present")
    if not len(usable) or len(usable) < LEAST_USABLE * len(points):
        reason = f"{len(usable)} of {len(points)} joint positions lie in the picture"
        return whole_box(video_size, sensor_size, whole, reason)
    usable = np.clip(usable, 0, size)
    lowest, highest = usable.min(axis=0), usable.max(axis=0)
    extent = float((highest - lowest).max())
    if extent < LEAST_EXTENT * size.min():
        reason = f"the joints span only {extent:.0f} pixels"
        return whole_box(video_size, sensor_size, whole, reason)
    side = min(extent * (1 + 2 * margin), float(size.min()))
    corner = np.clip((lowest + highest - side) / 2, 0, size - side)
    return _in_video(corner, (side, side), video_size, sensor_size)


def doubt_about(pixels: FloatArray, present: BoolArray, sensor_size: tuple[int, int]) -> str | None:
    """Tell whether joints look as if they belonged to a picture of another size.

    Args:
        pixels: Where each joint stands in the sensor's picture, (M, T, V, 2).
        present: Who is there, (M, T).
        sensor_size: Width and height of the picture to which they are said to belong.

    Returns:
        What is odd: most lie outside the picture, or all in its upper left quarter, where a
        smaller picture would have them. None if nothing is.

    Example:
        >>> pixels = np.array([[[[300, 20], [310, 230]]]], np.float32)
        >>> doubt_about(pixels, np.ones((1, 1), bool), (320, 240))
        >>> doubt_about(pixels, np.ones((1, 1), bool), (1920, 1080))
        'all joints lie in the upper left quarter of 1920 x 1080 pixels; is the picture smaller?'
    """
    size = np.array(sensor_size, np.float64)
    points = pixels[present].reshape(-1, 2).astype(np.float64)
    known = points[np.isfinite(points).all(axis=1) & (points != 0).any(axis=1)]
    if not len(known):
        return None
    of_size = f"{sensor_size[0]} x {sensor_size[1]} pixels"
    outside = int(((known < 0) | (known > size)).any(axis=1).sum())
    if outside > DOUBTFUL * len(known):
        return f"{outside} of {len(known)} joints lie outside {of_size}; is the picture larger?"
    if (known <= size / 2).all():
        return f"all joints lie in the upper left quarter of {of_size}; is the picture smaller?"
    return None


def whole_box(
    video_size: tuple[int, int],
    sensor_size: tuple[int, int] = KINECT_COLOUR,
    whole: Whole = "centre",
    fallback: str | None = None,
) -> CropBox:
    """Return the box of a whole frame.

    Args:
        video_size: Width and height of the video.
        sensor_size: Width and height of the sensor's picture, which tells the true shape.
        whole: "centre" takes the largest centred square, as the teachers' own preprocessing
            does; "squeeze" takes all of the frame.
        fallback: Why the whole frame is taken.

    Returns:
        The box in the video's pixels.

    Example:
        >>> whole_box((1920, 1080))
        CropBox(left=420, top=0, width=1080, height=1080, fallback=None)
    """
    if whole == "squeeze":
        return CropBox(0, 0, *video_size, fallback)
    if _is_turned(video_size, sensor_size):
        sensor_size = sensor_size[::-1]
    side = min(sensor_size)
    corner = (np.array(sensor_size, np.float64) - side) / 2
    return _in_video(corner, (side, side), video_size, sensor_size, fallback)


def _is_turned(video_size: tuple[int, int], sensor_size: tuple[int, int]) -> bool:
    """Tell whether one picture is about as upright as the other is wide."""
    video, sensor = (size[0] / size[1] for size in (video_size, sensor_size))
    return (video - 1) * (sensor - 1) < 0 and 1 / TURNED < video * sensor < TURNED


def _in_video(
    corner: np.ndarray,
    extent: tuple[float, float],
    video_size: tuple[int, int],
    sensor_size: tuple[int, int],
    fallback: str | None = None,
) -> CropBox:
    """Bring a rectangle of the sensor's picture to whole pixels of the video."""
    places, lengths = [], []
    for axis in (0, 1):
        scale = video_size[axis] / sensor_size[axis]
        length = min(max(1, round(extent[axis] * scale)), video_size[axis])
        places.append(min(max(0, round(float(corner[axis]) * scale)), video_size[axis] - length))
        lengths.append(length)
    return CropBox(places[0], places[1], lengths[0], lengths[1], fallback)


def _check(
    pixels: FloatArray,
    present: BoolArray,
    video_size: tuple[int, int],
    sensor_size: tuple[int, int],
    margin: float,
) -> None:
    if pixels.ndim != 4 or pixels.shape[3] != 2 or pixels.shape[:2] != present.shape:
        raise SkelshotError(
            f"crop: found pixels {pixels.shape} and present {present.shape}, expected "
            "(persons, frames, joints, 2) and (persons, frames)"
        )
    if min(*video_size, *sensor_size) < 1:
        raise SkelshotError(
            f"crop: found a video of {video_size} and a sensor of {sensor_size} pixels, expected "
            "positive sizes"
        )
    if not 0 <= margin < np.inf:
        raise SkelshotError(f"margin: found {margin}, expected 0 or more")
