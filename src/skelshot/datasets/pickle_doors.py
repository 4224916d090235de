"""Stand-ins for the few names that a pickle may use, which check and keep arguments."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.field_values import described
from skelshot.datasets.pickle_steps import Refused

_DTYPE = re.compile(r"[<>|=]?(b1|i[1248]|u[1248]|f(2|4|8|12|16)|c(8|16)|[US][0-9]{1,4})")


class _Dtype:
    """Stands in for `numpy.dtype`: a kind of number, or text of fixed length."""

    def __init__(self, code: object, *_: object) -> None:
        if not isinstance(code, str) or not _DTYPE.fullmatch(code):
            objects = isinstance(code, str) and code.lstrip("<>|=").startswith("O")
            advice = "; pad lists of unequal lengths with NaN to regular arrays" if objects else ""
            raise Refused(f"found arrays of {described(code)}, expected numbers or text{advice}")
        try:
            self.dtype = np.dtype(code)
        except TypeError:
            raise Refused(f"found arrays of {code!r:.40}, which this machine lacks") from None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        order, *structure = state[1:5]
        if order not in ("<", ">", "|", "=") or any(part is not None for part in structure):
            raise Refused("found arrays of records, expected numbers or text")
        if order in ("<", ">"):
            self.dtype = self.dtype.newbyteorder(order)


class ArrayStandIn:
    """Stands in for an array until all of the pickle has been read."""

    array: NDArray[Any] | None = None

    def __init__(self, encoding: "Encoding") -> None:
        self._encoding = encoding

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, is_fortran, data = state
        self.array = _array(self._encoding, data, dtype, shape, "F" if is_fortran else "C")


class _Door:
    """What the pickle gets for a name: something to call, with nothing on it to change."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make

    def __call__(self, *arguments: object) -> object:
        return self._make(*arguments)

    def __setstate__(self, state: object) -> None:
        raise Refused("found a change to a function")


def _array(
    encoding: "Encoding", data: object, dtype: object, shape: object, order: str
) -> NDArray[Any]:
    """Make an array from bytes; text stands for bytes in pickles of Python 2."""
    if not isinstance(dtype, _Dtype) or isinstance(data, list):
        raise Refused("found an array of objects, expected numbers or text")
    raw = encoding.bytes_of(data) if isinstance(data, str) else data
    if not isinstance(raw, (bytes, bytearray)) or not isinstance(shape, tuple):
        raise Refused("found an array without bytes or shape")
    count = 1
    for size in shape:
        if type(size) is not int or not 0 <= size < 2**40:
            raise Refused(f"found an array of shape with a side of {described(size)}")
        count *= size
    if len(shape) > 16 or count * dtype.dtype.itemsize != len(raw):
        raise Refused(f"found {len(raw)} bytes for an array of shape {shape!r:.60}")
    flat = np.frombuffer(raw, dtype.dtype) if count else np.zeros(0, dtype.dtype)
    return flat.reshape(shape, order="F" if order == "F" else "C")


def _from_buffer(
    encoding: "Encoding",
    data: object,
    dtype: object,
    shape: object,
    order: object,
    axes: Any = None,
) -> ArrayStandIn:
    made = ArrayStandIn(encoding)
    made.array = _array(encoding, data, dtype, shape, str(order))
    if axes is not None:  # NumPy's order K: stored with its axes in another order
        made.array = made.array.transpose(axes)
    return made


def _scalar(encoding: "Encoding", dtype: object, data: object) -> object:
    return _array(encoding, data, dtype, (1,), "C").tolist()[0]


class Encoding:
    """Text made bytes, as pickles of protocols 0 to 2 keep bytes: each text once.

    Args:
        most: The bytes of all together; no more than the file has.
    """

    def __init__(self, most: int) -> None:
        self._left = most

    def bytes_of(self, text: object, encoding: object = "latin1") -> bytes:
        """Return the bytes that a text stands for."""
        if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
            raise Refused("found text in another encoding than latin-1")
        self._left -= len(text)
        if self._left < 0:
            raise Refused("found one text made bytes over and over")
        return text.encode("latin-1")


def _set(entries: object = ()) -> set[object]:
    """Make a set, frozen or not, of what is quickly hashed."""
    if not isinstance(entries, (list, tuple)):
        raise Refused(f"found a set of {described(entries)}")
    for entry in entries:
        if not (entry is None or isinstance(entry, (bool, int, float, str, bytes))):
            raise Refused(f"found a set with a {type(entry).__name__}")
        if isinstance(entry, int) and entry.bit_length() > 64:
            raise Refused("found a set with a long number")
    return set(entries)


def _dict(pairs: object = ()) -> dict[object, object]:
    """Make a dictionary, ordered or not; what it holds is set later or given in pairs."""
    if not isinstance(pairs, (list, tuple)):
        raise Refused(f"found a dictionary of {described(pairs)}")
    keys = [pair[0] for pair in pairs if isinstance(pair, (list, tuple)) and len(pair) == 2]
    _set(keys)
    return {key: pair[1] for key, pair in zip(keys, pairs, strict=True)}


def _no_bytes() -> bytes:
    return b""


def doors(encoding: Encoding) -> dict[tuple[str, str], _Door]:
    """Return every name that a pickle may use.

    Args:
        encoding: Makes bytes of text, for one pickle.

    Returns:
        What to call for each module and name.
    """
    doors = {
        ("numpy", "dtype"): _Door(_Dtype),
        ("numpy", "ndarray"): _Door(lambda *_: ArrayStandIn(encoding)),
        ("collections", "OrderedDict"): _Door(_dict),
        ("_codecs", "encode"): _Door(encoding.bytes_of),
    }
    for builtins in ("__builtin__", "builtins"):  # as protocols 2 and 3 spell them
        doors[builtins, "bytes"] = _Door(_no_bytes)
        doors[builtins, "set"] = _Door(_set)
        doors[builtins, "frozenset"] = _Door(_set)
    for core in ("numpy.core", "numpy._core"):
        doors[f"{core}.multiarray", "_reconstruct"] = _Door(lambda *_: ArrayStandIn(encoding))
        doors[f"{core}.multiarray", "scalar"] = _Door(partial(_scalar, encoding))
        doors[f"{core}.numeric", "_frombuffer"] = _Door(partial(_from_buffer, encoding))
    return doors
