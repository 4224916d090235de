"""Writing a feature cache, whole or not at all."""

import hashlib
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import JsonValue
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of, write_json
from skelshot.ground.locks import only_writer
from skelshot.ground.seeding import digest_of
from skelshot.ground.tensor_files import write_tensors
from skelshot.teachers.cache.chunks import Chunk, arrays_of, write_video_features
from skelshot.teachers.cache.conflict import checked_info, kept_or_refused
from skelshot.teachers.cache.info import INFO_FILE, TENSOR_FILE
from skelshot.teachers.cache.read import FeatureCache
from skelshot.teachers.cache.video import VideoInfo


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
        text: Class-text features (rows, R, D), R renderings a class; finite. May be left out
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
    if text is None:
        labels: tuple[int, ...] = ()
    else:
        labels = tuple(range(len(class_names)) if text_labels is None else text_labels)
    tensor = _checked(text, len(labels))
    chunks: list[Chunk] = []
    info: VideoInfo | None = None
    if video is not None:
        chunks = list(arrays_of(video, clips, None if tensor is None else tensor.shape[2]))
        key = digest_of(
            "arrays", *clips, hashlib.sha256(chunks[0].video.tobytes()).hexdigest()
        ).hex()
        samples = chunks[0].video.shape[2]
        info = VideoInfo(key=key, clips=len(clips), samples=samples, source="precomputed")
    if tensor is None and not chunks:
        raise SkelshotError(f"{path}: neither text nor video features given, expected some")
    fields = fields_of(
        teacher=teacher,
        fingerprint=fingerprint,
        dim=int(chunks[0].video.shape[3] if tensor is None else tensor.shape[2]),
        data_hash=data_hash,
        class_names=class_names,
        text_labels=labels,
        texts=texts,
        options=options,
    )
    with only_writer(path, "`skelshot teach`"):
        if standing := kept_or_refused(path, fields, tensor, info):
            return standing
        return write_whole(path, fresh_partial(path), fields, tensor, info, chunks)


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


def fields_of(
    *,
    teacher: str,
    fingerprint: str,
    dim: int,
    data_hash: str,
    class_names: Sequence[str],
    text_labels: Sequence[int],
    texts: Sequence[Sequence[str]],
    options: Mapping[str, JsonValue] | None,
) -> dict[str, object]:
    """Gather what `features.json` says, less digests and video features.

    Args:
        teacher: The teacher's name.
        fingerprint: What tells it from the next.
        dim: Length D of a vector.
        data_hash: The store's hash.
        class_names: All class names.
        text_labels: The label of each row of texts.
        texts: The texts of each row.
        options: For the record.

    Returns:
        Fields of `FeatureInfo`.
    """
    return {
        "teacher": teacher,
        "fingerprint": fingerprint,
        "dim": dim,
        "data_hash": data_hash,
        "class_names": tuple(class_names),
        "text_labels": tuple(text_labels),
        "texts": tuple(tuple(row) for row in texts),
        "options": dict(options or {}),
    }


def write_whole(
    path: Path,
    partial: Path,
    fields: Mapping[str, object],
    text: Tensor | None,
    video: VideoInfo | None,
    chunks: Iterable[Chunk],
) -> FeatureCache:
    """Write all files into an empty folder and give it its name.

    Args:
        path: The cache.
        partial: An empty folder on the same disk.
        fields: As from `fields_of`.
        text: Class-text features (rows, R, D), or None.
        video: What is known of the video features; None without.
        chunks: The video features.

    Returns:
        The cache as written.

    Raises:
        SkelshotError: Numbers are not finite, or the disk refuses.
    """
    dim = int(str(fields["dim"]))
    try:
        tensor = torch.empty(0, 1, dim) if text is None else text
        write_tensors(partial / TENSOR_FILE, {"text": tensor})
        if video is not None:
            video = write_video_features(partial, chunks, video.clips, video)
        digest = sha256_of(partial / TENSOR_FILE)
        info = checked_info({**fields, "video": video}, sha256=digest)
        write_json(partial / INFO_FILE, info.model_dump(mode="json"))
        if path.exists():
            path.rmdir()
        partial.rename(path)
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be written ({error.strerror or error})") from error
    return FeatureCache.open(path)


def _checked(text: object, rows: int) -> Tensor | None:
    """Return the features as a float32 tensor of the right shape, or say what is wrong."""
    if text is None:
        return None
    array = text.detach().cpu() if isinstance(text, Tensor) else torch.from_numpy(np.array(text))
    if array.ndim != 3 or array.shape[0] != rows or 0 in array.shape:
        raise SkelshotError(
            f"text: found shape {tuple(array.shape)}, expected ({rows} classes, renderings, "
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
