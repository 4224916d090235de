"""Reading the files of a feature cache, each with its own checks."""

import hashlib
from pathlib import Path
from typing import Any, Final, Literal, Self

import torch
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json
from skelshot.ground.regular import open_regular
from skelshot.teachers.cache.video import VideoInfo

FORMAT_VERSION: Final = 2
TENSOR_FILE = "features.safetensors"
INFO_FILE = "features.json"


class FeatureInfo(BaseModel):
    """What `features.json` says about the tensors beside it.

    Args:
        format_version: Version of the folder's format.
        teacher: The teacher's name.
        fingerprint: Digest of all that decides the teacher's vectors.
        dim: Length D of a vector.
        data_hash: The store's hash, which the features belong to.
        class_names: All class names of the store, in label order.
        text_labels: The label of each row of the tensor `text`; novel classes may be left out,
            and all classes where there are video features alone.
        texts: The R texts that each row was made of; empty when they are not known.
        options: How the cache was made, for the record.
        sha256: Digest of `features.safetensors`.
        video: The video features beside it, if there are any; not in version 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: Literal[1, 2] = FORMAT_VERSION
    teacher: str = Field(min_length=1)
    fingerprint: str = Field(min_length=1)
    dim: int = Field(ge=1)
    data_hash: str = Field(min_length=1)
    class_names: tuple[str, ...] = Field(min_length=1)
    text_labels: tuple[int, ...]
    texts: tuple[tuple[str, ...], ...] = ()
    options: dict[str, JsonValue] = {}
    sha256: str
    video: VideoInfo | None = None

    @model_validator(mode="after")
    def _labels_name_classes(self) -> Self:
        if not self.text_labels and self.video is None:
            raise ValueError("text_labels is empty, and there are no video features")
        if len(set(self.text_labels)) < len(self.text_labels):
            raise ValueError("text_labels names a class twice")
        outside = [label for label in self.text_labels if not 0 <= label < len(self.class_names)]
        if outside:
            raise ValueError(
                f"text_labels holds {outside[0]}, expected labels from 0 to "
                f"{len(self.class_names) - 1}"
            )
        if self.texts and len(self.texts) != len(self.text_labels):
            raise ValueError(
                f"texts has {len(self.texts)} rows and text_labels {len(self.text_labels)}"
            )
        return self


def read_info(folder: Path) -> FeatureInfo:
    """Read and check `features.json`.

    Args:
        folder: The cache.

    Returns:
        What it says.

    Raises:
        SkelshotError: The folder is no whole cache, or the file is not as it should be.
    """
    file = folder / INFO_FILE
    if not file.is_file() or folder.name.endswith(".partial"):
        stopped = folder.with_name(folder.name + ".partial").is_dir()
        raise SkelshotError(
            f"{folder}: not a feature cache, expected a folder with {INFO_FILE} and {TENSOR_FILE} "
            f"written whole; {'the run that wrote it was stopped, ' if stopped else ''}"
            "write it with `skelshot teach`"
        )
    document = read_json(file)
    version = document.get("format_version") if isinstance(document, dict) else None
    if version not in (1, FORMAT_VERSION):
        raise SkelshotError(
            f"{file}: found format version {version!r}, this Skelshot reads 1 to {FORMAT_VERSION}; "
            "write the cache again or update Skelshot"
        )
    try:
        return FeatureInfo.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "document"
        raise SkelshotError(
            f"{file}, field {field}: {first['msg']}; write the cache again with `skelshot teach`"
        ) from error


def read_text(file: Path, info: FeatureInfo) -> Tensor:
    """Read the tensor `text` and check it against what `features.json` says.

    Args:
        file: `features.safetensors`.
        info: What `features.json` says.

    Returns:
        Features (rows, R, D), float32.

    Raises:
        SkelshotError: The file is damaged, a pickle, or holds something else.
    """
    try:
        with open_regular(file) as handle:
            content = handle.read()
    except OSError as error:
        raise SkelshotError(f"{file}: cannot be read ({error.strerror})") from error
    tensors = _parse_tensors(content, file)
    if "text" not in tensors:
        raise SkelshotError(f"{file}: found tensors {sorted(tensors)}, expected one named 'text'")
    text: Tensor = tensors["text"]
    rows = len(info.text_labels)
    if text.ndim != 3 or text.shape[0] != rows or text.shape[1] < 1 or text.shape[2] != info.dim:
        raise SkelshotError(
            f"{file}: text has shape {tuple(text.shape)}, expected ({rows}, renderings, "
            f"{info.dim}) as {INFO_FILE} says; write the cache again"
        )
    if bad := int((~torch.isfinite(text)).sum()):
        raise SkelshotError(
            f"{file}: {bad} of {text.numel()} numbers are not finite; the teacher failed, write "
            "the cache again"
        )
    if hashlib.sha256(content).hexdigest() != info.sha256:
        raise SkelshotError(
            f"{file}: its digest is not the one in {INFO_FILE}, so one of the two is damaged or "
            "of another cache; write the cache again"
        )
    return text.float()


def _parse_tensors(content: bytes, file: Path) -> dict[str, Any]:
    """Parse safetensors, telling a pickle from a truncated file."""
    try:
        return dict(load_tensors(content))
    except SafetensorError as error:
        if content.startswith((b"\x80", b"PK")):
            raise SkelshotError(
                f"{file}: found a pickle, which can run code when it is read; expected safetensors"
            ) from error
        raise SkelshotError(
            f"{file}: not a whole safetensors file ({len(content)} bytes, {error}); it is "
            "truncated or damaged, write the cache again"
        ) from error
