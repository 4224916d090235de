"""The steps of a pickle, followed without building anything: what they would make is bounded.

`opcodes_of` reads them one after the other with what each costs, keeping no long value, and
`follow_steps` refuses what data does not need.
"""

import io
import pickletools
import sys
from collections.abc import Iterator
from typing import BinaryIO

GROWTH = 6
"""Bytes of memory that a byte of the file may take; arrays take 1, long lists of numbers 4."""

ALLOWANCE = 128 << 20
"""Bytes of memory that any file may take besides."""

STEPS = 4_000_000
"""Steps that any file may have; one more for every `BYTES_A_STEP` bytes."""

BYTES_A_STEP = 16

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


_CODE = {"EXT1", "EXT2", "EXT4", "PERSID", "BINPERSID", "INST", "OBJ"}
_PUT = {"PUT", "BINPUT", "LONG_BINPUT"}
_GET = {"GET", "BINGET", "LONG_BINGET"}
_KEYS = {"DICT": 2, "SETITEMS": 2, "ADDITEMS": 1, "FROZENSET": 1}  # every how many is hashed
_UNFIT = {"tuple", "frozenset", "long number"}
_PUSHED = {
    opcode.name: opcode.stack_after[0].name
    for opcode in pickletools.opcodes
    if not opcode.stack_before and len(opcode.stack_after) == 1
    if opcode.name not in _CODE | _GET | {"MARK"}
}
_TAKEN = {  # from above the last mark: what is made of it, if anything new
    opcode.name: [item.name for item in opcode.stack_after if len(opcode.stack_before) == 2]
    for opcode in pickletools.opcodes
    if pickletools.stackslice in opcode.stack_before and opcode.name not in _CODE
}
_EFFECTS = {
    opcode.name: (len(opcode.stack_before), [item.name for item in opcode.stack_after])
    for opcode in pickletools.opcodes
    if opcode.name not in _TAKEN
}
_EFFECTS |= {"BUILD": (1, []), "APPEND": (1, []), "SETITEM": (2, [])}  # it stays what it is


class Refused(Exception):  # noqa: N818 - says what happened
    """A request of the pickle that is refused."""


def follow_steps(handle: BinaryIO, size: int) -> None:  # noqa: PLR0912 - as for opcodes_of
    """Refuse, before anything is built, what data does not need and what would not end.

    These are opcodes that run code, lengths beyond the file, memo numbers without bound, keys that
    Python would hash part by part (tuples whose parts are shared take for ever), and more values
    than fit into memory in proportion to the file.

    Args:
        handle: The pickle, at its beginning.
        size: How many bytes it has.

    Raises:
        Refused: It asks for any of these.
        ValueError: It is no whole pickle. What takes from an empty stack or memo passes: the
            unpickler refuses it at the same step.

    Example:
        >>> import io, pickle
        >>> follow_steps(io.BytesIO(pickle.dumps({"a": [1.5, (2, 3)]})), 40)
        >>> follow_steps(io.BytesIO(pickle.dumps({(2, 3): "a"})), 40)
        Traceback (most recent call last):
        ...
        skelshot.datasets.pickle_steps.Refused: byte 23: found a tuple for a key
    """
    stack: list[str] = []
    marks: list[int] = []
    memo: dict[int, str] = {}
    left, most = ALLOWANCE + GROWTH * size, STEPS + size // BYTES_A_STEP
    for count, (name, number, cost, position) in enumerate(opcodes_of(handle, size)):
        left -= cost
        if left < 0 or count > most:
            raise Refused(
                f"byte {position}: found more values than a file of {size} bytes should hold; keep "
                "numbers in arrays, not in lists"
            )
        if name in _PUSHED:
            big = number is not None and number.bit_length() > 64
            stack.append("long number" if big else _PUSHED[name])  # thousands may have one hash
        elif name in _GET:
            stack.append(memo.get(number or 0, "nothing"))
        elif name == "MEMOIZE":
            memo[len(memo)] = stack[-1] if stack else "nothing"
        elif name == "MARK":
            marks.append(len(stack))
        elif name in _TAKEN:
            mark = marks.pop() if marks else 0
            if name in _KEYS:
                _check_keys(stack[mark :: _KEYS[name]], position)
            stack[mark:] = _TAKEN[name]
        elif name in _PUT:
            if number is None or not 0 <= number <= count:
                raise Refused(f"byte {position}: found memo number {number} after {count} steps")
            memo[number] = stack[-1] if stack else "nothing"
        elif name in _CODE:
            raise Refused(f"byte {position}: found the opcode {name}")
        elif name == "POP" and marks and marks[-1] >= len(stack):
            marks.pop()
        elif name == "DUP":
            stack += stack[-1:]
        else:
            taken, given = _EFFECTS[name]
            if name == "SETITEM":
                _check_keys(stack[-2:-1], position)
            if taken:
                stack[-taken:] = given


def _check_keys(kinds: list[str], position: int) -> None:
    """Refuse keys that take long to hash."""
    if not _UNFIT.isdisjoint(kinds):
        raise Refused(f"byte {position}: found a {min(_UNFIT.intersection(kinds))} for a key")


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
