"""Pickles of arrays and plain containers, read without running anything they name.

A pickle is a program: it may name any function and have it called. This reader gives it no
function of Python's or NumPy's at all. The few names that NumPy's own pickles use lead to small
stand-ins of this module, which check their arguments and keep them; real arrays are made from
those afterwards. Any other name is refused.
"""

import pickle
from pathlib import Path
from typing import Any, BinaryIO

from skelshot.datasets.pickle_doors import ArrayStandIn, Encoding, doors
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


class _PlainUnpickler(pickle.Unpickler):
    """An unpickler whose every name leads to a stand-in or nowhere."""

    def __init__(self, handle: BinaryIO, size: int) -> None:
        super().__init__(handle, encoding="latin1")
        self._known = doors(Encoding(size))

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
        if kind is ArrayStandIn and value.array is not None:
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
