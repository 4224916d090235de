"""The numbers of an NTU `.skeleton` file, read from its bytes in one compiled pass.

Every byte is looked at. Handed on as an array, a text costs half the speed: NumPy indexing allows
for negative indices, reads one element at a time and counts references. A place is therefore the
address of a byte; `scan` keeps the text alive and puts line ends behind it, at which every function
stops.
"""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from skelshot.ground.compiled import compiled
from skelshot.skeletons.sequence import FloatArray, IntArray

JOINTS, BODY_FIELDS, JOINT_FIELDS = 25, 10, 12
FARTHEST = 100.0
"""Metres; a Kinect v2 sees 8 m far."""

MAX_BODIES = 6
"""How many people a Kinect v2 follows at once."""

_BODY_BYTES = BODY_FIELDS * 2 + len("25\n") + JOINTS * JOINT_FIELDS * 2
"""The fewest bytes in which a body can be written, one digit a field."""

MOST_MARKS = 1 << 20
"""The most fields that are no plain decimal numbers, such as `nan`: 300 frames of six bodies have
540,000 fields."""

FRAME_COUNT, BODY_COUNT, BODY, JOINT_COUNT, JOINT, TWICE, DONE = range(7)
"""What a scan ended with: the kind of line that is wrong, in the order of the lines; an id given
twice in one frame; all read."""

_MARKS = 4096
_PADDING = b"\n" * 16  # so that a look ahead of eight bytes never leaves the text
_WRONG = 1 << 40  # an exponent that cannot be used
_SPACE, _TAB, _LF, _CR, _PLUS, _MINUS, _POINT, _SMALL_E = b" \t\n\r+-.e"
_EXACT = 1 << 53
_POWERS = 10.0 ** np.arange(23)
_TENS = 10 ** np.arange(9)

# Eight characters side by side in one number, the first in the lowest byte.
_U = np.uint64
_ZEROS, _ABOVE_NINE, _HIGH = (_U(int("01" * 8, 16) * byte) for byte in (0x30, 0x76, 0x80))
_BYTES, _PAIRS, _QUADS = _U(0x0F0F0F0F0F0F0F0F), _U(0x00FF00FF00FF00FF), _U(0x0000FFFF0000FFFF)
_TO_PAIRS, _TO_QUADS, _TO_WHOLE = _U(10 * 2**8 + 1), _U(100 * 2**16 + 1), _U(10000 * 2**32 + 1)
_8, _16, _32 = _U(8), _U(16), _U(32)


class Scan(NamedTuple):
    """State of a scan: how far it came, and what it read.

    Args:
        ids: Body ids (n,), one row a body and frame.
        times: Their frame numbers (n,).
        joints: Coordinates in metres (n, 25, 3).
        colour: Positions in the colour picture (n, 25, 2).
        states: Tracking states (n, 25).
        values: The memory of joints and colour, laid out flat.
        marks: Fields set aside (m, 2), which need more care than a fast conversion, or are no
            decimal numbers: their place in `values`, -1 for those not kept, and in the text.
        code: `DONE`, or what is wrong.
        frames: Number of frames announced.
        frame: Frame of the line that was read last, from 0.
        body: Body within that frame, from 0.
        joint: Joint within that body, from 0.
        end: Where the last frame ends in the text.
        far: Coordinates beyond `FARTHEST`, those set aside not counted.
    """

    ids: IntArray
    times: IntArray
    joints: FloatArray
    colour: FloatArray
    states: NDArray[np.uint8]
    values: FloatArray
    marks: IntArray
    code: int
    frames: int
    frame: int
    body: int
    joint: int
    end: int
    far: int


def scan(text: bytes) -> Scan:
    """Read a file's numbers.

    Args:
        text: All bytes of the file.

    Returns:
        The numbers, or where and why the scan stopped; with more than `MOST_MARKS` fields set
        aside, the others are missing.
    """
    padded = np.frombuffer(text + _PADDING, np.uint8)
    rows = len(text) // _BODY_BYTES + 2
    for room in (_MARKS, min(len(text), MOST_MARKS) + 2):
        ids, times = np.empty((2, rows), np.int64)
        values = np.empty(rows * JOINTS * 5, np.float32)
        states = np.empty((rows, JOINTS), np.uint8)
        marks = np.empty((room, 2), np.int64)
        *found, row = _scan(padded.ctypes.data, ids, times, values, states, marks)
        if found[0] != DONE or marks[0, 0] < room:
            break
    joints, colour = np.split(values, [rows * JOINTS * 3])
    return Scan(
        ids[:row],
        times[:row],
        joints.reshape(rows, JOINTS, 3)[:row],
        colour.reshape(rows, JOINTS, 2)[:row],
        states[:row],
        values,
        marks[1 : marks[0, 0] + 1],
        *found,
    )


