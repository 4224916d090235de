"""Features made elsewhere: the door for models that cannot be run here."""

import zipfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.ground.json_text import parse_json
from skelshot.teachers.frozen import model_label

_PARTS = (("video", "clips"), ("text", "texts"))
"""Each table of vectors and the list that names its rows."""


class PrecomputedTeacher:
    """Video features by clip name and text features by text, read from one file.

    This is how a model without public weights (X-Florence) or behind a service keeps its place
    beside the others. A `.npz` file holds the arrays `video` (clips, D) and `clips`, their names,
    and maybe `text` (texts, D) and `texts`; a `.safetensors` file holds the tensors `video` and
    `text`, and the names as JSON lists `clips` and `texts` in its header. It offers the members
    of `TextTeacher`, and `video_for` in place of a model's `encode_video`.

    Args:
        path: The file.

    Raises:
        SkelshotError: The file cannot be read, holds a pickle, or its tables do not fit together.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "mine.npz"
        >>> np.savez(file, video=np.eye(2), clips=["S001", "S002"])
        >>> PrecomputedTeacher(file).video_for(["S002"])
        tensor([[0., 1.]])
    """

    joint_space = True
    licence = "that of the model which made them"

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.name = model_label("precomputed", self.path)
        tables, names = _read(self.path)
        self._rows: dict[str, dict[str, int]] = {}
        self._tables: dict[str, Tensor] = {}
        for table, key in _PARTS:
            if table in tables or key in names:
                self._tables[table] = _checked(self.path, table, key, tables, names)
                self._rows[table] = _rows(self.path, key, names[key])
        if not self._tables:
            raise SkelshotError(
                f"{self.path}: found {sorted([*tables, *names])}, expected video and clips (or "
                "text and texts)"
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


def _read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, list[Any]]]:
    """Read tables and names from either kind of file."""
    if not path.is_file():
        raise SkelshotError(f"--model {path}: no such file, expected .npz or .safetensors")
    try:
        if path.suffix == ".npz":
            return _read_npz(path)
        if path.suffix == ".safetensors":
            return _read_safetensors(path)
    except (OSError, ValueError, EOFError, SafetensorError, zipfile.BadZipFile) as error:
        reason = (
            "names as Python objects, which are pickles; save them with np.array(names, dtype=str)"
            if "pickle" in str(error)
            else f"not a whole {path.suffix} file"
        )
        raise SkelshotError(f"{path}: {reason} ({error})") from error
    raise SkelshotError(f"--model {path}: expected a file .npz or .safetensors")


def _read_npz(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, list[Any]]]:
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    keys = {key for _, key in _PARTS}
    names = {key: [*np.atleast_1d(arrays.pop(key))] for key in keys & set(arrays)}
    return arrays, names


def _read_safetensors(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, list[Any]]]:
    with safe_open(path, framework="pt") as file:
        header = file.metadata() or {}
        tables = {name: file.get_tensor(name).float().numpy() for name in file.keys()}  # noqa: SIM118
    names = {key: parse_json(header[key], f"{path}, {key}") for _, key in _PARTS if key in header}
    for key, value in names.items():
        if not isinstance(value, list):
            raise ValueError(f"{key} in the header is no list of names")
    return tables, names


def _checked(
    path: Path,
    table: str,
    key: str,
    tables: dict[str, NDArray[Any]],
    names: dict[str, list[Any]],
) -> Tensor:
    """Return one table as float32, or say what is wrong with it."""
    for part, found in ((table, tables), (key, names)):
        if part not in found:
            raise SkelshotError(f"{path}: no {part}, expected {table} (rows, D) and {key} (rows)")
    values = tables[table]
    if values.ndim != 2 or 0 in values.shape or values.dtype.kind not in "fiu":
        raise SkelshotError(
            f"{path}: {table} has shape {values.shape} of {values.dtype}, expected numbers "
            "(rows, D)"
        )
    if len(names[key]) != len(values):
        raise SkelshotError(
            f"{path}: {len(names[key])} {key} for {len(values)} rows of {table}, expected one each"
        )
    tensor = torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))
    if bad := int((~torch.isfinite(tensor)).any(dim=1).sum()):
        row = int((~torch.isfinite(tensor)).any(dim=1).nonzero()[0])
        raise SkelshotError(
            f"{path}: {bad} rows of {table} are not finite, the first is {names[key][row]!r}"
        )
    return tensor


def _rows(path: Path, key: str, names: Sequence[Any]) -> dict[str, int]:
    """Return the row of each name, refusing what is no text and what comes twice."""
    rows: dict[str, int] = {}
    for row, name in enumerate(names):
        if not isinstance(name, str):
            raise SkelshotError(f"{path}: {key} holds {name!r}, expected names (texts)")
        if str(name) in rows:
            raise SkelshotError(f"{path}: {key} names {str(name)!r} twice")
        rows[str(name)] = row
    return rows
