"""Looking at the bytes of a text from compiled code: by address, with no check and no detour.

Readers of numbers look at every byte. Handed on as an array, a text costs them half their speed:
NumPy indexing allows for negative indices, reads one element at a time and counts references.
A place is therefore the address of a byte. Whoever calls keeps the text alive, and `padded` puts
line ends behind it, at which every function stops.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

Text = NDArray[np.uint8]

PADDING = b"\n" * 16
"""Follows the text, so that a look ahead of eight bytes never leaves it."""


def padded(text: bytes) -> Text:
    r"""Lay a text out for the functions below.

    Args:
        text: Any bytes.

    Returns:
        The bytes, with `PADDING` behind them.

    Example:
        >>> bytes(padded(b"12")[:4])
        b'12\n\n'
    """
    return np.frombuffer(text + PADDING, np.uint8)


def _byte_at(typing: Any, place: Any) -> tuple[Any, Any]:
    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        byte = _load(context, builder, values[0], types.uint8)
        return builder.zext(byte, context.get_value_type(types.int64))

    return types.int64(types.int64), build


def _eight_bytes_at(typing: Any, place: Any) -> tuple[Any, Any]:
    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return _load(context, builder, values[0], types.uint64)

    return types.uint64(types.int64), build


def _load(context: Any, builder: Any, place: Any, kind: Any) -> Any:
    pointer = builder.inttoptr(place, context.get_value_type(kind).as_pointer())
    loaded = builder.load(pointer)
    loaded.align = 1
    return loaded


def _trailing_zeros(typing: Any, word: Any) -> tuple[Any, Any]:
    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.cttz(values[0], context.get_constant(types.boolean, False))

    return types.int64(types.uint64), build


byte_at: Callable[[int], int] = intrinsic(_byte_at)
"""The byte at a place; for compiled code only."""

eight_bytes_at: Callable[[int], np.uint64] = intrinsic(_eight_bytes_at)
"""The eight bytes from a place on as one number in the machine's order; for compiled code only."""

trailing_zeros: Callable[[np.uint64], int] = intrinsic(_trailing_zeros)
"""How many bits of 64 are zero below the lowest one that is not; for compiled code only."""
