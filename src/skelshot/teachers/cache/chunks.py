"""Writing video features into a folder, chunk by chunk, so that memory does not grow."""

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.teachers.cache.video import (
    CLIPS_FILE,
    PROMPTED_FILE,
    SKIPPED_FILE,
    VIDEO_FILE,
    FileInfo,
    FloatArray,
    VideoInfo,
)


@dataclass(frozen=True)
class ClipNote:
    """What a clip's features were made of.

    Args:
        name: The clip's name.
        key: Digest of all that decides them: name, frames, box, pixels, options, teacher.
        frames: Frame numbers in the video, a tuple a sample; empty when not known.
        box: Left, top, width and height of what was cut out; empty when not known.
        fallback: Why the whole frame was taken in place of the crop, if it was.
        clamped: How many frames stand beyond the video's end.
        remark: What was assumed or looks odd, if anything.
    """

    name: str
    key: str = ""
    frames: tuple[tuple[int, ...], ...] = ()
    box: tuple[int, ...] = ()
    fallback: str | None = None
    clamped: int = 0
    remark: str | None = None


@dataclass(frozen=True)
class SkippedClip:
    """A clip without features.

    Args:
        name: The clip's name.
        reason: Why, in one line.
    """

    name: str
    reason: str


@dataclass(frozen=True, eq=False)
class Chunk:
    """Features of some clips.

    Args:
        notes: The clips.
        video: f_v (clips, directions, samples, D).
        prompted: Prompted texts (clips, directions, samples, R, D), or None.
        skipped: Clips that have none.
    """

    notes: Sequence[ClipNote]
    video: FloatArray
    prompted: FloatArray | None = None
    skipped: Sequence[SkippedClip] = field(default_factory=tuple)


def write_video_features(
    folder: Path, chunks: Iterable[Chunk], clips: int, info: VideoInfo
) -> VideoInfo:
    """Write arrays, the table of clips and the list of skipped ones.

    Args:
        folder: An existing folder.
        chunks: The clips' features in order.
        clips: How many clips all chunks together hold.
        info: What is known of them; counts and files are filled in.

    Returns:
        The information, complete.

    Raises:
        SkelshotError: Numbers are not finite, or the chunks do not fit each other.
    """
    notes: list[ClipNote] = []
    skipped: list[SkippedClip] = []
    arrays: dict[str, np.memmap] = {}
    for chunk in chunks:
        parts = {VIDEO_FILE: chunk.video}
        if chunk.prompted is not None:
            parts[PROMPTED_FILE] = chunk.prompted
        rows = slice(len(notes), len(notes) + len(chunk.notes))
        for name, part in parts.items():
            _check_finite(name, part, chunk.notes)
            if name not in arrays:
                arrays[name] = open_memmap(
                    folder / name, mode="w+", dtype=np.float32, shape=(clips, *part.shape[1:])
                )
            arrays[name][rows] = part
        notes += chunk.notes
        skipped += chunk.skipped
    for array in arrays.values():
        array.flush()
    _write_clips(folder / CLIPS_FILE, notes)
    _write_skipped(folder / SKIPPED_FILE, skipped)
    names = [*arrays, CLIPS_FILE, SKIPPED_FILE]
    return info.model_copy(
        update={
            "clips": len(notes),
            "skipped": len(skipped),
            "fallbacks": sum(note.fallback is not None for note in notes),
            "clamped": sum(note.clamped > 0 for note in notes),
            "files": {name: _file_info(folder / name) for name in names},
        }
    )


def arrays_of(
    video: NDArray[np.floating], clips: Sequence[str], dim: int | None = None
) -> Iterator[Chunk]:
    """Turn an array of the user's own into chunks.

    Args:
        video: f_v (clips, D), or (clips, samples, D) with several samples of each clip's frames.
        clips: Names of the clips, as the store has them.
        dim: Length D that the texts have, if there are texts.

    Yields:
        One chunk.

    Raises:
        SkelshotError: The array does not fit the names or the texts.
    """
    array = np.asarray(video, np.float32)
    if array.ndim == 2:
        array = array[:, None]
    if array.ndim != 3 or len(array) != len(clips) or 0 in array.shape:
        raise SkelshotError(
            f"video: found shape {np.shape(video)}, expected ({len(clips)} clips, dimensions) or "
            f"({len(clips)} clips, samples, dimensions)"
        )
    if dim is not None and array.shape[2] != dim:
        raise SkelshotError(
            f"video: found {array.shape[2]} dimensions, the texts have {dim}; f_v + f_t needs "
            "both of one length"
        )
    if len(set(clips)) < len(clips):
        twice = next(name for name in clips if list(clips).count(name) > 1)
        raise SkelshotError(f"clips: names {twice!r} twice")
    yield Chunk([ClipNote(str(name)) for name in clips], array[:, None])


def _check_finite(name: str, part: FloatArray, notes: Sequence[ClipNote]) -> None:
    bad = ~np.isfinite(part.reshape(len(part), -1)).all(axis=1)
    if bad.any():
        raise SkelshotError(
            f"{name}: features of {int(bad.sum())} clips are not finite, the first is "
            f"{notes[int(bad.argmax())].name}; the teacher failed"
        )


def _write_clips(file: Path, notes: Sequence[ClipNote]) -> None:
    table = pa.table(
        {
            "name": pa.array([note.name for note in notes], pa.string()),
            "key": pa.array([note.key for note in notes], pa.string()),
            "frames": pa.array(
                [[list(sample) for sample in note.frames] for note in notes],
                pa.list_(pa.list_(pa.int32())),
            ),
            "box": pa.array([list(note.box) for note in notes], pa.list_(pa.int32())),
            "fallback": pa.array([note.fallback for note in notes], pa.string()),
            "clamped": pa.array([note.clamped for note in notes], pa.int32()),
            "remark": pa.array([note.remark for note in notes], pa.string()),
        }
    )
    pq.write_table(table, file)


def _write_skipped(file: Path, skipped: Sequence[SkippedClip]) -> None:
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["clip", "reason"])
        writer.writerows([entry.name, entry.reason] for entry in skipped)


def _file_info(file: Path) -> FileInfo:
    with file.open("rb") as handle:
        os.fsync(handle.fileno())
    return FileInfo(bytes=file.stat().st_size, sha256=sha256_of(file))
