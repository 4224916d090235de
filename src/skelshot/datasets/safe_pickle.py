"""Pickles of arrays and plain containers, read without running anything they name.

A pickle is a program: it may name any function and have it called. This reader gives it no
function of Python's or NumPy's at all. The few names that NumPy's own pickles use lead to small
stand-ins of this module, which check their arguments and keep them; real arrays are made from
those afterwards. Any other name is refused.
"""

import pickle
import pickletools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.field_values import described
from skelshot.ground import SkelshotError
from skelshot.ground.regular import open_regular

MAX_BYTES = 8 << 30
"""The largest pickle that is read."""

_DTYPE = re.compile(r"[<>|=]?(b1|i[1248]|u[1248]|f(2|4|8|12|16)|c(8|16)|[US][0-9]{1,4})")
_OTHER_FILES = {
    b"PK\x03\x04": "a zip archive, as torch.save and numpy.savez write",
    b"\x1f\x8b": "a file packed by gzip: unpack it",
    b"\x93NUMPY": "an array as numpy.save writes",
    b"\x89HDF": "an HDF5 file",
    b"{": "text, perhaps JSON",
}
_ADVICE = {
    "torch": "turn PyTorch's tensors into arrays with .numpy()",
    "pandas": "turn pandas' tables into arrays with .to_numpy()",
    "pathlib": "turn paths into text with str()",
    "numpy": "make arrays plain: numpy.asarray(array), or masked_array.filled(numpy.nan)",
}
_CODE_OPCODES = {"EXT1", "EXT2", "EXT4", "PERSID", "BINPERSID", "INST", "OBJ"}
_RUBBISH = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
)


class _Refused(Exception):  # noqa: N818 - says what happened
    """What the pickle asks for is not given."""


class _Dtype:
    """Stands in for `numpy.dtype`: a kind of number, or text of fixed length."""

    def __init__(self, code: object, *_: object) -> None:
        if not isinstance(code, str) or not _DTYPE.fullmatch(code):
            objects = isinstance(code, str) and code.lstrip("<>|=").startswith("O")
            advice = "; pad lists of unequal lengths with NaN to regular arrays" if objects else ""
            raise _Refused(f"found arrays of {described(code)}, expected numbers or text{advice}")
        try:
            self.dtype = np.dtype(code)
        except TypeError:
            raise _Refused(f"found arrays of {code!r:.40}, which this machine lacks") from None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        order, *structure = state[1:5]
        if order not in ("<", ">", "|", "=") or any(part is not None for part in structure):
            raise _Refused("found arrays of records, expected numbers or text")
        if order in ("<", ">"):
            self.dtype = self.dtype.newbyteorder(order)


class _Array:
    """Stands in for an array until all of the pickle has been read."""

    array: NDArray[Any] | None = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, is_fortran, data = state
        self.array = _array(data, dtype, shape, "F" if is_fortran else "C")


