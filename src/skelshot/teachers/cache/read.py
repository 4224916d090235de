"""The cache of a teacher's features: a folder that pre-training reads instead of the teacher."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.regular import open_regular
from skelshot.teachers.cache.info import INFO_FILE, TENSOR_FILE, FeatureInfo, read_info
from skelshot.teachers.cache.video import VideoFeatures


@dataclass(frozen=True, eq=False)
class FeatureCache:
    """Features of one teacher for one store.

    Args:
        path: The folder.
        info: What `features.json` says.
        text: Class-text features (rows, R, D), float32; R prompts a class. Row r is
            the class `info.text_labels[r]`. No rows where the teacher has no texts.
        video: Video features, or None where there are texts alone.
    """

    path: Path
    info: FeatureInfo
    text: Tensor
    video: VideoFeatures | None = None

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Read a cache and check that it is whole.

        Args:
            path: The folder that `skelshot teach` or `write_features` wrote.

        Returns:
            The cache; texts in memory, video features mapped from disk.

        Raises:
            SkelshotError: The folder is no cache, is half-written, damaged, of a newer format,
                holds a pickle, or its numbers are not finite or not of the shape it tells.
        """
        path = Path(path)
        info = read_info(path)
        text = _read_text(path / TENSOR_FILE, info)
        video = None if info.video is None else VideoFeatures.open(path, info.video, info.dim)
        return cls(path, info, text, video)

    @property
    def teacher(self) -> str:
        """The teacher's name."""
        return self.info.teacher

    @property
    def fingerprint(self) -> str:
        """Digest of all that decides the teacher's vectors."""
        return self.info.fingerprint

    @property
    def identity(self) -> str:
        """The fingerprint, and with it whatever else decides the video features."""
        if self.info.video is None:
            return self.info.fingerprint
        return f"{self.info.fingerprint} {self.info.video.key}"

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
            labels_needed: Labels of the base classes; novel ones are not asked for, and none
                where video features alone are used.
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


def _read_text(file: Path, info: FeatureInfo) -> Tensor:
    """Read the tensor `text` (rows, R, D) and check it against what `features.json` says."""
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
            f"{file}: text has shape {tuple(text.shape)}, expected ({rows}, prompts, "
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


def _parse_tensors(content: bytes, file: Path) -> dict[str, Tensor]:
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
