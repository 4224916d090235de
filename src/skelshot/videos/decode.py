"""Wanted frames of a video, exactly those, with as little decoding as they need."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.videos.numbered import OrderError, SeekError, numbered
from skelshot.videos.opening import opened
from skelshot.videos.orientation import orientation_of
from skelshot.videos.packets import PacketTable, scan

Picture = NDArray[np.uint8]
FASTEST = 1000.0
"""More pictures a second are the header's mistake, such as 90,000, the unit of its times."""

Use = Callable[[int, Picture], None]
"""Takes a frame's number and the frame."""


class VideoFile:
    """One video, from which frames are read by their numbers.

    Frames are numbered from 0 in the order in which they are shown. Nothing stays open between
    calls; what was learnt of the file's packets does, so that many clips of one long recording
    cost one scan. One object is for one thread at a time.

    Args:
        path: The file.
        threads: Decoder threads. One is best when several clips are decoded side by side.

    Raises:
        SkelshotError: `threads` is not positive.
    """

    def __init__(self, path: Path | str, threads: int = 1) -> None:
        if threads < 1:
            raise SkelshotError(f"decoder threads: found {threads}, expected at least 1")
        self.path = Path(path)
        self.threads = threads
        self._way: Literal["seek", "forward", "count"] = "seek"

    @property
    def frames(self) -> int:
        """Number of frames in the file.

        Raises:
            SkelshotError: None, or the file is no video.
        """
        return self._table.frames

    @property
    def promised(self) -> int:
        """Number of frames by its header, 0 if that does not say; fewer mean a truncation."""
        return self._table.promised

    @cached_property
    def rate(self) -> float | None:
        """Frames a second by its header, on the average; None if that does not say.

        Raises:
            SkelshotError: The file is no video.
        """
        with opened(self.path) as (_, stream):
            rate = float(stream.average_rate or stream.guessed_rate or 0)
        return rate if 0 < rate <= FASTEST else None

    def read(self, indices: Sequence[int], short_side: int | None = None) -> Picture:
        """Read frames.

        Args:
            indices: Frame numbers (n,), in any order, also repeated.
            short_side: Shrink each frame to this many pixels at its shorter side before it is
                converted to RGB; larger than the frame: no change.

        Returns:
            RGB pictures (n, H, W, 3), turned and mirrored as the file says they are to be shown.

        Raises:
            SkelshotError: A number is out of range, the frames differ in size, or the file is
                no video, truncated or damaged.
        """
        slots: dict[int, list[int]] = {}
        for slot, index in enumerate(indices):
            slots.setdefault(int(index), []).append(slot)
        pictures = np.zeros((0, 0, 0, 3), np.uint8)

        def keep(number: int, picture: Picture) -> None:
            nonlocal pictures
            if not pictures.size:
                pictures = np.empty((len(indices), *picture.shape), np.uint8)
            if picture.shape != pictures.shape[1:]:
                raise SkelshotError(
                    f"{self.path}, frame {number}: found {picture.shape[1]} x {picture.shape[0]} "
                    f"pixels, expected {pictures.shape[2]} x {pictures.shape[1]} as before; "
                    "convert the video to one size"
                )
            pictures[slots[number]] = picture

        self.visit(slots, keep, short_side)
        return pictures

    def visit(self, indices: Iterable[int], use: Use, short_side: int | None = None) -> None:
        """Hand frames over one at a time, so that no more than one is in memory.

        Args:
            indices: Frame numbers, in any order.
            use: Called with each number and its picture (H, W, 3), in rising order. If a file's
                own account of its order turns out to be wrong, all are handed over again.
            short_side: As for `read`.

        Raises:
            SkelshotError: As for `read`.
        """
        wanted = sorted({int(index) for index in indices})
        if short_side is not None and short_side < 1:
            raise SkelshotError(f"short_side: found {short_side}, expected at least 1 pixel")
        self._check_range(wanted)
        convert = _Converter(short_side)
        while True:
            try:
                self._hand_over(wanted, self._decoded(wanted), use, convert)
                return
            except SeekError:
                self._way = "forward"
            except OrderError:
                self._way = "count"

    @cached_property
    def _table(self) -> PacketTable:
        with opened(self.path) as (container, stream):
            table = scan(container, stream)
        if not table.frames:
            raise SkelshotError(
                f"{self.path}: found no frame, expected at least one; the file may be truncated, "
                "fetch it again"
            )
        return table

    def _check_range(self, wanted: list[int]) -> None:
        """Refuse frames that the file does not hold."""
        outside = [number for number in wanted if not 0 <= number < self.frames]
        if not outside:
            return
        if 0 <= outside[0] < self.promised:
            raise SkelshotError(
                f"{self.path}: frame {outside[0]} wanted, but the file is truncated: it holds "
                f"{self.frames} of {self.promised} frames; fetch it again"
            )
        raise SkelshotError(
            f"{self.path}: frame {outside[0]} wanted, expected 0 to {self.frames - 1}; is it "
            "the right video, and whole?"
        )

    def _hand_over(
        self,
        wanted: list[int],
        frames: Iterator[tuple[int, Any]],
        use: Use,
        convert: "_Converter",
    ) -> None:
        """Convert the wanted ones among decoded frames, and see that none is missing."""
        missing = set(wanted)
        try:
            for number, frame in frames:
                if number not in missing:
                    continue
                if frame.is_corrupt:
                    break
                use(number, self._converted(convert, number, frame))
                missing.discard(number)
                if not missing:
                    return
        finally:
            frames.close()  # type: ignore[attr-defined]
        if missing:
            if self._way == "seek":  # perhaps the key frame was none
                raise SeekError
            raise SkelshotError(
                f"{self.path}: frame {min(missing)} of {self.frames} cannot be decoded; the "
                "video is damaged, fetch it again"
            )

    def _converted(self, convert: "_Converter", number: int, frame: Any) -> Picture:
        """Convert a frame, with errors that name the file."""
        try:
            return convert(frame)
        except SkelshotError as error:
            raise SkelshotError(f"{self.path}, frame {number}: {error}") from error

    def _decoded(self, wanted: list[int]) -> Iterator[tuple[int, Any]]:
        """Decode at least the wanted frames, in the fastest way that can be relied on."""
        with opened(self.path) as (container, stream):
            stream.thread_count = self.threads
            stream.thread_type = "AUTO" if self.threads > 1 else "NONE"
            if self._way == "count" or self._table.numbers is None:
                yield from enumerate(container.decode(stream))
            else:
                seeking = self._way == "seek"
                yield from numbered(container, stream, self._table, wanted, seeking)


