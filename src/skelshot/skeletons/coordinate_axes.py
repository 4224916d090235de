"""Axes of a file's coordinates that are Skelshot's x, y and z, with their signs."""

import re
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.skeletons.sequence import FloatArray

_NAMES = "xyz"
_AXIS = re.compile(r"([+-]?)([xyz])")


@dataclass(frozen=True)
class CoordinateAxes:
    """A signed permutation of two or three axes; it may be a reflection.

    Args:
        places: For each of our axes, the file's axis that it is.
        signs: 1, or -1 where the file's axis points the other way.

    Example:
        >>> str(CoordinateAxes((0, 2, 1), (1, 1, -1)))
        'x,z,-y'
    """

    places: tuple[int, ...]
    signs: tuple[int, ...]

    @classmethod
    def named(cls, text: str) -> Self:
        """Read axes as people write them.

        Args:
            text: The file's axes that are our x, y and z (for pixels x and y) in this order,
                separated by commas, with a minus before those that point the other way.

        Returns:
            The axes.

        Raises:
            SkelshotError: It is anything else.

        Example:
            >>> CoordinateAxes.named("x,z,-y").places
            (0, 2, 1)
        """
        found = [_AXIS.fullmatch(part.strip()) for part in text.lower().split(",")]
        places = tuple(_NAMES.index(match[2]) for match in found if match)
        if None in found or sorted(places) not in ([0, 1], [0, 1, 2]):
            raise SkelshotError(
                f"axes: found {text[:60]!r}, expected the file's axes that are x, y (up) and z, "
                "each once, with a minus where they point the other way, such as x,z,-y (pixels: "
                "x,-y)"
            )
        return cls(places, tuple(-1 if match and match[1] == "-" else 1 for match in found))

    def __str__(self) -> str:
        """Write the axes as `named` reads them."""
        return ",".join(
            f"{'-' if sign < 0 else ''}{_NAMES[place]}"
            for place, sign in zip(self.places, self.signs, strict=True)
        )

    def of(self, points: NDArray[np.floating]) -> FloatArray:
        """Return the file's points in our axes.

        Args:
            points: Coordinates (..., C), with as many axes.

        Returns:
            Coordinates (..., C), float32.

        Example:
            >>> CoordinateAxes.named("x,z,-y").of(np.array([1.0, 2.0, 3.0])).tolist()
            [1.0, 3.0, -2.0]
        """
        turned: FloatArray = points[..., list(self.places)] * np.array(self.signs, np.float32)
        return turned.astype(np.float32, copy=False)

    def after(self, first: Self) -> Self:
        """Return the axes that do at once what another's do and then these.

        Args:
            first: Those that come first, as many.

        Returns:
            Both in one.

        Example:
            >>> str(CoordinateAxes.named("-x,y,z").after(CoordinateAxes.named("x,z,-y")))
            '-x,z,-y'
        """
        places = tuple(first.places[place] for place in self.places)
        signs = (
            sign * first.signs[place] for place, sign in zip(self.places, self.signs, strict=True)
        )
        return type(self)(places, tuple(signs))
