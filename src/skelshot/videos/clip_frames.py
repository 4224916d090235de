"""The frames of a clip as a teacher gets them: sampled, cropped by the joints, resized."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.ground.seeding import digest_of
from skelshot.skeletons.sequence import IntArray, SkeletonSequence
from skelshot.videos.crop import CropBox, Picture, crop_frames
from skelshot.videos.decode import VideoFile
from skelshot.videos.frame_map import frame_map
from skelshot.videos.joint_crop import Whole, crop_box, doubt_about, whole_box
from skelshot.videos.joint_picture import JointPicture, image_positions, picture_of
from skelshot.videos.sampling import segment_centres, segment_draw


class VideoOptions(Options):
    """Options of a teacher's video frames: everything that changes a pixel, and nothing else.

    Args:
        frames: Frames n a clip.
        size: Side S of a frame in pixels.
        crop: "joints" crops to the people by their joints, "none" takes the whole frame.
        margin: Room around the joints on each side, as a share of their longer extent.
        whole: How a whole frame becomes a square: its largest centred square or all of it,
            squeezed. It is taken with `crop="none"` and where too few joints are usable.
        sensor_size: Width and height of the picture to which the joints' pixels belong; "clip"
            for the one that each clip names, "video" if they were found in these very videos.
        tail: By how many frames a video may be shorter than its skeleton. The video's last
            frame stands in for those that are missing, and is counted.

    Raises:
        SkelshotError: A value is out of range or unknown.

    Example:
        >>> VideoOptions().key() == VideoOptions(frames=8).key() != VideoOptions(frames=16).key()
        True
    """

    described: ClassVar[str] = "video options"

    frames: int = Field(default=8, ge=1, le=1024)
    size: int = Field(default=224, ge=8, le=2048)
    crop: Literal["joints", "none"] = "joints"
    margin: float = Field(default=0.15, ge=0, le=2)
    whole: Whole = "centre"
    sensor_size: tuple[int, int] | Literal["clip", "video"] = "clip"
    tail: int = Field(default=5, ge=0)

    def picture(self, stated: JointPicture) -> JointPicture:
        """Decide to which picture a clip's positions belong.

        Args:
            stated: What the clip says.

        Returns:
            That, unless the options say otherwise.
        """
        if stated.origin == "none" or self.sensor_size == "clip":
            return stated
        if self.sensor_size == "video":
            return JointPicture(None, "video")
        return JointPicture(self.sensor_size, "option")

    def settled(self, stated: JointPicture) -> "VideoOptions":
        """Settle the size of the sensor's picture for a clip.

        Args:
            stated: What the clip says.

        Returns:
            Options with `sensor_size` a size or "video"; their key is that of what was taken.

        Raises:
            SkelshotError: Frames are to be cropped by joints that belong to no known picture.
        """
        if self.sensor_size != "clip":
            return self
        if stated.origin == "unknown" and self.crop == "joints":
            raise SkelshotError(
                "joints: nobody says to which picture their pixels belong; pass --sensor WxH with "
                "its width and height, or --sensor video if they were found in these very videos"
            )
        size = "video" if stated.size is None else stated.size
        return self.model_copy(update={"sensor_size": size})

    def sensor_of(self, sequence: SkeletonSequence, video_size: tuple[int, int]) -> tuple[int, int]:
        """Return the size of the picture to which a clip's positions belong.

        Args:
            sequence: The clip.
            video_size: Width and height of its video.

        Returns:
            Width and height; the video's where there are no positions.

        Raises:
            SkelshotError: Frames are to be cropped by joints that belong to no known picture.
        """
        size = self.settled(picture_of(sequence)).sensor_size
        return size if isinstance(size, tuple) else video_size

    def key(self) -> str:
        """Return a digest of the options, the same on every machine.

        Returns:
            64 hexadecimal digits.
        """
        return digest_of("video options", self.model_dump_json()).hex()


@dataclass(frozen=True, eq=False)
class ClipFrames:
    """Frames of one clip, ready for a teacher's own normalisation.

    Args:
        frames: RGB pictures (n, S, S, 3), 0 to 255.
        rows: Which frames of the skeleton they show, (n,).
        indices: Which frames of the video they are, (n,).
        box: What was cut out, in the video's pixels.
        video_size: Width and height of the video.
        clamped: How many of the n frames stand beyond the video's end and show its last frame.
        remark: What was assumed or looks odd, if anything: frames that were spread, joints that
            hardly fit the picture to which they are said to belong.
    """

    frames: Picture
    rows: IntArray
    indices: IntArray
    box: CropBox
    video_size: tuple[int, int]
    clamped: int
    remark: str | None = None

    @property
    def fallback(self) -> str | None:
        """Reason why the whole frame was taken though a crop was wanted; None if it was not."""
        return self.box.fallback


def clip_frames(
    video: VideoFile,
    sequence: SkeletonSequence,
    options: VideoOptions,
    frame_range: tuple[int, int] | None = None,
    rng: np.random.Generator | None = None,
    every: float | None = None,
) -> ClipFrames:
    """Read the frames of a clip: sampled over its skeleton, cropped and resized.

    Args:
        video: The video.
        sequence: The clip.
        options: What of the video to read.
        frame_range: Where the clip lies in a longer recording: first frame and one past the last.
        rng: Draws a random frame of each segment; without it, the centres are taken.
        every: How many frames of the video one frame of the skeleton stands for, where the
            skeleton is known to have another rate.

    Returns:
        The frames and where they come from.

    Raises:
        SkelshotError: The video is too short or too long for the skeleton, or cannot be read, or
            nobody says to which picture the joints belong.
    """
    return clip_draws(video, sequence, options, [rng], frame_range, every)[0]


def clip_draws(
    video: VideoFile,
    sequence: SkeletonSequence,
    options: VideoOptions,
    draws: Sequence[np.random.Generator | None],
    frame_range: tuple[int, int] | None = None,
    every: float | None = None,
) -> list[ClipFrames]:
    """Read several samples of a clip's frames, decoding the video once for all.

    Args:
        video: The video.
        sequence: The clip.
        options: What of the video to read.
        draws: For each sample, what draws its frames; None takes the centres of the segments.
        frame_range: Where the clip lies in a longer recording: first frame and one past the last.
        every: As for `clip_frames`.

    Returns:
        One `ClipFrames` a draw.

    Raises:
        SkelshotError: The video is too short or too long for the skeleton, or cannot be read, or
            nobody says to which picture the joints belong.
    """
    options.settled(picture_of(sequence))  # refuses before anything is decoded
    found = frame_map(sequence, video.path, video.frames, frame_range, every)
    numbers = found.numbers
    _check_length(video, int(numbers[-1]), options.tail)
    rows = [
        segment_centres(sequence.frames, options.frames)
        if rng is None
        else segment_draw(sequence.frames, options.frames, rng)
        for rng in draws
    ]
    last = video.frames - 1
    wanted = [np.minimum(numbers[chosen], last) for chosen in rows]
    crops: dict[int, Picture] = {}
    boxes: dict[tuple[int, int], CropBox] = {}

    def use(number: int, picture: Picture) -> None:
        height, width = picture.shape[:2]
        if (width, height) not in boxes:
            boxes[width, height] = _box(sequence, (width, height), options)
        crops[number] = crop_frames(picture[None], boxes[width, height], options.size)[0]

    video.visit({int(number) for chosen in wanted for number in chosen}, use)
    if len(boxes) != 1:
        sizes = " and ".join(f"{width} x {height}" for width, height in boxes)
        raise SkelshotError(
            f"{video.path}: found frames of {sizes} pixels, expected one size; convert the video"
        )
    video_size, box = next(iter(boxes.items()))
    remarks = [found.remark, _doubt(sequence, video_size, box, options)]
    return [
        ClipFrames(
            frames=np.stack([crops[int(number)] for number in indices]),
            rows=chosen,
            indices=indices,
            box=box,
            video_size=video_size,
            clamped=int((numbers[chosen] > last).sum()),
            remark="; ".join(filter(None, remarks)) or None,
        )
        for chosen, indices in zip(rows, wanted, strict=True)
    ]


def _box(sequence: SkeletonSequence, video_size: tuple[int, int], options: VideoOptions) -> CropBox:
    """Return the clip's box, over all its frames, so that every draw has the same."""
    sensor_size = options.sensor_of(sequence, video_size)
    if options.crop == "none":
        return whole_box(video_size, sensor_size, options.whole)
    pixels = image_positions(sequence)
    if pixels is None:
        reason = "the store keeps no joint positions in the picture"
        return whole_box(video_size, sensor_size, options.whole, reason)
    return crop_box(
        pixels,
        sequence.present,
        video_size,
        sensor_size,
        options.margin,
        options.whole,
    )


def _doubt(
    sequence: SkeletonSequence, video_size: tuple[int, int], box: CropBox, options: VideoOptions
) -> str | None:
    """Tell whether a crop's joints hardly fit their picture; a fallback says so itself."""
    pixels = image_positions(sequence)
    if options.crop == "none" or box.fallback is not None or pixels is None:
        return None
    return doubt_about(pixels, sequence.present, options.sensor_of(sequence, video_size))


def _check_length(video: VideoFile, last: int, tail: int) -> None:
    """Refuse a video that is much shorter than its skeleton."""
    if last - video.frames < tail:
        return
    if video.promised > video.frames:
        found = f"{video.frames} of the {video.promised} frames that its header promises"
        advice = "the file is truncated, fetch it again"
    else:
        found = f"{video.frames} frames"
        advice = (
            "is it the right video, and whole? If the skeleton is of another rate, say by --every "
            "how many frames of the video one of its frames is, such as 0.5"
        )
    raise SkelshotError(
        f"{video.path}: found {found}, but the skeleton reaches frame {last} (up to {tail} may be "
        f"missing); {advice}"
    )
