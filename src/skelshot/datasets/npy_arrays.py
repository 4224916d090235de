"""Arrays in NumPy's own format, read within bounds and without pickles."""

import math
from collections.abc import Iterator
from typing import IO, Any, cast

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from skelshot.datasets.clips import BadClip
from skelshot.datasets.field_values import MAX_NUMBERS

LONGEST_HEADER = 1 << 16
"""The most bytes of a header; that of a plain array has about a hundred."""

WIDEST = 16
"""The most bytes of a number."""

BLOCK = 8 << 20
"""About how many bytes of a table are read at a time."""

Header = tuple[tuple[int, ...], bool, np.dtype[Any]]
"""Shape, whether in Fortran's order, and kind of number."""


def read_header(handle: IO[bytes], field: str) -> Header:
    """Read an array's header, whatever its version, and leave the file at the array's bytes.

    Args:
        handle: The file, at its beginning.
        field: The array's name, for the error message.

    Returns:
        What the header says.

    Raises:
        BadClip: It is of an unknown version.
        ValueError: It is no header.
    """
    version = npy.read_magic(handle)
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise BadClip(f"{field}: found array format {version}, expected 1.0, 2.0 or 3.0")
    # 3.0 is 2.0 whose column names may hold any letter, and arrays with columns are refused
    read = npy.read_array_header_1_0 if version[0] == 1 else npy.read_array_header_2_0
    return read(cast("IO[bytes]", _Header(handle)))


class _Header:
    """A file of which only so much is read at a time as a header may have."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        if size > LONGEST_HEADER:
            raise ValueError(f"its header claims {size} bytes")
        return self._handle.read(size)


def read_array(handle: IO[bytes], total: int, field: str, most: int = MAX_NUMBERS) -> NDArray[Any]:
    """Read an array after checking that its header asks for no more than its bytes.

    Args:
        handle: The file, at its beginning.
        total: How many bytes it has.
        field: The array's name, for the error message.
        most: How many numbers it may hold.

    Returns:
        The array.

    Raises:
        BadClip: It holds Python objects, too many numbers, or another number of bytes than its
            shape needs.
        ValueError: It has no header.
    """
    shape, is_fortran, dtype = _checked_header(handle, total, field, most)
    content = handle.read(math.prod(shape) * dtype.itemsize)
    flat = np.frombuffer(content, dtype) if content else np.zeros(math.prod(shape), dtype)
    return flat.reshape(shape, order="F" if is_fortran else "C")


def read_table(
    handle: IO[bytes], total: int, field: str, most: int
) -> Iterator[tuple[tuple[slice, slice], NDArray[Any]]]:
    """Read an array of two axes a block at a time, as it is stored.

    Args:
        handle: The file, at its beginning.
        total: How many bytes it has.
        field: The array's name, for the error message.
        most: How many numbers it may hold.

    Yields:
        The rows and columns of a block, and the block.

    Raises:
        BadClip: As for `read_array`.
        ValueError: It has no header or ends early.
    """
    shape, is_fortran, dtype = _checked_header(handle, total, field, most)
    lines, each = shape[::-1] if is_fortran else shape
    step = max(1, BLOCK // (each * dtype.itemsize))
    for start in range(0, lines, step):
        part = slice(start, min(start + step, lines))
        content = handle.read((part.stop - start) * each * dtype.itemsize)
        block = np.frombuffer(content, dtype).reshape(part.stop - start, each)
        yield ((slice(None), part), block.T) if is_fortran else ((part, slice(None)), block)


def _checked_header(handle: IO[bytes], total: int, field: str, most: int) -> Header:
    """Read a header and refuse what it claims beyond the bytes that follow it."""
    shape, is_fortran, dtype = read_header(handle, field)
    if dtype.hasobject or not dtype.itemsize:
        raise BadClip(f"{field}: found Python objects, expected numbers or text")
    count = math.prod(shape)
    if math.prod(max(1, size) for size in shape) * dtype.itemsize > most * WIDEST or count > most:
        raise BadClip(
            f"{field}: found {dtype!s:.40} of shape {shape}, expected at most {most} numbers"
        )
    left = total - handle.tell()
    if min(shape, default=0) < 0 or count * dtype.itemsize != left:
        raise BadClip(f"{field}: found {left} bytes for an array of shape {shape}")
    return shape, is_fortran, dtype
