"""Video files opened, with errors that name the file."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from skelshot.ground import SkelshotError
from skelshot.ground.memory import memory_is_short

FORMATS = (
    "avi,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpeg,mpegvideo,mpegts,asf,flv,ogg,h264,hevc,m4v,"
    "ivf,dv,mxf,nut,wav,mp3,flac,aac"
)
"""What is opened. Play lists, scripts and pictures, which could lead to other files, are not;
sound is, so that the error can say that there is only sound."""


@contextmanager
def opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """Open a video file and turn every complaint of the decoder into one line.

    Args:
        path: The file; its contents count, not its extension.

    Yields:
        PyAV's container and the first video stream in it.

    Raises:
        SkelshotError: PyAV is not installed, there is no such file, it is no video, holds only
            sound, or breaks while it is being read.
        MemoryError: Memory was too short for it, which says nothing of the video.
    """
    try:
        import av  # noqa: PLC0415 - absent without the `video` extra
    except ImportError as error:
        raise SkelshotError(
            f"{path}: videos need PyAV, which is not installed; "
            'pip install "skelshot[video]", or leave videos out'
        ) from error
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        raise SkelshotError(f"{path}: found {found}, expected a video")
    if path.stat().st_size == 0:
        raise SkelshotError(f"{path}: found an empty file, expected a video; fetch it again")
    # As `options` these would reach streams that are found late, and crash PyAV before 18.
    options = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
    try:
        container = av.open(f"file:{path}", container_options=options)
    except (av.FFmpegError, BlockingIOError, ValueError) as error:
        _refuse_short_memory(path, error)
        raise SkelshotError(
            f"{path}: cannot be opened as a video ({_reason(error)}); it is of another kind, or "
            "truncated: fetch it again"
        ) from error
    with container:
        if not container.streams.video:
            kinds = sorted({stream.type for stream in container.streams}) or ["nothing"]
            raise SkelshotError(f"{path}: found {' and '.join(kinds)} only, expected a video")
        stream = container.streams.video[0]
        if stream.codec_context is None:
            raise SkelshotError(
                f"{path}: found a codec that FFmpeg does not know; convert the video to H.264"
            )
        try:
            yield container, stream
        except (av.FFmpegError, BlockingIOError) as error:
            _refuse_short_memory(path, error)
            raise SkelshotError(
                f"{path}: the video is damaged ({_reason(error)}); fetch it again"
            ) from error


def _refuse_short_memory(path: Path, error: Exception) -> None:
    """Tell a video that is damaged from one for which there is no memory, or no thread more."""
    if memory_is_short(error) or getattr(error, "errno", None) == errno.EAGAIN:
        raise MemoryError(f"{path}: memory is short") from error


def _reason(error: Exception) -> str:
    """Return the decoder's own words without the file's name."""
    return str(getattr(error, "strerror", None) or error)
