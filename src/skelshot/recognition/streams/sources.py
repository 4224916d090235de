"""Sources of frames: standard input, a growing file, a camera, a long recording."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from skelshot.ground import SkelshotError
from skelshot.pose.video_reading import AS_USUAL, VideoReading
from skelshot.recognition.clip_files import read_clips
from skelshot.recognition.clip_places import folder_contents
from skelshot.recognition.streams.camera import frames_of_camera
from skelshot.recognition.streams.frame import Frame
from skelshot.recognition.streams.frame_stream import frames_of_lines
from skelshot.recognition.streams.line_source import Tell, lines_of_growing_file, lines_of_pipe
from skelshot.recognition.streams.recordings import frames_of
from skelshot.skeletons.layouts import SkeletonLayout

LINES = (".jsonl", ".ndjson")
"""Endings of files of frames as JSON lines, which may be growing."""


@dataclass(frozen=True)
class Asked:
    """Wishes of a caller about a source.

    Args:
        rate: Frames a second of a recording that does not say.
        layout: Names the joints of lines; as these say unless told.
        patience: After how many seconds of silence a stream is over; None waits for ever.
        strict: Whether a bad line ends it all.
        videos: How a camera or a video is read; a camera gives no mirror images unless told.
    """

    rate: float = 30.0
    layout: SkeletonLayout | None = None
    patience: float | None = None
    strict: bool = False
    videos: VideoReading = AS_USUAL


def is_camera(place: str) -> bool:
    """Tell whether a stream is a camera's: `camera` or `camera:N`.

    Args:
        place: As given to `open_source`.

    Returns:
        The answer.
    """
    return place.partition(":")[0] == "camera"


def files_of_source(place: str) -> tuple[Path, ...]:
    """List the files that a stream is read from.

    Args:
        place: As given to `open_source`.

    Returns:
        The files, if any; standard input by the name that leads to the file behind it, if any.

    Raises:
        SkelshotError: It is a folder without a clip.
    """
    if is_camera(place):
        return ()
    return folder_contents("/dev/stdin" if place == "-" else place).clips


def open_source(place: str, asked: Asked, tell: Tell) -> Iterator[Frame]:
    """Open a stream of frames.

    Args:
        place: `-` for JSON lines on standard input, `camera` or `camera:N`, a `.jsonl` file, which
            may be growing, or a recording of any format that is read.
        asked: What else is asked.
        tell: Is told what happens on the way.

    Returns:
        Its frames.

    Raises:
        SkelshotError: There is no such thing, or it cannot be read.
    """
    if place == "-":
        lines = lines_of_pipe(sys.stdin.buffer, asked.patience, tell)
        return frames_of_lines(lines, asked.layout, tell, asked.strict)
    if is_camera(place):
        return _camera(place, asked)
    path = Path(place)
    if not path.exists():
        raise SkelshotError(
            f"{place}: no such file, expected a recording, a .jsonl file of frames, - or camera"
        )
    if path.suffix.lower() in LINES:
        lines = lines_of_growing_file(path, asked.patience, tell)
        return frames_of_lines(lines, asked.layout, tell, asked.strict)
    return _recording(path, asked, tell)


def _recording(path: Path, asked: Asked, tell: Tell) -> Iterator[Frame]:
    found = read_clips(path, asked.videos)
    if len(found) > 1:
        raise SkelshotError(
            f"{path}: found {len(found)} clips, expected one recording; recognise clips without "
            "--follow"
        )
    for remark in found[0].remarks:
        tell(remark)
    sequence = found[0].sequence
    return frames_of(sequence, sequence.rate or asked.rate)


def _camera(place: str, asked: Asked) -> Iterator[Frame]:
    number = place.partition(":")[2] or "0"
    if not number.isdecimal() or len(number) > 3:
        raise SkelshotError(f"{place}: expected a camera's number, such as camera:0")
    videos = asked.videos
    mirrored = videos.mirrored == "yes"
    return frames_of_camera(int(number), videos.backend, videos.persons, mirrored)
