"""Units of length, and which of them makes bodies as large as people are."""

from math import log
from typing import Literal

Units = Literal["metres", "centimetres", "millimetres", "inches", "feet"]
"""What the three coordinates of a joint count."""

METRES: dict[Units, float] = {
    "metres": 1.0,
    "centimetres": 0.01,
    "millimetres": 0.001,
    "inches": 0.0254,
    "feet": 0.3048,
}
"""Metres in one of each unit."""

SMALLEST, LARGEST = 0.25, 4.5
"""Metres that the largest side of a body's box may have (median over frames).

Real people, children and squats included, had 0.6 to 2.0; feet and inches lie above."""

_USUAL = 1.5


def likely_units(extent: float, smallest: float = SMALLEST) -> tuple[Units, ...]:
    """Return the units other than metres in which bodies of a size can be people.

    Args:
        extent: The largest side of a body's box, as the file counts.
        smallest: The least metres that it may have.

    Returns:
        The units, first the one whose bodies have the most usual size.

    Example:
        >>> likely_units(1700), likely_units(170), likely_units(5.6), likely_units(50_000)
        (('millimetres',), ('centimetres', 'inches'), ('feet',), ())
    """
    sizes = {unit: metres * extent for unit, metres in METRES.items() if unit != "metres"}
    fitting = [unit for unit, size in sizes.items() if smallest <= size <= LARGEST]
    return tuple(sorted(fitting, key=lambda unit: abs(log(sizes[unit] / _USUAL))))
