"""The files of a store: their names, their headers and the document that describes them."""

import hashlib
import json
import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, NonNegativeInt

from skelshot.datasets.store.index import ClipRecord
from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json
from skelshot.ground.options import Options
from skelshot.ground.regular import open_regular
from skelshot.skeletons.inputs import AskedSides

DOCUMENT = "store.json"
INDEX = "index.parquet"
REJECTED = "rejected.csv"
SPLITS = "splits.json"
SETS = "sets"
"""The reader that makes one store of several, whose classes are called `SET/CLASS`."""
HEADER_BYTES = 128
"""Every array file begins with a header of this size, so that it can be rewritten in place."""


@dataclass(frozen=True)
class ArrayFile:
    """One array of a store: rows of fixed shape, one after the other.

    Args:
        name: The file's name.
        item: Shape of a row.
        dtype: Kind of number.
        per_frame: One row a frame, not one a person and frame.
    """

    name: str
    item: tuple[int, ...]
    dtype: np.dtype[Any]
    per_frame: bool = False

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return math.prod(self.item) * self.dtype.itemsize

    def header(self, rows: int) -> bytes:
        """Return the `.npy` header (version 1.0), padded to `HEADER_BYTES`.

        Args:
            rows: Number of rows the file holds.

        Returns:
            128 bytes.
        """
        shape = (rows, *self.item)
        text = f"{{'descr': '{self.dtype.str}', 'fortran_order': False, 'shape': {shape}, }}"
        padded = text.ljust(HEADER_BYTES - 11) + "\n"
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded.encode("ascii")

    def open(self, folder: Path, rows: int) -> NDArray[Any]:
        """Map the file into memory for reading.

        Args:
            folder: The store.
            rows: Number of rows it must hold.

        Returns:
            Array (rows, *item), read on demand.

        Raises:
            SkelshotError: The file is missing, or its header or length is another.
        """
        path = folder / self.name
        wanted = HEADER_BYTES + rows * self.row_bytes
        try:
            found = path.stat().st_size
            with open_regular(path) as handle:
                header = handle.read(HEADER_BYTES)
        except OSError as error:
            raise SkelshotError(
                f"{path}: cannot be read ({error.strerror}); prepare the store again"
            ) from error
        if found != wanted or header != self.header(rows):
            raise SkelshotError(
                f"{path}: found {found} bytes, expected {wanted} for {rows} rows of shape "
                f"{self.item}; the file is truncated or altered, prepare the store again"
            )
        mapped = np.memmap(path, self.dtype, "r", HEADER_BYTES, (rows, *self.item))
        return mapped.view(np.ndarray)


def array_files(joints: int, channels: int) -> dict[str, ArrayFile]:
    """Return the arrays a store may hold; pixels and confidence only where a clip has them.

    Args:
        joints: Number of joints V.
        channels: Number of coordinates C.

    Returns:
        Array files by the name of their field in `SkeletonSequence`.
    """
    single = np.dtype("<f4")
    return {
        "joints": ArrayFile("frames.npy", (joints, channels), single),
        "present": ArrayFile("present.npy", (), np.dtype("|b1")),
        "frame_index": ArrayFile("frame_index.npy", (), np.dtype("<i8"), per_frame=True),
        "pixels": ArrayFile("pixels.npy", (joints, 2), single),
        "confidence": ArrayFile("confidence.npy", (joints,), single),
    }


class _Part(Options):
    """A part of `store.json`; unknown fields are refused."""

    model_config = ConfigDict(strict=True)

    described: ClassVar[str] = "store"


class FileFacts(_Part):
    """Length and SHA-256 of a file."""

    bytes: int
    sha256: str


class Counts(_Part):
    """Counts of what a store holds and what it had to leave out."""

    clips: NonNegativeInt
    frames: NonNegativeInt
    person_frames: NonNegativeInt
    rejected: NonNegativeInt
    repaired: NonNegativeInt


class ReaderFacts(_Part):
    """The reader that wrote the store, with its options."""

    name: str
    options: dict[str, Any]


class SourceFacts(_Part):
    """The number of raw files, and a hash of their names, sizes and times of change.

    `videos` is a hash of which video shows which; None where none does.
    """

    count: int
    fingerprint: str
    videos: str | None = None


class StoreDocument(_Part):
    """The document `store.json`.

    `layout` is the name of a shipped layout, or a layout of one's own as `layout_as_data` gives
    it; `sides` is what was said of left and right when the store was made.

    `data_hash` covers the arrays and all that tasks depend on (names, labels, subjects, ...), so
    results and feature caches can name the data they belong to.
    """

    format: Literal["skelshot-store"] = "skelshot-store"
    version: Literal[1] = 1
    layout: str | dict[str, Any]
    channels: Literal[2, 3]
    units: str
    coordinates: str
    sides: AskedSides = "auto"
    counts: Counts
    class_names: list[str]
    reader: ReaderFacts
    sources: SourceFacts
    data_hash: str
    files: dict[str, FileFacts]


def read_document(folder: Path) -> StoreDocument:
    """Read and check `store.json`.

    Args:
        folder: The store.

    Returns:
        The document.

    Raises:
        SkelshotError: It is absent, not JSON, of another version, or a field does not fit.
    """
    path = folder / DOCUMENT
    document = read_json(path)
    if not isinstance(document, dict) or document.get("format") != "skelshot-store":
        raise SkelshotError(f"{path}: not a store's description; name a folder made by prepare")
    if document.get("version") != 1:
        raise SkelshotError(
            f"{path}, version: found {document.get('version')!r}, expected 1; "
            "prepare the store again or use the Skelshot that wrote it"
        )
    try:
        return StoreDocument.model_validate(document)
    except SkelshotError as error:
        raise SkelshotError(f"{path}: {error}; prepare the store again") from error


def data_hash_of(
    layout: str | dict[str, Any],
    class_names: Iterable[str],
    files: dict[str, FileFacts],
    records: Iterable[ClipRecord],
) -> str:
    """Hash what a store's clips are: arrays, names, labels and who acts where.

    Args:
        layout: The layout's name, or its definition where it is one's own.
        class_names: In label order.
        files: Length and hash of each file; only the arrays count.
        records: The index.

    Returns:
        64 hexadecimal digits. Where the raw files lay makes no difference.
    """
    arrays = {name: facts.sha256 for name, facts in files.items() if name.endswith(".npy")}
    parts = [layout, list(class_names), sorted(arrays.items()), [r.identity() for r in records]]
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
