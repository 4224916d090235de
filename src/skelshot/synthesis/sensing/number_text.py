"""Numbers as text at compiled speed, in the way of NTU's files: seven digits, no idle zeros."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.compiled import compiled

WIDEST: Final = 14
"""The longest text of a number: sign, seven digits, point, exponent of two digits."""

_POWERS: Final = np.array([float(f"1e{n}") for n in range(80)])


@compiled
def put_integer(
    number: int, text: NDArray[np.uint8], at: int
) -> int:  # pragma: no cover - compiled
    """Write a non-negative integer.

    Args:
        number: The integer, up to 18 digits.
        text: Where to write ASCII codes.
        at: First place to write to.

    Returns:
        The place behind the last digit.
    """
    length, rest = 1, number // 10
    while rest > 0:
        length, rest = length + 1, rest // 10
    for place in range(at + length - 1, at - 1, -1):
        text[place] = 48 + number % 10
        number //= 10
    return at + length


@compiled
def put_number(
    number: float, text: NDArray[np.uint8], at: int
) -> int:  # pragma: no cover - compiled
    """Write a number as `%.7G` does: up to seven digits, `1.5E-05` below 0.0001, 0 as `0`.

    Args:
        number: The number; one that is not finite becomes `NaN`, one below 1e-60 becomes 0.
        text: Where to write ASCII codes, with `WIDEST` places to spare.
        at: First place to write to.

    Returns:
        The place behind the last character.
    """
    if not np.isfinite(number):
        text[at], text[at + 1], text[at + 2] = 78, 97, 78
        return at + 3
    if abs(number) < 1e-60:
        text[at] = 48
        return at + 1
    if number < 0:
        text[at] = 45
        at += 1
    digits, power = _seven_digits(abs(number))
    used = 7
    while digits % 10 == 0:
        digits //= 10
        used -= 1
    if power < -4 or power >= 7:
        at = _put_digits(digits, used, 1, text, at)
        text[at], text[at + 1] = 69, 43 if power > 0 else 45
        text[at + 2], text[at + 3] = 48 + abs(power) // 10, 48 + abs(power) % 10
        return at + 4
    return _put_digits(digits, used, power + 1, text, at)


@compiled
def _seven_digits(size: float) -> tuple[int, int]:  # pragma: no cover - compiled
    """Round a positive number to d.dddddd times a power of ten: its seven digits, the power."""
    power = int(np.floor(np.log10(size)))
    digits = 0
    for _ in range(3):  # again where the logarithm or the rounding was one off
        shift = 6 - power
        digits = int(np.rint(size * _POWERS[shift] if shift >= 0 else size / _POWERS[-shift]))
        if digits >= 10_000_000:
            power += 1
        elif digits < 1_000_000:
            power -= 1
        else:
            break
    return digits, power


@compiled
def _put_digits(
    digits: int, used: int, point: int, text: NDArray[np.uint8], at: int
) -> int:  # pragma: no cover - compiled
    """Write digits with a decimal point behind the first `point` of them, zeros as needed."""
    if point <= 0:
        text[at], text[at + 1] = 48, 46
        at += 2
        for _ in range(-point):
            text[at] = 48
            at += 1
    end = at + used + (1 if 0 < point < used else 0)
    place = end - 1
    for digit in range(used - 1, -1, -1):
        text[place] = 48 + digits % 10
        digits //= 10
        place -= 1
        if digit == point:
            text[place] = 46
            place -= 1
    for _ in range(point - used):
        text[end] = 48
        end += 1
    return end