def _reader_of(kind: Any) -> Any:
    """Make what reads an unsigned number at an address, its lowest byte first."""

    def read(typing: Any, place: Any) -> tuple[Any, Any]:
        def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            pointer = builder.inttoptr(values[0], context.get_value_type(kind).as_pointer())
            loaded = builder.load(pointer)
            loaded.align = 1
            swap = sys.byteorder == "big" and kind.bitwidth > 8
            return builder.bswap(loaded) if swap else loaded

        return kind(types.int64), build

    return intrinsic(read)


def _trailing_zeros_of(typing: Any, word: Any) -> tuple[Any, Any]:
    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.cttz(values[0], context.get_constant(types.boolean, False))

    return types.int64(types.uint64), build


_byte_at: Callable[[int], int] = _reader_of(types.uint8)
_eight_bytes_at: Callable[[int], np.uint64] = _reader_of(types.uint64)
_trailing_zeros: Callable[[np.uint64], int] = intrinsic(_trailing_zeros_of)


@compiled
def _digits(at: int, before: int, wanted: bool) -> tuple[int, int]:
    """Read digits that follow those of `before`: where they end and, if wanted, the value.

    A byte is a digit if it lies 0 to 9 above `0`: then adding 0x76 leaves its highest bit clear.
    """
    while True:
        word = _eight_bytes_at(at) ^ _ZEROS
        count = _trailing_zeros(((word + _ABOVE_NINE) | word) & _HIGH) >> 3
        if wanted and count > 0:
            word <<= _U(64 - 8 * count)  # as if zeros came first
            word = ((word & _BYTES) * _TO_PAIRS) >> _8
            word = ((word & _PAIRS) * _TO_QUADS) >> _16
            word = ((word & _QUADS) * _TO_WHOLE) >> _32
            before = before * _TENS[count] + np.int64(word)
        at += count
        if count < 8:
            return at, before


@compiled
def _exponent(at: int) -> tuple[int, int]:
    """Read what follows the letter e; `_WRONG` if it is no number or too long."""
    down = _byte_at(at) == _MINUS
    if down or _byte_at(at) == _PLUS:
        at += 1
    end, power = _digits(at, 0, True)
    if end == at or end - at > 3:
        return end, _WRONG
    return end, -power if down else power


@compiled
def _number(at: int, wanted: bool) -> tuple[int, float, bool]:
    """Read a decimal number: where it ends, its value if wanted, and whether that is sure.

    If not, it may be no number, or one that needs more care. The value is the double nearest to
    what is written: a whole number up to 2**53 and a power of ten up to 10**22 are exact, and one
    multiplication or division rounds once (W. Clinger, How to read floating point numbers
    accurately, 1990).
    """
    negative = _byte_at(at) == _MINUS
    if negative or _byte_at(at) == _PLUS:
        at += 1
    first = at
    at, whole = _digits(at, 0, wanted)
    count, power = at - first, 0
    if _byte_at(at) == _POINT:
        first = at + 1
        at, whole = _digits(first, whole, wanted)
        power = first - at
        count -= power
    good = 0 < count <= 18 and whole <= _EXACT  # 18 digits fit 64 bits
    if _byte_at(at) | 32 == _SMALL_E:  # or a capital one
        at, exponent = _exponent(at + 1)
        power += exponent
    if not wanted:
        return at, 0.0, count > 0 and power < 1000
    value = float(whole)
    if power < 0:
        value /= _POWERS[min(-power, 22)]
    elif power > 0:
        value *= _POWERS[min(power, 22)]
    return at, -value if negative else value, good and -22 <= power <= 22


@compiled
def _whole_number(at: int) -> tuple[int, int]:
    """Read a whole number after blanks: where it ends, and its value.

    The value is -1 if there is none without a sign and below 2**63.
    """
    at = _pass_blanks(at)
    value, first = 0, at
    digit = _byte_at(at) - 48
    while 0 <= digit <= 9:
        if at - first > 17 and value > (9223372036854775807 - digit) // 10:
            return at, -1
        value = value * 10 + digit
        at += 1
        digit = _byte_at(at) - 48
    return at, value if at > first else -1


@compiled
def _pass_blanks(at: int) -> int:
    """Pass over spaces and tabs."""
    while _byte_at(at) == _SPACE or _byte_at(at) == _TAB:
        at += 1
    return at