class _Door:
    """What the pickle gets for a name: something to call, with nothing on it to change."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make

    def __call__(self, *arguments: object) -> object:
        return self._make(*arguments)

    def __setstate__(self, state: object) -> None:
        raise _Refused("found a change to a function")


def _array(data: object, dtype: object, shape: object, order: str) -> NDArray[Any]:
    """Make an array from bytes; text stands for bytes in pickles of Python 2."""
    if not isinstance(dtype, _Dtype) or isinstance(data, list):
        raise _Refused("found an array of objects, expected numbers or text")
    raw = data.encode("latin-1") if isinstance(data, str) else data
    if not isinstance(raw, (bytes, bytearray)) or not isinstance(shape, tuple):
        raise _Refused("found an array without bytes or shape")
    count = 1
    for size in shape:
        if type(size) is not int or not 0 <= size < 2**40:
            raise _Refused(f"found an array of shape with a side of {described(size)}")
        count *= size
    if len(shape) > 16 or count * dtype.dtype.itemsize != len(raw):
        raise _Refused(f"found {len(raw)} bytes for an array of shape {shape!r:.60}")
    flat = np.frombuffer(raw, dtype.dtype) if count else np.zeros(0, dtype.dtype)
    return flat.reshape(shape, order="F" if order == "F" else "C")


def _from_buffer(
    data: object, dtype: object, shape: object, order: object, axes: Any = None
) -> _Array:
    made = _Array()
    made.array = _array(data, dtype, shape, str(order))
    if axes is not None:  # NumPy's order K: stored with its axes in another order
        made.array = made.array.transpose(axes)
    return made


def _scalar(dtype: object, data: object) -> object:
    return _array(data, dtype, (1,), "C").tolist()[0]


def _encode(text: object, encoding: object) -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise _Refused("found text in another encoding than latin-1")
    return text.encode("latin-1")


def _no_bytes() -> bytes:
    return b""


def _doors() -> dict[tuple[str, str], _Door]:
    """Return every name that a pickle may use."""
    doors = {
        ("numpy", "dtype"): _Door(_Dtype),
        ("numpy", "ndarray"): _Door(lambda *_: _Array()),
        ("collections", "OrderedDict"): _Door(dict),
        ("_codecs", "encode"): _Door(_encode),
    }
    for builtins in ("__builtin__", "builtins"):  # as protocols 2 and 3 spell them
        doors[builtins, "bytes"] = _Door(_no_bytes)
        doors[builtins, "set"] = _Door(set)
        doors[builtins, "frozenset"] = _Door(frozenset)
    for core in ("numpy.core", "numpy._core"):
        doors[f"{core}.multiarray", "_reconstruct"] = _Door(lambda *_: _Array())
        doors[f"{core}.multiarray", "scalar"] = _Door(_scalar)
        doors[f"{core}.numeric", "_frombuffer"] = _Door(_from_buffer)
    return doors


class _PlainUnpickler(pickle.Unpickler):
    """An unpickler whose every name leads to a stand-in or nowhere."""

    def __init__(self, handle: BinaryIO) -> None:
        super().__init__(handle, encoding="latin1")
        self._known = _doors()

    def find_class(self, module: str, name: str) -> Any:
        """Return the stand-in for a name, never the thing itself."""
        try:
            return self._known[module, name]
        except KeyError:
            advice = _ADVICE.get(module.partition(".")[0], "")
            raise _Refused(
                f"asks for {f'{module}.{name}'!r:.100}, which data has no need of: "
                "it may be an attack, so nothing of it was run"
                + (f"; if it is your own file, {advice} and write it anew" if advice else "")
            ) from None

    def persistent_load(self, pid: Any) -> Any:
        """Refuse references to things outside the file."""
        raise _Refused("refers to something outside the file")


def load_plain(path: Path, max_bytes: int = MAX_BYTES) -> object:
    """Read a pickle that holds numbers, text, NumPy arrays and plain containers.

    Args:
        path: The pickle.
        max_bytes: The largest file to read.

    Returns:
        What it holds: `None`, numbers, text, bytes, arrays of numbers or text, and lists,
        tuples, sets and dictionaries of these. Arrays may be read-only.

    Raises:
        SkelshotError: It cannot be read, is too large or truncated, or asks for anything else.
    """
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise SkelshotError(f"{path}: found {size} bytes, expected at most {max_bytes}")
        with open_regular(path) as handle:
            _refuse_other_files(handle.read(8))
            handle.seek(0)
            _look_through(handle)
            handle.seek(0)
            return _plain(_PlainUnpickler(handle).load(), {}, 0)
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be read ({error.strerror})") from error
    except _Refused as error:
        raise SkelshotError(f"{path}: refused: {error}") from error
    except _RUBBISH as error:
        raise SkelshotError(
            f"{path}: not a whole pickle ({error or type(error).__name__})"
        ) from None


def _refuse_other_files(start: bytes) -> None:
    """Name a file of another kind by its first bytes, with which no pickle of data begins."""
    for mark, kind in _OTHER_FILES.items():
        if start.startswith(mark):
            raise _Refused(f"found {kind}; expected a pickle, as pickle.dump writes")


def _look_through(handle: BinaryIO) -> None:
    """Refuse, before anything is built, opcodes that data does not need.

    Lengths that go beyond the file are found here too, and memo numbers without bound, for
    which the unpickler would reserve memory without bound.
    """
    for count, (opcode, argument, position) in enumerate(pickletools.genops(handle)):
        if opcode.name in _CODE_OPCODES:
            raise _Refused(f"byte {position}: found the opcode {opcode.name}")
        number = argument if opcode.name in ("PUT", "BINPUT", "LONG_BINPUT") else 0
        if not isinstance(number, int) or not 0 <= number <= count:
            raise _Refused(f"byte {position}: found memo number {number} after {count} steps")


def _plain(value: Any, seen: dict[int, Any], depth: int) -> Any:
    """Put real arrays in the place of stand-ins, in containers of any kind."""
    kind = type(value)
    if value is None or kind in (bool, int, float, complex, str, bytes, bytearray):
        return value
    if kind is _Array and value.array is not None:
        return value.array
    if depth > 50 or kind not in (list, tuple, dict, set, frozenset):
        raise _Refused(f"found {kind.__name__.strip('_')} where data was expected")
    if id(value) in seen:
        return seen[id(value)]
    if kind is list:
        seen[id(value)] = value
        value[:] = [_plain(entry, seen, depth + 1) for entry in value]
    elif kind is dict:
        seen[id(value)] = value
        for key in value:
            if not isinstance(key, (bool, int, float, str, bytes)):
                raise _Refused(f"found a dictionary with a {type(key).__name__} for a key")
            value[key] = _plain(value[key], seen, depth + 1)
    else:
        seen[id(value)] = kind(_plain(entry, seen, depth + 1) for entry in value)
    return seen[id(value)]
