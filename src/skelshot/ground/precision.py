"""The numbers that are calculated with, and where bfloat16 is faster than float32."""

from collections.abc import Mapping
from typing import Literal

import torch

Precision = Literal["float32", "bfloat16"]
"""The numbers that a model calculates with, by autocast or as its weights are."""

AskedPrecision = Precision | Literal["auto"]
"""A precision, or `auto` for bfloat16 where the device has instructions for it."""

_EARLIER = {"32-true": "float32", "bf16-mixed": "bfloat16"}
"""Today's names of precisions by those that pre-training had for them before."""

# As `torch.cpu.get_capabilities` names them: two of x86, two of ARM.
_NATIVE = ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16")


def bfloat16_is_native(device: str = "cpu") -> bool:
    """Tell whether a device multiplies in bfloat16 by instructions of its own.

    Where it does, training is up to twice as fast as in float32. Processors without them, such
    as all with AVX2 alone, emulate every product, some eighty times slower than float32.

    Args:
        device: `cpu`, `cuda` or `mps`.

    Returns:
        True where bfloat16 pays; False on `mps`, and where PyTorch is too old to tell.

    Example:
        >>> bfloat16_is_native() in (True, False)
        True
    """
    if device == "cuda":
        return torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)
    if device != "cpu":
        return False
    capabilities: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(capabilities.get(name) is True for name in _NATIVE)


def settled_precision(asked: object, device: str = "cpu") -> object:
    """Choose the precision where it is to be chosen, and read the names there were before.

    Args:
        asked: `auto` for bfloat16 where the device has instructions for it, or a precision.
        device: `cpu`, `cuda` or `mps`.

    Returns:
        `float32` or `bfloat16`; what is neither comes back as it is.

    Example:
        >>> settled_precision("float32"), settled_precision("bf16-mixed")
        ('float32', 'bfloat16')
    """
    if asked == "auto":
        return "bfloat16" if bfloat16_is_native(device) else "float32"
    return todays_precision(asked)


def todays_precision(name: object) -> object:
    """Translate the name that pre-training had for a precision before.

    Args:
        name: The name.

    Returns:
        Today's name; the same where it has not changed.

    Example:
        >>> todays_precision("32-true")
        'float32'
    """
    return _EARLIER.get(name, name) if isinstance(name, str) else name


def fast_autocast() -> torch.autocast:
    """Calculate in bfloat16 on the processor where that is fast, else in float32.

    Returns:
        A context manager.

    Example:
        >>> with fast_autocast():
        ...     dtype = (torch.ones(2, 2) @ torch.ones(2, 2)).dtype
        >>> dtype == (torch.bfloat16 if bfloat16_is_native() else torch.float32)
        True
    """
    return torch.autocast("cpu", torch.bfloat16, enabled=bfloat16_is_native())
