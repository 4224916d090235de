"""Decimal numbers read from the bytes of a text, compiled, eight digits at a time."""

import sys

import numpy as np

from skelshot.datasets.ntu.text_bytes import byte_at, eight_bytes_at, trailing_zeros
from skelshot.ground.compiled import compiled
from skelshot.skeletons.sequence import IntArray

WRONG = 9999
"""An exponent that cannot be used."""

_SPACE, _TAB, _LF, _CR, _PLUS, _MINUS, _POINT, _SMALL_E = b" \t\n\r+-.e"
_EXACT = 1 << 53
_POWERS = 10.0 ** np.arange(23)
_TENS = 10 ** np.arange(9)
_SWAP = sys.byteorder == "big"

# Eight characters side by side in one number, the first in the lowest byte.
_U = np.uint64
_ZEROS, _ABOVE_NINE, _HIGH = (_U(int("01" * 8, 16) * byte) for byte in (0x30, 0x76, 0x80))
_BYTES, _PAIRS, _QUADS = _U(0x0F0F0F0F0F0F0F0F), _U(0x00FF00FF00FF00FF), _U(0x0000FFFF0000FFFF)
_TO_PAIRS, _TO_QUADS, _TO_WHOLE = _U(10 * 2**8 + 1), _U(100 * 2**16 + 1), _U(10000 * 2**32 + 1)
_8, _16, _32 = _U(8), _U(16), _U(32)


@compiled
def _digits_at(at: int) -> tuple[int, np.uint64]:
    """Count the digits (0 to 8) that stand at a place; also give the eight bytes there.

    A byte is a digit if it lies 0 to 9 above `0`: then adding 0x76 leaves its highest bit clear.
    """
    word = eight_bytes_at(at)
    if _SWAP:
        word = _swapped(word)
    word ^= _ZEROS
    other = ((word + _ABOVE_NINE) | word) & _HIGH
    return trailing_zeros(other) >> 3, word


@compiled
def _swapped(word: np.uint64) -> np.uint64:
    """Turn the order of eight bytes around."""
    result = _U(0)
    for _ in range(8):
        result = (result << _8) | (word & _U(0xFF))
        word >>= _8
    return result


@compiled
def _digits(at: int, before: int) -> tuple[int, int]:
    """Read digits that follow the digits of `before`; tell where they end and the value."""
    while True:
        count, word = _digits_at(at)
        if count == 0:
            break
        word <<= _U(64 - 8 * count)  # as if zeros came first
        word = ((word & _BYTES) * _TO_PAIRS) >> _8
        word = ((word & _PAIRS) * _TO_QUADS) >> _16
        word = ((word & _QUADS) * _TO_WHOLE) >> _32
        before = before * _TENS[count] + np.int64(word)
        at += count
        if count < 8:
            break
    return at, before


@compiled
def _pass_digits(at: int) -> int:
    """Pass over digits."""
    while True:
        count, _ = _digits_at(at)
        at += count
        if count < 8:
            return at


@compiled
def _exponent(at: int) -> tuple[int, int]:
    """Read what follows the letter e; `WRONG` if it is no number or too long."""
    down = byte_at(at) == _MINUS
    if down or byte_at(at) == _PLUS:
        at += 1
    end, power = _digits(at, 0)
    if end == at or end - at > 3:
        return end, WRONG
    return end, -power if down else power


@compiled
def number(at: int) -> tuple[int, float, bool]:
    """Read a decimal number.

    The value is the double nearest to what is written: a whole number up to 2**53 and a power
    of ten up to 10**22 are exact, and one multiplication or division rounds once (W. Clinger,
    How to read floating point numbers accurately, 1990).

    Args:
        at: The place where the number begins.

    Returns:
        Where it ends, the value, and whether that can be relied on; if not, it may be no number,
        or one that needs more care.
    """
    negative = byte_at(at) == _MINUS
    if negative or byte_at(at) == _PLUS:
        at += 1
    first = at
    at, whole = _digits(at, 0)
    count, power = at - first, 0
    if byte_at(at) == _POINT:
        first = at + 1
        at, whole = _digits(first, whole)
        power = first - at
        count -= power
    good = 0 < count <= 18 and whole <= _EXACT  # 18 digits fit 64 bits
    if byte_at(at) | 32 == _SMALL_E:  # or a capital one
        at, exponent = _exponent(at + 1)
        power += exponent
    value = float(whole)
    if power < 0:
        value /= _POWERS[min(-power, 22)]
    elif power > 0:
        value *= _POWERS[min(power, 22)]
    return at, -value if negative else value, good and -22 <= power <= 22


@compiled
def pass_number(at: int) -> tuple[int, bool]:
    """Pass over a decimal number.

    Args:
        at: The place where the number begins.

    Returns:
        Where it ends, and whether it surely is one.
    """
    if byte_at(at) == _MINUS or byte_at(at) == _PLUS:
        at += 1
    first = at
    at = _pass_digits(at)
    count = at - first
    if byte_at(at) == _POINT:
        first = at + 1
        at = _pass_digits(first)
        count += at - first
    if byte_at(at) | 32 == _SMALL_E:  # or a capital one
        at, power = _exponent(at + 1)
        return at, count > 0 and power != WRONG
    return at, count > 0


@compiled
def whole_number(at: int) -> tuple[int, int]:
    """Read a whole number without a sign.

    Args:
        at: The place where the number begins.

    Returns:
        Where it ends, and its value: -1 if it is none, or not below 2**63.
    """
    value, first = 0, at
    digit = byte_at(at) - 48
    while 0 <= digit <= 9:
        if at - first > 17 and value > (9223372036854775807 - digit) // 10:
            return at, -1
        value = value * 10 + digit
        at += 1
        digit = byte_at(at) - 48
    return at, value if at > first else -1


@compiled
def pass_blanks(at: int) -> int:
    """Pass over spaces and tabs.

    Args:
        at: Any place in a padded text.

    Returns:
        The first place that is neither.
    """
    while byte_at(at) == _SPACE or byte_at(at) == _TAB:
        at += 1
    return at


@compiled
def pass_line_end(at: int) -> int:
    """Pass over blanks and the end of a line, Unix or Windows.

    Args:
        at: Any place in a padded text.

    Returns:
        Where the next line begins; -1 if something else stands there.
    """
    at = pass_blanks(at)
    if byte_at(at) == _CR:
        at += 1
    return at + 1 if byte_at(at) == _LF else -1


@compiled
def at_field_end(at: int) -> bool:
    """Tell whether a field ends at a place.

    Args:
        at: Any place in a padded text.

    Returns:
        Whether a blank or the end of a line stands there.
    """
    return byte_at(at) in (_SPACE, _LF, _CR, _TAB)


@compiled
def set_aside(at: int, target: int, marks: IntArray) -> int:
    """Pass over a field whatever it holds, and note it for later.

    Args:
        at: The place where the field begins.
        target: What the field's value is to become.
        marks: Notes (m, 2): in the first how many there are and the text's own address, then
            of each the target and the place in the text; those that find no room are counted
            only.

    Returns:
        Where the field ends; -1 if there is none.
    """
    start = at
    while not at_field_end(at):
        at += 1
    if at == start:
        return -1
    marks[0, 0] += 1
    if marks[0, 0] < len(marks):
        marks[marks[0, 0], 0] = target
        marks[marks[0, 0], 1] = start - marks[0, 1]
    return at