@compiled
def _line_end(at: int) -> int:
    """Pass over blanks and the end of a line, Unix or Windows; -1 if something else is there."""
    at = _pass_blanks(at)
    if _byte_at(at) == _CR:
        at += 1
    return at + 1 if _byte_at(at) == _LF else -1


@compiled
def _at_field_end(at: int) -> bool:
    """Tell whether a blank or the end of a line stands at a place."""
    return _byte_at(at) in (_SPACE, _LF, _CR, _TAB)


@compiled
def _set_aside(at: int, target: int, marks: IntArray) -> int:
    """Pass over a field whatever it holds, -1 if there is none, and note it for later.

    The first mark has their number and the text's own address; those that find no room are
    counted only.
    """
    start = at
    while not _at_field_end(at):
        at += 1
    if at == start:
        return -1
    marks[0, 0] += 1
    if marks[0, 0] < len(marks):
        marks[marks[0, 0], 0] = target
        marks[marks[0, 0], 1] = start - marks[0, 1]
    return at


@compiled
def _pass_fields(at: int, count: int, marks: IntArray) -> int:
    """Pass over numbers that are not kept; -1 if there are fewer."""
    for _ in range(count):
        start = _pass_blanks(at)
        at, _, good = _number(start, False)
        if not (good and _at_field_end(at)):
            at = _set_aside(start, -1, marks)
            if at < 0:
                break
    return at


@compiled
def _body(at: int, marks: IntArray) -> tuple[int, int]:
    """Read a body's line: its id; the place is -1 where the line is not as it should be."""
    at, body_id = _whole_number(at)
    if body_id < 0 or not _at_field_end(at):
        return -1, body_id
    at = _pass_fields(at, BODY_FIELDS - 1, marks)
    return (_line_end(at) if at >= 0 else -1), body_id


@compiled
def _joint(at: int, unit: int, values: FloatArray, marks: IntArray) -> tuple[int, int]:
    """Read a joint's line: its state; the place is -1 where the line is not as it should be."""
    for column in range(5):
        target = unit * 3 + column
        if column == 3:  # two columns of the depth picture come between
            at = _pass_fields(at, 2, marks)
            if at < 0:
                return -1, 0
        if column >= 3:
            target = len(values) // 5 * 3 + unit * 2 + column - 3
        start = _pass_blanks(at)
        at, value, good = _number(start, True)
        if not (good and _at_field_end(at)):
            at = _set_aside(start, target, marks)
            if at < 0:
                return -1, 0
        values[target] = value
    at = _pass_fields(at, 4, marks)  # a quaternion
    if at < 0:
        return -1, 0
    at, state = _whole_number(at)
    return (_line_end(at) if 0 <= state <= 2 else -1), state


@compiled
def _count(at: int) -> tuple[int, int]:
    """Read a line of one whole number; the place is -1 where it is not that."""
    at, value = _whole_number(at)
    return (_line_end(at) if value >= 0 else -1), value


@compiled
def _scan(  # noqa: PLR0911 - one loop in one function; each return is one thing wrong
    start: int,
    ids: IntArray,
    times: IntArray,
    values: FloatArray,
    states: NDArray[np.uint8],
    marks: IntArray,
) -> tuple[int, int, int, int, int, int, int, int]:
    """Fill arrays with a text's numbers; return the numbers of `Scan` and the rows filled."""
    marks[0, 0], marks[0, 1] = 0, start
    row, far = 0, 0
    at, frames = _count(start)
    if at < 0 or frames < 1:
        return FRAME_COUNT, frames, 0, 0, 0, 0, far, row
    for frame in range(frames):
        at, bodies = _count(at)
        if at < 0 or bodies > MAX_BODIES:
            return BODY_COUNT, frames, frame, 0, 0, 0, far, row
        for body in range(bodies):
            at, body_id = _body(at, marks)
            if at < 0:
                return BODY, frames, frame, body, 0, 0, far, row
            for other in range(row - body, row):
                if ids[other] == body_id:
                    return TWICE, frames, frame, body, 0, 0, far, row
            ids[row], times[row] = body_id, frame
            at, count = _count(at)
            if at < 0 or count != JOINTS:
                return JOINT_COUNT, frames, frame, body, 0, 0, far, row
            for joint in range(JOINTS):
                unit = row * JOINTS + joint
                at, state = _joint(at, unit, values, marks)
                if at < 0:
                    return JOINT, frames, frame, body, joint, 0, far, row
                states[row, joint] = state
                for axis in range(3):
                    far += abs(values[unit * 3 + axis]) > FARTHEST
            row += 1
    return DONE, frames, frames, 0, 0, at - start, far, row