class _Converter:
    """Turns decoded frames into RGB arrays; its tables are made once a size."""

    def __init__(self, short_side: int | None) -> None:
        from av.video.reformatter import VideoReformatter  # noqa: PLC0415

        self._short_side = short_side
        self._reformatter = VideoReformatter()

    def __call__(self, frame: Any) -> Picture:
        size: dict[str, int] = {}
        shorter = min(frame.width, frame.height)
        if self._short_side is not None and self._short_side < shorter:
            size = {
                "width": max(1, round(frame.width * self._short_side / shorter)),
                "height": max(1, round(frame.height * self._short_side / shorter)),
            }
        interpolation = "AREA" if size else "BILINEAR"
        shown = self._reformatter.reformat(
            frame, format="rgb24", interpolation=interpolation, **size
        )
        return orientation_of(frame).shown(np.asarray(shown.to_ndarray(), np.uint8))


def read_frames(
    path: Path | str, indices: Sequence[int], short_side: int | None = None, threads: int = 1
) -> Picture:
    """Read frames of a video by their numbers.

    Args:
        path: The file.
        indices: Frame numbers (n,) from 0 in the order in which frames are shown.
        short_side: Shrink frames to this many pixels at their shorter side.
        threads: Decoder threads.

    Returns:
        RGB pictures (n, H, W, 3).

    Raises:
        SkelshotError: As for `VideoFile.read`.
    """
    return VideoFile(path, threads).read(indices, short_side)
