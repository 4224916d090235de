"""Cached video features: arrays mapped from disk, and the names of the clips in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.teachers.cache.info import (
    CLIPS_FILE,
    PROMPTED_FILE,
    SKIPPED_FILE,
    VIDEO_FILE,
    VideoInfo,
)

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class VideoFeatures:
    """Video features of the clips of a store, mapped from disk and read as they are asked for.

    Args:
        path: The cache's folder.
        info: What `features.json` says of them.
        clips: Names of the clips, a row each.
        video: f_v (clips, directions, samples, D).
        prompted: Prompted f_t of each clip's own class (clips, directions, samples, R, D), R the
            prompts of that direction; None where the teacher made none.
    """

    path: Path
    info: VideoInfo
    clips: tuple[str, ...]
    video: FloatArray
    prompted: FloatArray | None

    @classmethod
    def open(cls, path: Path | str, info: VideoInfo, dim: int) -> Self:
        """Map the arrays and check their lengths and shapes; contents are not read.

        Args:
            path: The cache's folder.
            info: What `features.json` says of them.
            dim: Length D of a vector.

        Returns:
            The features.

        Raises:
            SkelshotError: A file is absent, of another length or shape, or not readable.
        """
        path = Path(path)
        for name, expected in info.files.items():
            file = path / name
            found = file.stat().st_size if file.is_file() else None
            if found != expected.bytes:
                size = "is missing" if found is None else f"has {found} bytes"
                raise SkelshotError(
                    f"{file}: {size}, expected {expected.bytes} bytes; the cache is damaged, "
                    "delete it and write it again with `skelshot teach`"
                )
        shape = (info.clips, info.directions, info.samples)
        video = _mapped(path / VIDEO_FILE, (*shape, dim))
        prompted = None
        if info.prompts:
            prompted = _mapped(path / PROMPTED_FILE, (*shape, info.prompts, dim))
        clips = tuple(str(name) for name in _read_clips(path / CLIPS_FILE)["name"])
        if len(clips) != info.clips:
            raise SkelshotError(
                f"{path / CLIPS_FILE}: names {len(clips)} clips, expected {info.clips}; delete "
                "the cache and write it again"
            )
        return cls(path, info, clips, video, prompted)

    def __contains__(self, clip: object) -> bool:
        """Tell whether a clip, by its name, has features."""
        return clip in self._row_of

    def rows(self, clips: Sequence[str]) -> NDArray[np.int64]:
        """Find clips.

        Args:
            clips: Names of n clips.

        Returns:
            Their rows (n,).

        Raises:
            SkelshotError: Clips without video features; the message counts them.
        """
        missing = [name for name in clips if name not in self._row_of]
        if missing:
            raise SkelshotError(
                f"{self.path}: no video features of {len(missing)} of {len(clips)} clips "
                f"({', '.join(missing[:3])}{', ...' if len(missing) > 3 else ''}; "
                f"{SKIPPED_FILE} may say why), has those of {len(self.clips)}"
            )
        return np.array([self._row_of[name] for name in clips], np.int64)

    def video_for(self, clips: Sequence[str]) -> Tensor:
        """Look up f_v of some clips.

        Args:
            clips: Names of n clips.

        Returns:
            Float32 tensor (n, directions, samples, D).

        Raises:
            SkelshotError: Clips without video features.
        """
        return torch.from_numpy(np.array(self.video[self.rows(clips)]))

    def notes(self) -> list[dict[str, Any]]:
        """Return what each clip's features were made of: frames, box, and what stood in.

        Returns:
            One document a clip: `name`, `key`, `frames` (samples, n), `box`, `fallback`,
            `clamped`, and `remark` unless the cache was written before there were remarks.
        """
        table = _read_clips(self.path / CLIPS_FILE)
        names = list(table)
        return [dict(zip(names, row, strict=True)) for row in zip(*table.values(), strict=True)]

    def verify(self) -> None:
        """Read every file and compare its digest.

        Raises:
            SkelshotError: A file is not as it was written.
        """
        for name, expected in self.info.files.items():
            if sha256_of(self.path / name) != expected.sha256:
                raise SkelshotError(
                    f"{self.path / name}: its digest is not the one in features.json; the cache "
                    "is damaged, delete it and write it again"
                )

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.clips)}


def _mapped(file: Path, shape: tuple[int, ...]) -> FloatArray:
    """Map an array from disk, checking its header."""
    try:
        array = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise SkelshotError(
            f"{file}: not a whole .npy file ({error}); delete the cache and write it again"
        ) from error
    if array.shape != shape or array.dtype != np.float32:
        raise SkelshotError(
            f"{file}: found {array.dtype} {array.shape}, expected float32 {shape} as "
            "features.json says; delete the cache and write it again"
        )
    mapped: FloatArray = array
    return mapped


def _read_clips(file: Path) -> dict[str, list[Any]]:
    """Read the table of clips as columns."""
    try:
        table: Any = pq.ParquetFile(file, pre_buffer=False).read(use_threads=False)
        columns: dict[str, list[Any]] = table.to_pydict()
        _ = columns["name"]
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise SkelshotError(
            f"{file}: no table of clips ({str(error).splitlines()[0]}); delete the cache and "
            "write it again"
        ) from error
    return columns
