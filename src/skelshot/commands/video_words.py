"""The words of the command line that say what of a video is taken."""

import argparse
from typing import TYPE_CHECKING, Literal

from skelshot.commands.part_words import from_words

if TYPE_CHECKING:
    from skelshot.videos.clip_frames import VideoOptions


def add_crop_words(parser: argparse.ArgumentParser) -> None:
    """Add what says how frames are cropped.

    Args:
        parser: The command's parser.
    """
    parser.add_argument(
        "--margin",
        type=float,
        default=0.15,
        help="room around the joints, as a share of their extent (default: 0.15)",
    )
    parser.add_argument(
        "--sensor",
        metavar="WxH",
        default="clip",
        help="size of the picture to which the joints' pixels belong, or the word video: the "
        "video's own (default: clip, the picture that the clip names)",
    )
    parser.add_argument(
        "--every",
        type=float,
        metavar="N",
        help="the skeletons have one frame for every N frames of their videos, such as 4 or 2.5 "
        "(default: they have the videos' own rate)",
    )
    parser.add_argument(
        "--whole-frame", action="store_true", help="take whole frames instead of crops"
    )


def video_options(parsed: argparse.Namespace, frames: int, size: int) -> "VideoOptions":
    """Gather the options, naming the one that is out of range.

    Args:
        parsed: The words that `add_crop_words` added.
        frames: Frames a clip.
        size: Pixels of a crop's side.

    Returns:
        The options.

    Raises:
        SkelshotError: A value is out of range.
    """
    from skelshot.videos.clip_frames import VideoOptions

    sensor: tuple[int, int] | Literal["clip", "video"]
    if parsed.sensor in ("clip", "video"):
        sensor = parsed.sensor
    else:
        sensor = size_of("--sensor", parsed.sensor, "1280x720, or the word video, or clip")
    return from_words(
        VideoOptions,
        {
            "frames": frames,
            "size": size,
            "margin": parsed.margin,
            "crop": "none" if parsed.whole_frame else "joints",
            "sensor_size": sensor,
        },
    )


def every_of(parsed: argparse.Namespace) -> float | None:
    """Read the rate of the skeletons.

    Args:
        parsed: The words that `add_crop_words` added.

    Returns:
        How many frames of the video one frame of the skeleton stands for, or None.

    Raises:
        SkelshotError: The number is out of range.
    """
    from skelshot.ground import SkelshotError

    every: float | None = parsed.every
    if every is not None and not 0.01 <= every <= 1000:
        raise SkelshotError(f"--every: found {every:g}, expected 0.01 to 1000 frames of the video")
    return every


def size_of(option: str, text: str, example: str) -> tuple[int, int]:
    """Read a size such as `1920x1080`.

    Args:
        option: The option's name, for the message.
        text: What was given.
        example: A size that would do.

    Returns:
        Width and height in pixels.

    Raises:
        SkelshotError: It is no size.
    """
    from skelshot.ground import SkelshotError

    width, times, height = text.partition("x")
    if not (times and width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise SkelshotError(f"{option}: found {text!r}, expected WIDTHxHEIGHT such as {example}")
    return int(width), int(height)
