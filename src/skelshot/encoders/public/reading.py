"""The tensors of a file that PyTorch wrote, by name; nothing in the file is executed."""

import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.regular import open_regular

LARGEST = 2_000_000_000
"""Most bytes that a file may have, packed and unpacked, and most numbers in all its tensors.

Published graph networks have some 15 million bytes."""

_NESTED = ("state_dict", "model_state_dict", "model", "net", "weights")
_WRAPPER = "module."
_COUNTER = "num_batches_tracked"


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read the weights of a checkpoint, wherever in it they are.

    Args:
        path: A file of `torch.save`: the weights by name, or a mapping that holds them under
            `state_dict`, `model` or the like; names may begin with `module.`.

    Returns:
        float32 tensors by name, without `module.` and without the counters of batch norms.

    Raises:
        SkelshotError: There is no such file, it is no whole file of PyTorch's, holds more than
            tensors and plain values (which could run code), or no weights.
    """
    found = _state(_loaded(path))
    numbers = sum(tensor.numel() for tensor in (found or {}).values())
    if numbers > LARGEST:  # a few stored numbers may stand for any number
        raise _too_large(path, f"tensors of {numbers:,} numbers")
    if found is None:
        raise SkelshotError(
            f"{path}: found no tensors by name, at the top or under one of {', '.join(_NESTED)}; "
            "save the network's state_dict()"
        )
    if all(name.startswith(_WRAPPER) for name in found):
        found = {name.removeprefix(_WRAPPER): tensor for name, tensor in found.items()}
    return {name: t.float() for name, t in found.items() if not name.endswith(_COUNTER)}


def _loaded(path: Path) -> object:
    try:
        with open_regular(path) as file:
            size = file.seek(0, 2)
            if zipfile.is_zipfile(file):
                with zipfile.ZipFile(file) as archive:
                    size = max(size, sum(member.file_size for member in archive.infolist()))
            if size > LARGEST:
                raise _too_large(path, f"{size:,} bytes")
            file.seek(0)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what is wrong is told below
                loaded: object = torch.load(file, map_location="cpu", weights_only=True)
            return loaded
    except FileNotFoundError as error:
        raise SkelshotError(f"{path}: no such file, expected a checkpoint (.pt, .pth)") from error
    except SkelshotError:
        raise
    except Exception as error:  # damaged files fail in many ways
        if type(error).__name__ == "UnpicklingError":
            raise SkelshotError(
                f"{path}: holds more than tensors and plain values, or is no PyTorch file at all, "
                "and is not read, since doing so could run code; save the network's state_dict() "
                "alone"
            ) from error
        told = (str(error).splitlines() or [type(error).__name__])[0]
        raise SkelshotError(
            f"{path}: truncated, damaged or not a file of PyTorch's ({told}); fetch it again"
        ) from error


def _too_large(path: Path, found: str) -> SkelshotError:
    return SkelshotError(
        f"{path}: found {found}, expected at most {LARGEST:,}; name the checkpoint of one network"
    )


def _state(document: object) -> dict[str, Tensor] | None:
    """Find tensors by name in a document, at the top or one key below."""
    if not isinstance(document, Mapping):
        return None
    tensors = {
        name: value
        for name, value in document.items()
        if isinstance(name, str) and isinstance(value, Tensor)
    }
    if tensors:
        return tensors
    inner = (_state(document[key]) for key in _NESTED if key in document)
    return next((state for state in inner if state), None)
