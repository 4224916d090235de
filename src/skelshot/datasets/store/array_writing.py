"""Appending clips to the arrays of a store that is being written."""

import contextlib
import os
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.store.format import HEADER_BYTES, ArrayFile, array_files
from skelshot.datasets.store.index import ClipRecord
from skelshot.datasets.store.journal import Progress
from skelshot.ground import SkelshotError
from skelshot.skeletons.sequence import SkeletonSequence

_ALWAYS = ("joints", "present", "frame_index")
_OPTIONAL = ("pixels", "confidence")


class ArrayWriter:
    """The array files of an unfinished store.

    Every file begins with room for its header, which is written at the end. Rows go where
    `progress` says; clips without pixels or confidence leave a hole of zeros there.

    Args:
        folder: The partial store.
        joints: Number of joints V.
        progress: How many rows there are; kept up to date by the journal.
    """

    def __init__(self, folder: Path, joints: int, progress: Progress) -> None:
        self._folder = folder
        self._joints = joints
        self._progress = progress
        self._files: dict[str, tuple[ArrayFile, BinaryIO]] = {}

    def append(self, sequence: SkeletonSequence) -> None:
        """Write a clip's arrays after the rows there are.

        Args:
            sequence: The clip.
        """
        for field in (*_ALWAYS, *_OPTIONAL):
            array = getattr(sequence, field)
            if field == "frame_index" and array is None:
                array = np.arange(sequence.frames)
            if array is not None:
                self._write(field, array)

    def _write(self, field: str, array: NDArray[Any]) -> None:
        kind, handle = self._open(field)
        end = self._end_of(kind)
        if handle.tell() != end:
            handle.seek(end)
        handle.write(np.ascontiguousarray(array, kind.dtype).data)

    def flush(self) -> None:
        """Put all rows on disk."""
        for _, handle in self._files.values():
            handle.flush()
            os.fsync(handle.fileno())

    def finish(self, records: list[ClipRecord]) -> list[str]:
        """Give every file its exact length and its header.

        Args:
            records: The clips that have been written.

        Returns:
            The names of the files.
        """
        used = [f for f in _OPTIONAL if any(getattr(record, f"has_{f}") for record in records)]
        names = []
        for field in (*_ALWAYS, *used):
            kind, handle = self._open(field)
            handle.truncate(self._end_of(kind))
            handle.seek(0)
            rows = self._progress.frame_rows if kind.per_frame else self._progress.rows
            handle.write(kind.header(rows))
            names.append(kind.name)
        self.flush()
        return names

    def close(self) -> None:
        """Let go of all files."""
        for _, handle in self._files.values():
            with contextlib.suppress(OSError):  # a full disk has been reported by then
                handle.close()
        self._files.clear()

    def _open(self, field: str) -> tuple[ArrayFile, BinaryIO]:
        """Open an array's file, the first time cut back to what the journal vouches for."""
        if field not in self._files:
            kind = array_files(self._joints, self._progress.channels)[field]
            path = self._folder / kind.name
            path.touch()
            end, size = self._end_of(kind), path.stat().st_size
            if size < end and end > HEADER_BYTES and field in _ALWAYS:
                raise SkelshotError(
                    f"{path}: found {size} bytes, expected {end} or more; "
                    f"delete {self._folder} and start again"
                )
            handle = path.open("r+b", buffering=1 << 20)
            self._files[field] = kind, handle
            if size > end:
                handle.truncate(end)
        return self._files[field]

    def _end_of(self, kind: ArrayFile) -> int:
        rows = self._progress.frame_rows if kind.per_frame else self._progress.rows
        return HEADER_BYTES + rows * kind.row_bytes
