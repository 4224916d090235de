"""The cache of a teacher's features: a folder that pre-training reads instead of the teacher."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Self

import torch
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json

FORMAT_VERSION: Final = 1
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
        text_labels: The label of each row of the tensor `text`; novel classes may be left out.
        texts: The R texts that each row was made of; empty when they are not known.
        options: How the cache was made, for the record.
        sha256: Digest of `features.safetensors`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: Literal[1] = FORMAT_VERSION
    teacher: str = Field(min_length=1)
    fingerprint: str = Field(min_length=1)
    dim: int = Field(ge=1)
    data_hash: str = Field(min_length=1)
    class_names: tuple[str, ...] = Field(min_length=1)
    text_labels: tuple[int, ...] = Field(min_length=1)
    texts: tuple[tuple[str, ...], ...] = ()
    options: dict[str, JsonValue] = {}
    sha256: str

    @model_validator(mode="after")
    def _labels_name_classes(self) -> Self:
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


@dataclass(frozen=True, eq=False)
class FeatureCache:
    """Features of one teacher for one store.

    Args:
        path: The folder.
        info: What `features.json` says.
        text: Class-text features (rows, R, D), float32; R prompt renderings a class. Row r is
            the class `info.text_labels[r]`.
    """

    path: Path
    info: FeatureInfo
    text: Tensor

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Read a cache and check that it is whole.

        Args:
            path: The folder that `skelshot teach` or `write_features` wrote.

        Returns:
            The cache, its tensors in memory.

        Raises:
            SkelshotError: The folder is no cache, is half-written, damaged, of a newer format,
                holds a pickle, or its numbers are not finite or not of the shape it tells.
        """
        path = Path(path)
        info = _read_info(path)
        return cls(path, info, _read_text(path / TENSOR_FILE, info))

    @property
    def teacher(self) -> str:
        """The teacher's name."""
        return self.info.teacher

    @property
    def fingerprint(self) -> str:
        """Digest of all that decides the teacher's vectors."""
        return self.info.fingerprint

    @property
    def dim(self) -> int:
        """Length D of a vector."""
        return self.info.dim

    @property
    def class_names(self) -> tuple[str, ...]:
        """All class names of the store, in label order."""
        return self.info.class_names

    @property
    def data_hash(self) -> str:
        """Hash of the store that the features belong to."""
        return self.info.data_hash

    def text_for(self, labels: Sequence[int]) -> Tensor:
        """Look up the class texts of some labels.

        Args:
            labels: Labels in the store, each 0 to the number of classes - 1.

        Returns:
            Features (len(labels), R, D), in the order asked.

        Raises:
            SkelshotError: The cache has no text for one of them.
        """
        row_of = {label: row for row, label in enumerate(self.info.text_labels)}
        wanted = [int(label) for label in labels]
        missing = sorted({label for label in wanted if label not in row_of})
        if missing:
            names = [
                repr(self.class_names[label]) if 0 <= label < len(self.class_names) else str(label)
                for label in missing
            ]
            raise SkelshotError(
                f"{self.path}: lacks the text features of {len(missing)} classes that are needed "
                f"({', '.join(names[:5])}{', ...' if len(names) > 5 else ''}), has those of "
                f"{len(row_of)}; run `skelshot teach` on this store again"
            )
        return self.text[[row_of[label] for label in wanted]]

    def check_matches(
        self,
        data_hash: str,
        class_names: Sequence[str],
        labels_needed: Sequence[int],
        dim: int | None = None,
    ) -> None:
        """Refuse to be used with another store, or without classes that training needs.

        Args:
            data_hash: The store's hash.
            class_names: The store's class names in label order.
            labels_needed: Labels of the base classes; novel ones are not asked for.
            dim: The length D that an encoder or checkpoint was built for, if any.

        Raises:
            SkelshotError: One of these does not fit; the message names both sides.
        """
        again = "run `skelshot teach` on this store"
        if tuple(class_names) != self.class_names:
            raise SkelshotError(
                f"{self.path}: features of {_classes(self.class_names)}, the store has "
                f"{_classes(class_names)}; {again}"
            )
        if data_hash != self.data_hash:
            raise SkelshotError(
                f"{self.path}: features of the data set {self.data_hash[:12]}, the store is "
                f"{data_hash[:12]}; {again}"
            )
        if dim is not None and dim != self.dim:
            raise SkelshotError(
                f"{self.path}: features of {self.teacher} have {self.dim} dimensions, expected "
                f"{dim}; use the features that the run was started with"
            )
        self.text_for(labels_needed)


def _classes(names: Sequence[str]) -> str:
    """Return the number of classes and the first few names."""
    return f"{len(names)} classes ({', '.join(names[:3])}{', ...' if len(names) > 3 else ''})"


def _read_info(folder: Path) -> FeatureInfo:
    """Read and check `features.json`."""
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
    if version != FORMAT_VERSION:
        raise SkelshotError(
            f"{file}: found format version {version!r}, this Skelshot reads {FORMAT_VERSION}; "
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


def _read_text(file: Path, info: FeatureInfo) -> Tensor:
    """Read the tensor `text` and check it against what `features.json` says."""
    try:
        content = file.read_bytes()
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
