"""The opcodes of a pickle, one after the other, and what each costs; long values are not kept."""

import io
import pickletools
import sys
from collections.abc import Iterator
from typing import BinaryIO

_BLOCK = 1 << 18
_LONGEST = 16  # bytes of any opcode before its text, if that has no line
_PLAIN, _NUMBER, _LENGTH, _LINE = range(4)
_LENGTHS = {
    pickletools.TAKEN_FROM_ARGUMENT1: 1,
    pickletools.TAKEN_FROM_ARGUMENT4: 4,
    pickletools.TAKEN_FROM_ARGUMENT4U: 4,
    pickletools.TAKEN_FROM_ARGUMENT8U: 8,
}
_COSTS = {
    **dict.fromkeys(("EMPTY_LIST", "LIST", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"), 64),
    **dict.fromkeys(("EMPTY_DICT", "DICT"), 72),
    **dict.fromkeys(("EMPTY_SET", "FROZENSET"), 224),
    **dict.fromkeys(("BININT", "BININT2"), 8 + sys.getsizeof(1 << 16)),
    "REDUCE": 128,
    "BINFLOAT": 8 + sys.getsizeof(0.5),
}
_OWN = 8 + 80  # place in a list, and what a text or bytes take besides their content


def _form(opcode: pickletools.OpcodeInfo) -> tuple[str, int, int, int]:
    """Return name, kind, bytes of argument or length, and cost without a text."""
    name, cost = opcode.name, _COSTS.get(opcode.name, 8)
    if opcode.arg is None:
        return name, _PLAIN, 0, cost
    if opcode.arg.n == pickletools.UP_TO_NEWLINE:
        return name, _LINE, 2 if name in ("GLOBAL", "INST") else 1, cost
    if opcode.arg.n in _LENGTHS:
        return name, _LENGTH, _LENGTHS[opcode.arg.n], cost
    return name, _NUMBER if "PUT" in name or "GET" in name else _PLAIN, opcode.arg.n, cost


_FORMS = {ord(opcode.code): _form(opcode) for opcode in pickletools.opcodes}
_READERS = {opcode.name: opcode.arg.reader for opcode in pickletools.opcodes if opcode.arg}


def opcodes_of(  # noqa: PLR0912 - millions of turns, calls would double their time
    handle: BinaryIO, size: int
) -> Iterator[tuple[str, int | None, int, int]]:
    """Read the opcodes up to the first STOP.

    `pickletools.genops` tells the same, takes twice as long, and keeps every value.

    Args:
        handle: The pickle, at its beginning.
        size: How many bytes it has at most.

    Yields:
        Its name as in `pickletools`; the number of a memo, or a whole number of variable
        length; about how many bytes its value takes, its place in a list included; and its
        position in the file.

    Raises:
        ValueError: It is no whole pickle.

    Example:
        >>> import pickle
        >>> [name for name, *_ in opcodes_of(io.BytesIO(pickle.dumps((1, "a"), 2)), 99)]
        ['PROTO', 'BININT1', 'BINUNICODE', 'BINPUT', 'TUPLE2', 'BINPUT', 'STOP']
    """
    window, at, base, last = b"", 0, 0, -1
    while True:
        if at > last:
            window, base, at = window[at:] + handle.read(_BLOCK), base + at, at - len(window)
            if at > 0 or not window:
                raise ValueError("it ends before STOP")
            at, last = 0, len(window) - _LONGEST
        try:
            name, kind, length, cost = _FORMS[window[at]]
        except KeyError:
            raise ValueError(f"byte {base + at}: unknown opcode {window[at]}") from None
        after = at + 1 + length
        if kind == _PLAIN:
            yield name, None, cost, base + at
            if name == "STOP":
                return
        elif kind == _NUMBER:
            yield name, int.from_bytes(window[at + 1 : after], "little"), cost, base + at
        elif kind == _LENGTH:
            count = int.from_bytes(window[at + 1 : after], "little")
            if count > size:
                raise ValueError(f"byte {base + at}: {name} of {count} bytes in {size}")
            content = window[after : after + count]
            yield name, *_text(name, count, content), base + at
            after += count
            if after > len(window):
                handle.seek(after - len(window), io.SEEK_CUR)
                window, base, after, last = b"", base + after, 0, -1
        else:
            while (end := _line_end(window, at, length)) < 0:
                more = handle.read(len(window) + _BLOCK)
                if not more:
                    raise ValueError(f"byte {base + at}: {name} without an end of the line")
                window += more
            last = len(window) - _LONGEST
            value = _READERS[name](io.BytesIO(window[at + 1 : end]))
            number = int(value) if isinstance(value, int) else None
            is_memo = name in ("GET", "PUT")
            yield name, number, cost if is_memo else 8 + sys.getsizeof(value), base + at
            after = end
        at = after


def _text(name: str, count: int, content: bytes) -> tuple[int | None, int]:
    """Return the number that a text of variable length stands for, and what its value costs."""
    if name.startswith("LONG"):
        return int.from_bytes(content, "little", signed=True), 36 + count
    if len(content) == count and (content.isascii() or "BYTE" in name):
        return None, _OWN + count
    return None, _OWN + (count if "BYTE" in name else 4 * count)


def _line_end(window: bytes, at: int, lines: int) -> int:
    """Return where an opcode of one or two lines ends; -1 where that is not in sight."""
    for _ in range(lines):
        at = window.find(b"\n", at) + 1
        if not at:
            return -1
    return at
