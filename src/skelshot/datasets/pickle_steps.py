"""The steps of a pickle, followed without building anything: what they would make is bounded."""

import pickletools
from typing import BinaryIO

from skelshot.datasets.pickle_opcodes import opcodes_of

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
    """What the pickle asks for is not given."""


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
