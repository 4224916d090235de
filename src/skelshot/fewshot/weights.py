"""One file a trained method: weights, name, options and form in the safetensors format."""

import json
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open

from skelshot.fewshot.base import FewShotMethod
from skelshot.ground import SkelshotError
from skelshot.ground.json_text import parse_json
from skelshot.ground.options import as_written
from skelshot.ground.regular import check_regular
from skelshot.ground.tensor_files import write_tensors

FORMAT = "skelshot-method"
VERSION = "1"

Method = TypeVar("Method", bound=FewShotMethod)


def save_method(path: Path, method: FewShotMethod, shape: tuple[int, ...]) -> None:
    """Write a method's weights to one `.safetensors` file, whole or not at all.

    Args:
        path: The file; its folder must exist.
        method: What to write; it may be on any device.
        shape: What `make_weights` was called with.

    Raises:
        SkelshotError: A weight is not finite.
    """
    state = {name: t.detach().cpu().contiguous() for name, t in method.state_dict().items()}
    for name, tensor in state.items():
        if not bool(torch.isfinite(tensor).all()):
            raise SkelshotError(
                f"{path}, tensor {name!r}: holds NaN or infinite values, expected none; training "
                "has diverged, lower the learning rate"
            )
    header = {
        "format": FORMAT,
        "format_version": VERSION,
        "method": method.name,
        "options": method.options.model_dump_json(),
        "shape": json.dumps(shape),
    }
    write_tensors(path, state, header)


def load_method(path: Path, method: Method, shape: tuple[int, ...]) -> Method:
    """Read the weights of a method that `save_method` wrote.

    The method gets the options it was trained with, but for those that were set by hand.

    Args:
        path: The file. Nothing in it is ever executed or unpickled.
        method: The method that is to be used.
        shape: What it reads of one view of a clip.

    Returns:
        A new method of that type with its weights, in evaluation mode on the CPU.

    Raises:
        SkelshotError: There is no such file, it is damaged, of another method, of features of
            another form or of options that give weights of another form; both sides are named.
    """
    check_regular(path)
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise SkelshotError(
            f"{path}: no such file, expected the weights of method {method.name}"
        ) from error
    except (SafetensorError, OSError) as error:
        raise SkelshotError(f"{path}: damaged or not a safetensors file ({error})") from error
    options, trained = _read_header(path, header, method.name)
    if trained != shape:
        raise SkelshotError(
            f"{path}: the weights of {method.name} are for features of shape {trained}, this "
            f"evaluation reads {shape}; read out as in training, or train again"
        )
    told = method.options.model_dump(include=method.options.model_fields_set)
    chosen = as_written(method.options_type, options) | told
    loaded = type(method).from_options(chosen)
    loaded.make_weights(shape)
    try:
        loaded.load_state_dict(state)
    except RuntimeError as error:
        ours = {name: tuple(tensor.shape) for name, tensor in loaded.state_dict().items()}
        theirs = {name: tuple(tensor.shape) for name, tensor in state.items()}
        unlike = sorted(n for n in {*ours, *theirs} if ours.get(n) != theirs.get(n))
        raise SkelshotError(
            f"{path}, tensor {unlike[0]!r}: found {theirs.get(unlike[0])}, method {method.name} "
            f"with these options has {ours.get(unlike[0])}; use the options of the training"
        ) from error
    return loaded.requires_grad_(False).eval()


def _read_header(
    path: Path, header: dict[str, str], wanted: str
) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Return options and form, once the file is known to be this method's."""
    if header.get("format") != FORMAT or header.get("format_version") != VERSION:
        raise SkelshotError(
            f"{path}: found format {header.get('format')!r} {header.get('format_version')!r}, "
            f"expected {FORMAT!r} {VERSION!r}; pretrain again with this version of Skelshot"
        )
    if header.get("method") != wanted:
        raise SkelshotError(
            f"{path}: found the weights of method {header.get('method')}, expected those of "
            f"{wanted}; evaluate with --method {header.get('method')}, or pretrain with "
            f"--episodes {wanted}"
        )
    try:
        options, shape = (parse_json(header[key], key) for key in ("options", "shape"))
        return dict(options), tuple(shape)
    except (KeyError, TypeError, ValueError, SkelshotError) as error:
        raise SkelshotError(f"{path}: its header is damaged; pretrain again") from error
