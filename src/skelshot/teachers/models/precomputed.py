"""Precomputed features read from a file, for models that cannot be run here."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipInfo

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from torch import Tensor

from skelshot.datasets.archives import opened_zip, packing_refusal
from skelshot.datasets.clips import BadClip
from skelshot.datasets.field_values import described
from skelshot.datasets.npz_files import (
    BLOCK,
    MOST_ARRAYS,
    complaints,
    read_array,
    read_header,
    read_table,
)
from skelshot.ground import SkelshotError
from skelshot.ground.documents import BadDocument
from skelshot.ground.files import sha256_of
from skelshot.ground.json_text import parse_json
from skelshot.ground.printable import printable
from skelshot.teachers.models.frozen import model_label
from skelshot.teachers.models.teacher import ModelOptions, Teacher, needed_model

_PARTS = (("video", "clips"), ("text", "texts"))
"""Each table of vectors and the list that names its rows."""

_NAMES = [key for _, key in _PARTS]

MOST_NUMBERS = 1 << 28
"""The most numbers of a table: 1 GiB as float32."""

MOST_COLUMNS = 65_536
"""The longest vectors that are read."""
MOST_NAMES = 1 << 21
"""The most names of a list."""

LONGEST_LIST = 16 << 20
"""The most characters of a list in a header."""

LONGEST_REASON = 300


Blocks = Iterator[tuple[tuple[slice, slice], NDArray[Any]]]
"""Rows and columns of a part of a table, and the part."""


class _Table(NamedTuple):
    """A table that is not read yet."""

    shape: tuple[int, ...]
    dtype: str
    is_number: bool
    read: Callable[[], Blocks]


class PrecomputedTeacher(Teacher):
    """Video features by clip name and text features by text, read from one file.

    It stands for a model without public weights (X-Florence) or behind a service. A `.npz` file
    holds the arrays `video` (clips, D) and `clips`, their names, and maybe `text` (texts, D) and
    `texts`; a `.safetensors` file holds the tensors `video` and `text`, and the names as JSON lists
    `clips` and `texts` in its header. It offers the members of `TextTeacher`, and `video_for` in
    place of a model's `encode_video`.

    Args:
        model: The file.

    Raises:
        SkelshotError: The file cannot be read, holds a pickle, or its tables do not fit together.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "mine.npz"
        >>> np.savez(file, video=np.eye(2), clips=["S001", "S002"])
        >>> PrecomputedTeacher(file).video_for(["S002"])
        tensor([[0., 1.]])
    """

    name = "precomputed"
    options_type = ModelOptions
    joint_space = True
    licence = "that of the model which made them"

    def __init__(self, model: str | Path | None) -> None:
        self.path = Path(needed_model("precomputed", model, "the file of features"))
        self.name = model_label("precomputed", self.path)
        tables, names = _read(self.path)
        self._rows: dict[str, dict[str, int]] = {}
        self._tables: dict[str, Tensor] = {}
        for table, key in _PARTS:
            if table in tables or key in names:
                self._tables[table] = _checked(self.path, table, key, tables, names)
                self._rows[table] = _rows(self.path, key, names[key])
        if not self._tables:
            found = printable(str(sorted([*tables, *names])[:9]))
            raise SkelshotError(
                f"{self.path}: found {found}, expected video and clips (or text and texts)"
            )
        widths = {table.shape[1] for table in self._tables.values()}
        if len(widths) > 1:
            raise SkelshotError(
                f"{self.path}: video has {self._tables['video'].shape[1]} dimensions and text "
                f"{self._tables['text'].shape[1]}; f_v + f_t needs both of one length"
            )
        self.dim = widths.pop()

    @property
    def clips(self) -> tuple[str, ...]:
        """Names of the clips that have features."""
        return tuple(self._rows.get("video", ()))

    @property
    def texts(self) -> tuple[str, ...]:
        """Texts that have features."""
        return tuple(self._rows.get("text", ()))

    def fingerprint(self) -> str:
        """Return the SHA-256 of the file."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        return sha256_of(self.path)

    def video_for(self, clips: Sequence[str]) -> Tensor:
        """Look up f_v of some clips.

        Args:
            clips: Names of B clips, as the store has them.

        Returns:
            Float32 tensor (B, D).

        Raises:
            SkelshotError: Clips without features.
        """
        return self._look_up("video", clips, "clips")

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Look up f_t of some texts.

        Args:
            texts: n texts, spelt as in the file.

        Returns:
            Float32 tensor (n, D).

        Raises:
            SkelshotError: Texts without features.
        """
        return self._look_up("text", texts, "texts")

    def _look_up(self, table: str, wanted: Sequence[str], what: str) -> Tensor:
        rows = self._rows.get(table, {})
        missing = [name for name in wanted if name not in rows]
        if missing:
            shown = ", ".join(repr(name) for name in missing[:3])
            raise SkelshotError(
                f"{self.path}: no {table} features of {len(missing)} {what} ({shown}"
                f"{', ...' if len(missing) > 3 else ''}), has those of {len(rows)}; compute them "
                "with the same model"
            )
        if not wanted:
            return torch.empty(0, self.dim)
        return self._tables[table][[rows[name] for name in wanted]]


def _read(path: Path) -> tuple[dict[str, _Table], dict[str, list[Any]]]:
    """Find the tables of either kind of file, and read the names."""
    if not path.is_file():
        raise SkelshotError(f"--model {path}: no such file, expected .npz or .safetensors")
    if path.suffix not in (".npz", ".safetensors"):
        raise SkelshotError(f"--model {path}: expected a file .npz or .safetensors")
    try:
        with complaints(path):
            return _read_npz(path) if path.suffix == ".npz" else _read_safetensors(path)
    except (BadClip, SafetensorError) as error:
        reason = printable(str(error), LONGEST_REASON)
        if isinstance(error, SafetensorError):
            reason = f"not a whole .safetensors file ({reason})"
        raise SkelshotError(f"{path}: {reason}") from error


def _read_npz(path: Path) -> tuple[dict[str, _Table], dict[str, list[Any]]]:
    tables: dict[str, _Table] = {}
    names: dict[str, list[Any]] = {}
    with opened_zip(path, MOST_ARRAYS) as archive:
        for info in archive.infolist():
            name = info.filename.removesuffix(".npy")
            if reason := packing_refusal(info):
                raise BadClip(f"{printable(name)}: {reason}")
            with archive.open(info) as handle:
                shape, _, dtype = read_header(handle, printable(name))
            if dtype.hasobject:
                raise BadClip(
                    f"{printable(name)}: names as Python objects, which are pickles; save them "
                    "with np.array(names, dtype=str)"
                )
            if name in _NAMES:
                with archive.open(info) as handle:
                    found = read_array(handle, info.file_size, printable(name), MOST_NAMES)
                names[name] = np.atleast_1d(found).tolist()
            else:
                read = partial(_array_blocks, path, info)
                tables[name] = _Table(shape, f"{dtype!s:.20}", dtype.kind in "fiu", read)
    return tables, names


def _array_blocks(path: Path, info: ZipInfo) -> Blocks:
    with opened_zip(path, MOST_ARRAYS) as archive, archive.open(info) as handle:
        yield from read_table(handle, info.file_size, printable(info.filename), MOST_NUMBERS)


def _read_safetensors(path: Path) -> tuple[dict[str, _Table], dict[str, list[Any]]]:
    tables: dict[str, _Table] = {}
    with safe_open(path, framework="np") as file:  # PyTorch would map the whole file once more
        header = file.metadata() or {}
        for name in file.keys():  # noqa: SIM118
            part = file.get_slice(name)
            dtype = part.get_dtype()
            is_number = dtype[0] in "FBIU" and dtype != "BOOL"
            tables[name] = _Table(
                tuple(part.get_shape()), dtype, is_number, partial(_tensor_blocks, path, name)
            )
    names = {key: _names_in(header[key], key) for key in _NAMES if key in header}
    return tables, names


def _names_in(text: str, key: str) -> list[Any]:
    if len(text) > LONGEST_LIST:
        raise BadClip(f"{key}: found {len(text)} characters, expected at most {LONGEST_LIST}")
    try:
        names = parse_json(text, key)
    except BadDocument as error:
        raise BadClip(f"not a whole .safetensors file ({error})") from error
    if not isinstance(names, list):
        raise BadClip(f"not a whole file: {key} in the header is no list of names")
    return names


def _tensor_blocks(path: Path, name: str) -> Blocks:
    with safe_open(path, framework="pt") as file:
        part = file.get_slice(name)
        rows, each = part.get_shape()
        step = max(1, BLOCK // (4 * each))
        for start in range(0, rows, step):
            block = part[start : start + step].float().numpy()
            yield (slice(start, start + len(block)), slice(None)), block


def _checked(
    path: Path, table: str, key: str, tables: dict[str, _Table], names: dict[str, list[Any]]
) -> Tensor:
    """Return one table as float32, or say what is wrong with it, unread where that shows."""
    for part, found in ((table, tables), (key, names)):
        if part not in found:
            raise SkelshotError(f"{path}: no {part}, expected {table} (rows, D) and {key} (rows)")
    shape, dtype, is_number, read = tables[table]
    if len(shape) != 2 or min(shape) < 1 or not is_number:
        raise SkelshotError(
            f"{path}: {table} has shape {shape} of {dtype}, expected numbers (rows, D)"
        )
    if len(names[key]) != shape[0]:
        raise SkelshotError(
            f"{path}: {len(names[key])} {key} for {shape[0]} rows of {table}, expected one each"
        )
    if shape[1] > MOST_COLUMNS:
        raise SkelshotError(
            f"{path}: {table} has vectors of {shape[1]} numbers, expected at most {MOST_COLUMNS}"
        )
    if math.prod(shape) > MOST_NUMBERS:
        raise SkelshotError(
            f"{path}: {table} has shape {shape}, expected at most {MOST_NUMBERS} numbers"
        )
    try:
        with complaints(path):
            values = np.empty(shape, np.float32)
            for place, block in read():
                with np.errstate(over="ignore", invalid="ignore"):
                    values[place] = block
                good = np.isfinite(values[place]).all(axis=1)
                if not good.all():  # at once: the rest may be a gigabyte
                    name = described(names[key][(place[0].start or 0) + int(good.argmin())])
                    more = "" if block.shape == shape else " or more"
                    count = f"{np.count_nonzero(~good)}{more}"
                    raise BadClip(f"{count} rows of {table} are not finite, the first is {name}")
    except (BadClip, SafetensorError) as error:
        raise SkelshotError(f"{path}: {printable(str(error), LONGEST_REASON)}") from error
    return torch.from_numpy(values)


def _rows(path: Path, key: str, names: Sequence[Any]) -> dict[str, int]:
    """Return the row of each name, refusing what is no text and what comes twice."""
    rows: dict[str, int] = {}
    for row, name in enumerate(names):
        if not isinstance(name, str):
            raise SkelshotError(f"{path}: {key} holds {described(name)}, expected names (texts)")
        if name in rows:
            raise SkelshotError(f"{path}: {key} names {described(name)} twice")
        rows[name] = row
    return rows
