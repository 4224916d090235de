"""Pickles of arrays and plain containers, read without running anything they name.

A pickle is a program: it may name any function and have it called. This reader gives it no
function of Python's or NumPy's at all. The few names that NumPy's own pickles use lead to small
stand-ins of this module, which check their arguments and keep them; real arrays are made from
those afterwards. Any other name is refused.
"""

import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.field_values import described
from skelshot.datasets.pickle_steps import Refused, follow_steps
from skelshot.ground import SkelshotError
from skelshot.ground.regular import open_regular

MAX_BYTES = 8 << 30
"""The largest pickle that is read."""

SHARED = 16
"""Bytes that a byte of the file may take, counting what is used in several places in each."""

ALLOWANCE = 16 << 20
"""Bytes that any file may take besides."""

DEEPEST = 50
"""How deep containers may lie in each other."""

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
_DTYPE = re.compile(r"[<>|=]?(b1|i[1248]|u[1248]|f(2|4|8|12|16)|c(8|16)|[US][0-9]{1,4})")
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
            follow_steps(handle, size)
            handle.seek(0)
            return _Tree(ALLOWANCE + SHARED * size).plain(_PlainUnpickler(handle, size).load())[0]
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be read ({error.strerror})") from error
    except Refused as error:
        raise SkelshotError(f"{path}: refused: {error}") from error
    except _RUBBISH as error:
        raise SkelshotError(
            f"{path}: not a whole pickle ({error or type(error).__name__})"
        ) from None


def _refuse_other_files(start: bytes) -> None:
    """Name a file of another kind by its first bytes, with which no pickle of data begins."""
    for mark, kind in _OTHER_FILES.items():
        if start.startswith(mark):
            raise Refused(f"found {kind}; expected a pickle, as pickle.dump writes")


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


class _Maker:
    """Makes arrays of bytes, and bytes of the text by which pickles of protocols 0 to 2 keep them.

    Args:
        most: The bytes of all texts together, each counted once; no more than the file has.
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

    def array(self, data: object, dtype: object, shape: object, order: str) -> NDArray[Any]:
        """Make an array."""
        if not isinstance(dtype, _Dtype) or isinstance(data, list):
            raise Refused("found an array of objects, expected numbers or text")
        raw = self.bytes_of(data) if isinstance(data, str) else data
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

    def scalar(self, dtype: object, data: object) -> object:
        """Make a number or a text."""
        return self.array(data, dtype, (1,), "C").tolist()[0]

    def stand_in(self, *_: object) -> "_ArrayStandIn":
        """Make an array that is told later."""
        return _ArrayStandIn(self)

    def from_buffer(
        self, data: object, dtype: object, shape: object, order: object, axes: Any = None
    ) -> "_ArrayStandIn":
        """Make an array, perhaps of NumPy's order K: stored with its axes in another order."""
        made = _ArrayStandIn(self)
        made.array = self.array(data, dtype, shape, str(order))
        if axes is not None:
            made.array = made.array.transpose(axes)
        return made


class _ArrayStandIn:
    """Stands in for an array until all of the pickle has been read."""

    array: NDArray[Any] | None = None

    def __init__(self, maker: _Maker) -> None:
        self._maker = maker

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, is_fortran, data = state
        self.array = self._maker.array(data, dtype, shape, "F" if is_fortran else "C")


class _Door:
    """Stand-in that the pickle gets for a name: something to call, with nothing on it to change."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make

    def __call__(self, *arguments: object) -> object:
        return self._make(*arguments)

    def __setstate__(self, state: object) -> None:
        raise Refused("found a change to a function")


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


def _doors(maker: _Maker) -> dict[tuple[str, str], _Door]:
    """Return what a pickle gets for every module and name that it may use."""
    doors = {
        ("numpy", "dtype"): _Door(_Dtype),
        ("numpy", "ndarray"): _Door(maker.stand_in),
        ("collections", "OrderedDict"): _Door(_dict),
        ("_codecs", "encode"): _Door(maker.bytes_of),
    }
    for builtins in ("__builtin__", "builtins"):  # as protocols 2 and 3 spell them
        doors[builtins, "bytes"] = _Door(lambda: b"")
        doors[builtins, "set"] = _Door(_set)
        doors[builtins, "frozenset"] = _Door(_set)
    for core in ("numpy.core", "numpy._core"):
        doors[f"{core}.multiarray", "_reconstruct"] = _Door(maker.stand_in)
        doors[f"{core}.multiarray", "scalar"] = _Door(maker.scalar)
        doors[f"{core}.numeric", "_frombuffer"] = _Door(maker.from_buffer)
    return doors


class _PlainUnpickler(pickle.Unpickler):
    """An unpickler whose every name leads to a stand-in or nowhere."""

    def __init__(self, handle: BinaryIO, size: int) -> None:
        super().__init__(handle, encoding="latin1")
        self._known = _doors(_Maker(size))

    def find_class(self, module: str, name: str) -> Any:
        """Return the stand-in for a name, never the thing itself."""
        try:
            return self._known[module, name]
        except KeyError:
            advice = _ADVICE.get(module.partition(".")[0], "")
            raise Refused(
                f"asks for {f'{module}.{name}'!r:.100}, which data has no need of: "
                "it may be an attack, so nothing of it was run"
                + (f"; if it is your own file, {advice} and write it anew" if advice else "")
            ) from None

    def persistent_load(self, pid: Any) -> Any:
        """Refuse references to things outside the file."""
        raise Refused("refers to something outside the file")


class _Tree:
    """Puts real arrays in the place of stand-ins, and counts what all would take written out.

    A part that stands in several places counts in each of them: whoever walks, compares or prints
    the data walks it as often.

    Args:
        most: The bytes that all may take.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: dict[int, tuple[Any, int] | None] = {}

    def plain(self, value: Any, depth: int = 0) -> tuple[Any, int]:
        """Return the value as data, and how many bytes it takes written out."""
        kind = type(value)
        if value is None or kind in (bool, int, float, complex):
            return value, 8
        if kind in (str, bytes, bytearray):
            return value, 8 + len(value)
        if kind is _ArrayStandIn and value.array is not None:
            return value.array, 8 + value.array.nbytes
        if depth > DEEPEST or kind not in (list, tuple, dict, set, frozenset):
            found = kind.__name__.strip("_").removesuffix("StandIn")
            raise Refused(f"found {found} where data was expected")
        place = id(value)
        if place in self._made:
            if (made := self._made[place]) is None:
                raise Refused(f"found a {kind.__name__} that holds itself")
            return made
        self._made[place] = None
        made = self._made[place] = self._container(value, depth + 1)
        if made[1] > self._most:
            raise Refused(
                f"found parts that are used over and over: written out they take more than "
                f"{self._most} bytes"
            )
        return made

    def _container(self, value: Any, depth: int) -> tuple[Any, int]:
        entries = value.values() if isinstance(value, dict) else value
        total, parts = 16, []
        for entry in entries:
            part, size = self.plain(entry, depth)
            parts.append(part)
            total += size
        if isinstance(value, dict):
            for key, part in zip(value, parts, strict=True):
                if not isinstance(key, (bool, int, float, str, bytes)):
                    raise Refused(f"found a dictionary with a {type(key).__name__} for a key")
                value[key] = part
                total += 8 + (len(key) if isinstance(key, (str, bytes)) else 0)
            return value, total
        if isinstance(value, list):
            value[:] = parts
            return value, total
        return type(value)(parts), total
