"""Writing a feature cache, whole or not at all."""

import csv
import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from pydantic import JsonValue
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of, write_json
from skelshot.ground.locks import only_writer
from skelshot.ground.mapped import fresh_map
from skelshot.ground.seeding import digest_of
from skelshot.ground.tensor_files import write_tensors
from skelshot.teachers.cache.chunks import Chunk, ClipNote, SkippedClip
from skelshot.teachers.cache.conflict import existing_or_conflict
from skelshot.teachers.cache.info import (
    CLIPS_FILE,
    INFO_FILE,
    PROMPTED_FILE,
    SKIPPED_FILE,
    TENSOR_FILE,
    VIDEO_FILE,
    FeatureInfo,
    FileInfo,
    VideoInfo,
)
from skelshot.teachers.cache.read import FeatureCache
from skelshot.teachers.cache.video import FloatArray


def write_features(
    path: str | Path,
    *,
    text: Tensor | NDArray[np.floating] | None = None,
    video: NDArray[np.floating] | None = None,
    clips: Sequence[str] = (),
    teacher: str,
    fingerprint: str,
    data_hash: str,
    class_names: Sequence[str],
    text_labels: Sequence[int] | None = None,
    texts: Sequence[Sequence[str]] = (),
    options: Mapping[str, JsonValue] | None = None,
) -> FeatureCache:
    """Write features, from Skelshot's teachers or from anywhere else.

    The folder is written as `PATH.partial` and renamed when whole. A cache that stands there
    already is kept when it is the same, and otherwise never touched.

    Args:
        path: The folder to write; its parents are made.
        text: Class-text features (rows, R, D), R prompts a class; finite. May be left out
            where there are video features.
        video: Video features (clips, D), or (clips, samples, D) with several samples of each
            clip's frames, if there are any; finite.
        clips: Names of the clips of `video`, as the store has them.
        teacher: The teacher's name.
        fingerprint: Whatever tells this teacher from the next: a digest or a version.
        data_hash: The store's hash (`store.data_hash`).
        class_names: All class names of the store, in label order.
        text_labels: The label of each row of `text`; all classes in label order unless told.
        texts: The R texts of each row, for the record.
        options: How the features were made, for the record.

    Returns:
        The cache as written.

    Raises:
        SkelshotError: An array does not fit the names or is not finite, two classes have one
            vector, something else stands at `path`, or the disk refuses.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp()) / "features"
        >>> cache = write_features(folder, text=np.eye(2, 8)[:, None], teacher="mine",
        ...     fingerprint="v1", data_hash="0a1b", class_names=["throw", "carry"])
        >>> cache.text_for([1]).shape
        torch.Size([1, 1, 8])
    """
    path = Path(path)
    labels = range(len(class_names)) if text_labels is None else text_labels
    tensor = None if text is None else _checked(text, len(labels))
    chunks = []
    if video is not None:
        chunks = [Chunk.of_array(video, clips, None if tensor is None else tensor.shape[2])]
    if tensor is None and not chunks:
        raise SkelshotError(f"{path}: neither text nor video features given, expected some")
    info = FeatureInfo(
        teacher=teacher,
        fingerprint=fingerprint,
        dim=chunks[0].video.shape[3] if tensor is None else tensor.shape[2],
        data_hash=data_hash,
        class_names=tuple(class_names),
        text_labels=() if tensor is None else tuple(labels),
        texts=tuple(tuple(row) for row in texts),
        options=dict(options or {}),
        video=_info_of(chunks[0]) if chunks else None,
    )
    with only_writer(path, "`skelshot teach`"):
        if existing := existing_or_conflict(path, info, tensor):
            return existing
        return write_whole(path, fresh_partial(path), info, tensor, chunks)


def fresh_partial(path: Path) -> Path:
    """Make the empty folder in which a cache is written.

    Args:
        path: The cache.

    Returns:
        `PATH.partial`.

    Raises:
        SkelshotError: It holds something that no stopped run left, or cannot be made.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        _clear(partial)
        partial.mkdir()
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be written ({error.strerror or error})") from error
    return partial


def write_whole(
    path: Path,
    partial: Path,
    info: FeatureInfo,
    text: Tensor | None,
    chunks: Iterable[Chunk],
) -> FeatureCache:
    """Write all files into an empty folder and give it its name.

    Args:
        path: The cache.
        partial: An empty folder on the same disk.
        info: What `features.json` is to say; digests and counts are filled in.
        text: Class-text features (rows, R, D), or None.
        chunks: The video features, where `info` has some.

    Returns:
        The cache as written.

    Raises:
        SkelshotError: Numbers are not finite, or the disk refuses.
    """
    try:
        tensor = torch.empty(0, 1, info.dim) if text is None else text
        write_tensors(partial / TENSOR_FILE, {"text": tensor})
        video = info.video and _write_video(partial, chunks, info.video)
        digest = sha256_of(partial / TENSOR_FILE)
        whole = info.model_copy(update={"video": video, "sha256": digest})
        write_json(partial / INFO_FILE, whole.as_json())
        if path.exists():
            path.rmdir()
        partial.rename(path)
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be written ({error.strerror or error})") from error
    return FeatureCache.open(path)


def _info_of(chunk: Chunk) -> VideoInfo:
    """Describe video features that come as an array."""
    names = [note.name for note in chunk.notes]
    key = digest_of("arrays", *names, hashlib.sha256(chunk.video.tobytes()).hexdigest()).hex()
    samples = chunk.video.shape[2]
    return VideoInfo(key=key, clips=len(names), samples=samples, source="precomputed")


def _checked(text: object, rows: int) -> Tensor:
    """Return the features as a float32 tensor of the right shape, or say what is wrong."""
    array = text.detach().cpu() if isinstance(text, Tensor) else torch.from_numpy(np.array(text))
    if array.ndim != 3 or array.shape[0] != rows or 0 in array.shape:
        raise SkelshotError(
            f"text: found shape {tuple(array.shape)}, expected ({rows} classes, prompts, "
            "dimensions); add an axis of length 1 when there is one text a class"
        )
    array = array.to(torch.float32).contiguous()
    if bad := int((~torch.isfinite(array)).sum()):
        raise SkelshotError(f"text: {bad} of {array.numel()} numbers are not finite")
    return array


def _clear(partial: Path) -> None:
    """Remove what a stopped run left, and nothing else."""
    if not partial.exists():
        return
    names = [entry.name for entry in partial.iterdir()] if partial.is_dir() else [partial.name]
    ours = ("features.", "video.npy", "prompted.npy", "clips.parquet", "skipped.csv")
    foreign = [name for name in names if not name.lstrip(".").startswith(ours)]
    if "plan.json" in names:
        raise SkelshotError(
            f"{partial}: holds unfinished video features; run the command that began them again, "
            "or delete the folder"
        )
    if foreign:
        raise SkelshotError(
            f"{partial}: holds {foreign[0]!r}, which no feature cache has; move it away first"
        )
    shutil.rmtree(partial)


def _write_video(folder: Path, chunks: Iterable[Chunk], info: VideoInfo) -> VideoInfo:
    """Write arrays, clips and skipped clips, a chunk at a time so that memory does not grow."""
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
                shape = (info.clips, *part.shape[1:])
                arrays[name] = fresh_map(folder / name, np.float32, shape)
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
