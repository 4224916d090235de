"""One file an encoder: weights, spec and input spec in the safetensors format."""

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from skelshot.encoders.base import Encoder
from skelshot.encoders.build import build_encoder
from skelshot.encoders.family import read_spec
from skelshot.encoders.spec import EncoderSpec
from skelshot.ground import SkelshotError
from skelshot.ground.documents import BadDocument
from skelshot.ground.json_text import parse_json
from skelshot.ground.regular import open_regular
from skelshot.ground.tensor_files import write_tensors
from skelshot.skeletons import SkeletonLayout

FORMAT = "skelshot-encoder"
VERSION = "1"
AGAIN = "fetch or write the file again"
_DTYPES = {
    **{torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"},
    **{torch.int64: "I64", torch.int32: "I32", torch.uint8: "U8", torch.bool: "BOOL"},
}
"""The numbers of tensors, as safetensors files name them."""


class CheckpointHeader(NamedTuple):
    """The header of a checkpoint.

    Args:
        spec: The encoder's shape.
        inputs: The input spec that clips are encoded with, as JSON values.
        extra: Further notes by name.
    """

    spec: EncoderSpec
    inputs: dict[str, Any]
    extra: dict[str, str]


def save_encoder(
    path: Path | str,
    encoder: Encoder,
    *,
    inputs: Mapping[str, Any],
    extra: Mapping[str, str] | None = None,
) -> None:
    """Write an encoder to one `.safetensors` file, whole or not at all.

    Args:
        path: The file; its folder must exist.
        encoder: What to write; it may be on any device.
        inputs: The input spec as JSON values, for example `InputSpec.model_dump(mode="json")`.
        extra: Further notes, name to text.

    Raises:
        SkelshotError: A weight is not finite, `inputs` or `extra` are not JSON, or the file
            cannot be written.
    """
    path = Path(path)
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in _state(encoder).items()}
    for name, tensor in state.items():
        _check_finite(path, name, tensor, "training has diverged; lower the learning rate")
    try:
        metadata = {
            "format": FORMAT,
            "format_version": VERSION,
            "spec": encoder.spec.model_dump_json(),
            "inputs": json.dumps(dict(inputs), allow_nan=False),
            "extra": json.dumps(dict(extra or {}), allow_nan=False),
        }
    except (TypeError, ValueError) as error:
        raise SkelshotError(f"{path}: inputs and extra must be JSON values ({error})") from error
    try:
        write_tensors(path, state, metadata)
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be written ({error.strerror or error})") from error


def read_header(path: Path | str) -> CheckpointHeader:
    """Read what a checkpoint says besides its weights.

    Args:
        path: The file.

    Returns:
        Spec, input spec and notes.

    Raises:
        SkelshotError: There is no such file, it is damaged or not an encoder's.
    """
    path = Path(path)
    _check_kind(path)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error
    if metadata.get("format") != FORMAT:
        raise SkelshotError(
            f"{path}: found a safetensors file without the format {FORMAT!r}, expected one "
            "written by save_encoder"
        )
    if metadata.get("format_version") != VERSION:
        raise SkelshotError(
            f"{path}: found format version {metadata.get('format_version')!r}, expected "
            f"{VERSION!r}; use a matching version of Skelshot"
        )
    inputs, extra = (_json_object(path, metadata, key) for key in ("inputs", "extra"))
    try:
        spec = read_spec(_json_object(path, metadata, "spec"), written=True)
    except SkelshotError as error:
        raise SkelshotError(f"{path}: {error}") from error
    return CheckpointHeader(spec, inputs, {name: str(text) for name, text in extra.items()})


def load_encoder(
    path: Path | str, *, expect: EncoderSpec | None = None
) -> tuple[Encoder, dict[str, Any]]:
    """Read an encoder that `save_encoder` wrote.

    Args:
        path: The file. Nothing in it is ever executed or unpickled.
        expect: What the encoder has to be; None takes any.

    Returns:
        The encoder in evaluation mode on the CPU, and the input spec as JSON values.

    Raises:
        SkelshotError: The file is missing, damaged or not an encoder's; the spec is not the
            expected one; a tensor is missing, unknown, misshapen or not finite.
    """
    path = Path(path)
    header = read_header(path)
    if expect is not None:
        _check_expected(path, header.spec, expect)
    encoder = build_encoder(header.spec, seed=0)
    state = _state(encoder)
    try:
        with safe_open(path, framework="pt") as file:
            _check_names(path, set(file.keys()), set(state))
            for name, ours in state.items():
                _check_shape(path, name, file.get_slice(name), ours)
            loaded = {name: file.get_tensor(name) for name in state}
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error
    for name, tensor in loaded.items():
        _check_finite(path, name, tensor, AGAIN)
    encoder.load_state_dict(loaded)
    return encoder.eval(), header.inputs


