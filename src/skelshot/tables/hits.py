"""Hits of a task, one a query that was recognised, packed into a short text."""

import base64
import binascii
import zlib

import numpy as np
from numpy.typing import NDArray

MOST_QUERIES = 1 << 20
"""The most queries that a text may unpack to."""


def packed(hits: NDArray[np.float64]) -> str:
    """Pack hits: one bit a query, compressed, as base64 behind their number.

    Args:
        hits: 1 for a query that was recognised, 0 for one that was not, (n,).

    Returns:
        The text.

    Example:
        >>> unpacked(packed(np.array([1.0, 0.0, 1.0]))).tolist()
        [1.0, 0.0, 1.0]
    """
    bits = np.packbits(hits.astype(bool)).tobytes()
    return f"{len(hits)}:{base64.b64encode(zlib.compress(bits, 9)).decode('ascii')}"


def unpacked(text: str) -> NDArray[np.float64]:
    """Unpack hits.

    Args:
        text: From `packed`.

    Returns:
        One value a query, (n,) float64.

    Raises:
        ValueError: The text is none of these.
    """
    number, colon, bits = text.partition(":")
    fault = ValueError("expected hits as they are packed")
    if not (colon and number.isdecimal() and len(number) <= 7 and int(number) <= MOST_QUERIES):
        raise fault
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(base64.b64decode(bits, validate=True), MOST_QUERIES // 8 + 1)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise fault from error
    if not unpacker.eof or len(found) != -(-int(number) // 8):
        raise fault
    return np.unpackbits(np.frombuffer(found, np.uint8), count=int(number)).astype(np.float64)
