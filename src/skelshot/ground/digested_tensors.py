"""Safetensors files that carry the digest of what they hold, checked whenever they are read."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from skelshot.ground.errors import SkelshotError
from skelshot.ground.regular import check_regular
from skelshot.ground.tensor_files import write_tensors

DIGEST = "sha256"
"""The note that holds the digest."""


def write_digested(path: Path, tensors: Mapping[str, Tensor], notes: Mapping[str, str]) -> None:
    """Write tensors and notes with their digest, whole or not at all.

    Args:
        path: The file; its folder must exist.
        tensors: By name, on any device.
        notes: Texts by name, kept in the header.

    Raises:
        SkelshotError: What stands at `path` is no regular file.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "a.safetensors"
        >>> write_digested(file, {"x": torch.ones(2)}, {"of": "a"})
        >>> read_digested(file)
        ({'x': tensor([1., 1.])}, {'of': 'a'}, True)
    """
    write_tensors(path, tensors, {**notes, DIGEST: _digest(tensors, notes)})


def read_digested(path: Path) -> tuple[dict[str, Tensor], dict[str, str], bool]:
    """Read a file that `write_digested` wrote.

    Args:
        path: The file. Nothing in it is ever executed or unpickled.

    Returns:
        Tensors and notes by name, and whether there was a digest; earlier versions wrote none.

    Raises:
        SkelshotError: It cannot be read, is damaged, or holds other than its digest says.
    """
    check_regular(path)
    try:
        with safe_open(path, framework="pt") as file:
            notes = dict(file.metadata() or {})
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, KeyError, RuntimeError) as error:
        raise SkelshotError(f"{path}: damaged or not a safetensors file ({error})") from error
    written = notes.pop(DIGEST, None)
    if written is not None and written != (found := _digest(tensors, notes)):
        raise SkelshotError(f"{path}: found content of SHA-256 {found:.12}, expected {written:.12}")
    return tensors, notes, written is not None


def _digest(tensors: Mapping[str, Tensor], notes: Mapping[str, str]) -> str:
    """Return the SHA-256 of names, forms, numbers and notes."""
    plain = {name: tensors[name].detach().cpu().contiguous() for name in sorted(tensors)}
    forms = [(name, str(tensor.dtype), list(tensor.shape)) for name, tensor in plain.items()]
    digest = hashlib.sha256(json.dumps([forms, sorted(notes.items())]).encode())
    for tensor in plain.values():
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