def _state(encoder: Encoder) -> dict[str, Tensor]:
    """Return parameters and running statistics by name."""
    state: dict[str, Tensor] = encoder.state_dict()
    return state


def _check_kind(path: Path) -> None:
    """Refuse what is no file, and pickles by their first bytes."""
    try:
        with open_regular(path) as file:
            first = file.read(9)
    except FileNotFoundError as error:
        raise SkelshotError(f"{path}: no such file, expected an encoder (.safetensors)") from error
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be read ({error.strerror})") from error
    # A safetensors file begins with its header's length, which may look like either, and "{".
    if first.startswith((b"PK", b"\x80")) and first[8:] != b"{":
        raise SkelshotError(
            f"{path}: found a pickle or zip archive, expected a .safetensors file; pickles can "
            "run code and are never opened, save the encoder with save_encoder"
        )


def _damaged(path: Path, error: Exception) -> SkelshotError:
    return SkelshotError(f"{path}: truncated, damaged or not a safetensors file ({error}); {AGAIN}")


def _json_object(path: Path, metadata: Mapping[str, str], key: str) -> dict[str, Any]:
    """Return one JSON object of the metadata."""
    place = f"{path}, metadata {key!r}"
    try:
        value = parse_json(metadata.get(key, ""), place)
    except BadDocument as error:
        raise SkelshotError(f"{place}: {error.reason}") from error
    if not isinstance(value, dict):
        raise SkelshotError(f"{path}, metadata {key!r}: expected a JSON object; {AGAIN}")
    return value


def _check_expected(path: Path, found: EncoderSpec, expected: EncoderSpec) -> None:
    unlike = [
        f"{name}: found {ours!r}, expected {theirs!r}"
        for name in type(found).model_fields
        if name != "layout"
        and hasattr(expected, name)
        and (ours := getattr(found, name)) != (theirs := getattr(expected, name))
    ]
    if found.layout != expected.layout:
        unlike.insert(0, f"layout: {_unlike_layouts(found.layout, expected.layout)}")
    if unlike:
        raise SkelshotError(
            f"{path}: another encoder than asked for; {'; '.join(unlike)}; "
            "load a matching checkpoint or change the options"
        )


def _unlike_layouts(found: SkeletonLayout, expected: SkeletonLayout) -> str:
    """Tell two layouts apart by their names, else by the first of their fields that differs."""
    if found.name != expected.name:
        return f"found {found.name!r}, expected {expected.name!r}"
    field = next(
        field.name
        for field in fields(SkeletonLayout)
        if getattr(found, field.name) != getattr(expected, field.name)
    )
    ours, theirs = getattr(found, field), getattr(expected, field)
    return f"found a {found.name!r} with {field} {ours}, expected another with {theirs}"


def _check_names(path: Path, found: set[str], expected: set[str]) -> None:
    for kind, names in (("missing", expected - found), ("unexpected", found - expected)):
        if names:
            raise SkelshotError(
                f"{path}: {len(names)} {kind} tensor(s), the first is {min(names)!r}; the file "
                "does not hold the encoder its spec names"
            )


def _check_shape(path: Path, name: str, found: Any, expected: Tensor) -> None:
    theirs = (tuple(found.get_shape()), found.get_dtype())
    ours = (tuple(expected.shape), _DTYPES.get(expected.dtype, str(expected.dtype)))
    if theirs != ours:
        raise SkelshotError(
            f"{path}, tensor {name!r}: found shape {theirs[0]} of {theirs[1]}, expected "
            f"{ours[0]} of {ours[1]}; the file does not hold the encoder its spec names"
        )


def _check_finite(path: Path, name: str, tensor: Tensor, advice: str) -> None:
    bad = int((~torch.isfinite(tensor)).sum())
    if bad:
        raise SkelshotError(
            f"{path}, tensor {name!r}: {bad} of {tensor.numel()} values are NaN or infinite, "
            f"expected none; {advice}"
        )
