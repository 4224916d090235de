"""Numbers as the C libraries of this world print them, NaN and infinity included."""

import re

_DECIMAL = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NAN = re.compile(rb"[+-]?(?:nan(?:\([a-z]*\))?|1\.#(?:qnan|snan|ind)0*)", re.IGNORECASE)
_INFINITE = re.compile(rb"([+-]?)(?:inf(?:inity)?|1\.#inf0*)", re.IGNORECASE)


def number_in(field: bytes) -> float | None:
    """Read a number with all the care there is.

    Args:
        field: The number's text.

    Returns:
        The nearest double; NaN and infinity in the spellings of the common C libraries
        (`nan`, `-nan(ind)`, `-1.#IND`, `1.#QNAN`, `inf`, `1.#INF00`); None if it is no number.

    Example:
        >>> number_in(b"-1.#IND"), number_in(b"-inf"), number_in(b"2.5e-3"), number_in(b"1_0")
        (nan, -inf, 0.0025, None)
    """
    if _DECIMAL.fullmatch(field):
        return float(field)
    if _NAN.fullmatch(field):
        return float("nan")
    if match := _INFINITE.fullmatch(field):
        return float("-inf") if match.group(1) == b"-" else float("inf")
    return None
