"""The steps of a pickle, followed without building anything: what they would make is bounded."""

import pickletools
import sys
from typing import BinaryIO

GROWTH = 6
"""Bytes of memory that a byte of the file may take; arrays take 1, long lists of numbers 4."""

ALLOWANCE = 128 << 20
"""Bytes of memory that any file may take besides."""

STEPS = 4_000_000
"""Steps that any file may have; one more for every `BYTES_A_STEP` bytes."""

BYTES_A_STEP = 16

_CODE = {"EXT1", "EXT2", "EXT4", "PERSID", "BINPERSID", "INST", "OBJ"}
_PUT = {"PUT", "BINPUT", "LONG_BINPUT"}
_GET = {"GET", "BINGET", "LONG_BINGET"}
_KEYS = {"DICT": slice(None, None, 2), "SETITEM": slice(1, 2), "SETITEMS": slice(1, None, 2)}
_ENTRIES = {"ADDITEMS": slice(1, None), "FROZENSET": slice(None)}
_HASHED = _KEYS | _ENTRIES
_UNFIT = {"tuple", "frozenset", "long number"}
_COSTS = {
    "EMPTY_LIST": 64,
    "LIST": 64,
    "EMPTY_DICT": 72,
    "DICT": 72,
    "EMPTY_SET": 224,
    "FROZENSET": 224,
    "REDUCE": 128,
    **dict.fromkeys(("TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"), 64),
    **dict.fromkeys((*_PUT, *_GET, "PROTO", "FRAME"), 8),
}
_PUSHED = {
    opcode.name: opcode.stack_after[0].name
    for opcode in pickletools.opcodes
    if not opcode.stack_before and len(opcode.stack_after) == 1 and opcode.name not in _CODE | _GET
}
_EFFECTS = {
    opcode.name: (
        pickletools.stackslice in opcode.stack_before,
        len([item for item in opcode.stack_before if item is not pickletools.stackslice]),
        [item.name for item in opcode.stack_after],
    )
    for opcode in pickletools.opcodes
}


class Refused(Exception):  # noqa: N818 - says what happened
    """What the pickle asks for is not given."""


def follow_steps(handle: BinaryIO, size: int) -> None:
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
    memo: dict[int, str] = {}
    left, most = ALLOWANCE + GROWTH * size, STEPS + size // BYTES_A_STEP
    for count, (opcode, argument, position) in enumerate(pickletools.genops(handle)):
        name = opcode.name
        cost = _COSTS.get(name)
        left -= _cost(argument) if cost is None else cost
        if left < 0 or count > most:
            raise Refused(
                f"byte {position}: found more values than a file of {size} bytes should hold; keep "
                "numbers in arrays, not in lists"
            )
        if name in _PUSHED:
            big = type(argument) is int and argument.bit_length() > 64
            stack.append("long number" if big else _PUSHED[name])  # thousands may have one hash
        elif name in _CODE:
            raise Refused(f"byte {position}: found the opcode {name}")
        elif name in _PUT or name == "MEMOIZE":
            number = len(memo) if name == "MEMOIZE" else argument
            if not isinstance(number, int) or not 0 <= number <= count:
                raise Refused(f"byte {position}: found memo number {number} after {count} steps")
            memo[number] = stack[-1] if stack else "nothing"
        elif name in _GET:
            stack.append(memo.get(int(argument or 0), "nothing"))
        elif name == "DUP":
            stack += stack[-1:]
        else:
            taken, given = _step(name, stack)
            if name in _HASHED and (unfit := _UNFIT.intersection(taken[_HASHED[name]])):
                raise Refused(f"byte {position}: found a {min(unfit)} for a key")
            stack += taken[:1] if name == "BUILD" else given  # what is built upon stays what it is


def _cost(argument: object) -> int:
    """Return about how many bytes the value of a step takes, its place in a list included."""
    if argument is None or (isinstance(argument, int) and -5 <= argument <= 256):
        return 8
    return 8 + sys.getsizeof(argument)


def _step(name: str, stack: list[str]) -> tuple[list[str], list[str]]:
    """Take from the stack what a step takes, and return that and what it gives."""
    has_slice, count, given = _EFFECTS[name]
    end = len(stack)
    if has_slice:  # all above the last mark, which counts
        while end and stack[end - 1] != "mark":
            end -= 1
    start = max(0, end - count)
    taken = [kind for kind in stack[start:] if kind != "mark"]
    del stack[start:]
    return taken, given
