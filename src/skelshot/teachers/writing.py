"""Writing a feature cache, whole or not at all."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import JsonValue, ValidationError
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of, write_json
from skelshot.teachers.features import INFO_FILE, TENSOR_FILE, FeatureCache, FeatureInfo

SAME = 1e-3
"""How far two features may lie apart and count as the same (machines round differently)."""


def write_features(
    path: str | Path,
    *,
    text: Tensor | NDArray[np.floating],
    teacher: str,
    fingerprint: str,
    data_hash: str,
    class_names: Sequence[str],
    text_labels: Sequence[int] | None = None,
    texts: Sequence[Sequence[str]] = (),
    options: Mapping[str, JsonValue] | None = None,
) -> FeatureCache:
    """Write class-text features, from Skelshot's teachers or from anywhere else.

    The folder is written as `PATH.partial` and renamed when whole. A cache that stands there
    already is kept when it is the same, and otherwise never touched.

    Args:
        path: The folder to write; its parents are made.
        text: Features (rows, R, D), R renderings a class; finite.
        teacher: The teacher's name.
        fingerprint: Whatever tells this teacher from the next: a digest or a version.
        data_hash: The store's hash (`store.data_hash`).
        class_names: All class names of the store, in label order.
        text_labels: The label of each row; all classes in label order unless told.
        texts: The R texts of each row, for the record.
        options: How the features were made, for the record.

    Returns:
        The cache as written.

    Raises:
        SkelshotError: The array does not fit the names or is not finite, something else stands
            at `path`, or the disk refuses.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp()) / "features"
        >>> cache = write_features(folder, text=np.ones((2, 1, 8)), teacher="mine",
        ...     fingerprint="v1", data_hash="0a1b", class_names=["throw", "carry"])
        >>> cache.text_for([1]).shape
        torch.Size([1, 1, 8])
    """
    path = Path(path)
    labels = tuple(range(len(class_names)) if text_labels is None else text_labels)
    tensor = _checked(text, len(labels))
    fields: dict[str, object] = {
        "teacher": teacher,
        "fingerprint": fingerprint,
        "dim": tensor.shape[2],
        "data_hash": data_hash,
        "class_names": tuple(class_names),
        "text_labels": labels,
        "texts": tuple(tuple(row) for row in texts),
        "options": dict(options or {}),
    }
    info = _info(fields, sha256="not yet written")
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        return _same_or_refuse(_standing(path), info, tensor)
    partial = path.with_name(path.name + ".partial")
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        _clear(partial)
        partial.mkdir()
        save_file({"text": tensor}, partial / TENSOR_FILE)
        _flush(partial / TENSOR_FILE)
        info = _info(fields, sha256=sha256_of(partial / TENSOR_FILE))
        write_json(partial / INFO_FILE, info.model_dump(mode="json"))
        if path.exists():
            path.rmdir()
        partial.rename(path)
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SkelshotError(f"{path}: cannot be written ({reason})") from error
    return FeatureCache.open(path)


def _checked(text: object, rows: int) -> Tensor:
    """Return the features as a float32 tensor of the right shape, or say what is wrong."""
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


def _info(fields: Mapping[str, object], sha256: str) -> FeatureInfo:
    """Check the fields together; they come from the caller."""
    try:
        return FeatureInfo.model_validate({**fields, "sha256": sha256})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "features"
        raise SkelshotError(f"{field}: {first['msg']}") from error


def _standing(path: Path) -> FeatureCache:
    """Open what stands at the place to be written; nothing else is ever overwritten."""
    try:
        return FeatureCache.open(path)
    except SkelshotError as error:
        raise SkelshotError(
            f"{path}: something stands there that is not a whole feature cache, and is not "
            f"overwritten; choose another --out or delete it ({error})"
        ) from error


def _same_or_refuse(found: FeatureCache, info: FeatureInfo, text: Tensor) -> FeatureCache:
    """Return the cache that stands there if it is what was to be written."""
    for field in ("teacher", "fingerprint", "data_hash", "class_names", "text_labels", "texts"):
        before, now = getattr(found.info, field), getattr(info, field)
        if before != now:
            raise SkelshotError(
                f"{found.path}: holds a feature cache of another {field} "
                f"(found {_short(before)}, to be written {_short(now)}); choose another --out or "
                "delete it"
            )
    if found.text.shape != text.shape or not torch.allclose(found.text, text, atol=SAME):
        raise SkelshotError(
            f"{found.path}: holds a feature cache of the same teacher and data with other "
            "features; choose another --out or delete it"
        )
    return found


def _short(value: object) -> str:
    """Return the value's text, cut to a readable length."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _clear(partial: Path) -> None:
    """Remove what a stopped run left, and nothing else."""
    if not partial.exists():
        return
    names = [entry.name for entry in partial.iterdir()] if partial.is_dir() else [partial.name]
    foreign = [name for name in names if not name.lstrip(".").startswith("features.")]
    if foreign:
        raise SkelshotError(
            f"{partial}: holds {foreign[0]!r}, which no feature cache has; move it away first"
        )
    shutil.rmtree(partial)


def _flush(file: Path) -> None:
    """Have the file on the disk before the folder takes its name."""
    with file.open("rb") as handle:
        os.fsync(handle.fileno())
