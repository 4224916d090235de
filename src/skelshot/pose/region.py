"""The square of a picture that a landmark model looks at, turned so that the person is upright."""

from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skelshot.ground.compiled import compiled
from skelshot.pose.estimator import Picture
from skelshot.skeletons.sequence import FloatArray

ROOM = 1.25
"""How much wider the square is than the circle around the person, as the models were trained."""


@dataclass(frozen=True)
class Region:
    """A turned square of a picture.

    Args:
        x: Column of its centre.
        y: Row of its centre.
        side: Its side in pixels.
        turn: Its angle in radians, clockwise as seen.

    Example:
        >>> Region.around((50, 60), (50, 20))
        Region(x=50.0, y=60.0, side=100.0, turn=0.0)
    """

    x: float
    y: float
    side: float
    turn: float

    @classmethod
    def around(cls, hips: ArrayLike, top: ArrayLike) -> "Region":
        """Lay a square around a person.

        Args:
            hips: The middle of the hips, (2,).
            top: A point above the head on the circle that holds the whole body, (2,).

        Returns:
            The square, with room around the circle, its upper edge on the head's side.
        """
        (x, y), (across, above) = np.asarray(hips, float), np.asarray(top, float)
        turn = pi / 2 - atan2(y - above, across - x)
        turn = (turn + pi) % (2 * pi) - pi
        side = 2 * ROOM * hypot(across - x, above - y)
        return cls(float(x), float(y), float(side), float(turn))

    @property
    def axes(self) -> NDArray[np.float64]:
        """The square's own axes in the picture as columns, (2, 2), one pixel long."""
        return np.array([[cos(self.turn), -sin(self.turn)], [sin(self.turn), cos(self.turn)]])

    def to_picture(self, points: FloatArray) -> FloatArray:
        """Bring points of the square to the picture.

        Args:
            points: (n, 2), from (0, 0), the square's upper left corner, to (1, 1).

        Returns:
            Columns and rows, (n, 2).
        """
        turned = (points - 0.5) * self.side @ self.axes.T
        moved: FloatArray = (turned + np.array([self.x, self.y])).astype(np.float32)
        return moved

    def cut(self, picture: Picture, size: int) -> FloatArray:
        """Cut the square out, upright.

        Args:
            picture: RGB (H, W, 3); beyond its edges their pixels go on.
            size: Pixels a side.

        Returns:
            RGB (size, size, 3) in [0, 1], each pixel mixed of the four around its middle.
        """
        crop = np.empty((size, size, 3), np.float32)
        across, down = self.axes.T * self.side / size
        corner = np.array([self.x, self.y]) - (across + down) * (size - 1) / 2 - 0.5
        _fill(crop, np.ascontiguousarray(picture), corner, across, down)
        return crop


@compiled
def _fill(
    crop: FloatArray,
    picture: Picture,
    corner: NDArray[np.float64],
    across: NDArray[np.float64],
    down: NDArray[np.float64],
) -> None:
    """Fill a crop by bilinear interpolation."""
    height, width = picture.shape[:2]
    for row in range(crop.shape[0]):
        for column in range(crop.shape[1]):
            x = corner[0] + column * across[0] + row * down[0]
            y = corner[1] + column * across[1] + row * down[1]
            x = min(max(x, 0.0), width - 1.0)
            y = min(max(y, 0.0), height - 1.0)
            left, above = int(x), int(y)
            right, below = min(left + 1, width - 1), min(above + 1, height - 1)
            to_right, to_below = x - left, y - above
            for colour in range(3):
                upper = (1 - to_right) * picture[above, left, colour]
                upper += to_right * picture[above, right, colour]
                lower = (1 - to_right) * picture[below, left, colour]
                lower += to_right * picture[below, right, colour]
                mixed = (1 - to_below) * upper + to_below * lower
                crop[row, column, colour] = mixed / 255.0
