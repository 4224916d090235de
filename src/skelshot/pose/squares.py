"""Whole pictures fitted into the size that a network takes, with bars where they do not fill it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skelshot.pose.estimator import Picture
from skelshot.skeletons.sequence import FloatArray
from skelshot.videos.crop import resize


@dataclass(frozen=True)
class Letterbox:
    """A picture shrunk to fit, in the middle of black bars.

    Args:
        size: Width and height that the network takes.
        inner: Width and height of the shrunk picture.
        scale: Pixels of the picture for one of the shrunk picture.

    Example:
        >>> Letterbox.of(np.zeros((90, 160, 3), np.uint8), (32, 32)).inner
        (32, 18)
    """

    size: tuple[int, int]
    inner: tuple[int, int]
    scale: tuple[float, float]

    @classmethod
    def of(cls, picture: Picture, size: tuple[int, int]) -> "Letterbox":
        """Fit a picture.

        Args:
            picture: RGB (H, W, 3).
            size: Width and height to fit it into.

        Returns:
            The fit; all pictures of one size have the same.
        """
        height, width = picture.shape[:2]
        ratio = min(size[0] / width, size[1] / height)
        inner = max(1, round(width * ratio)), max(1, round(height * ratio))
        return cls(size, inner, (width / inner[0], height / inner[1]))

    def fitted(self, picture: Picture) -> Picture:
        """Shrink a picture into its place.

        Args:
            picture: RGB (H, W, 3).

        Returns:
            RGB (height, width, 3) of the network's size.
        """
        canvas = np.zeros((self.size[1], self.size[0], 3), np.uint8)
        left, top = self._corner
        shrunk = resize(picture[np.newaxis], self.inner)[0]
        canvas[top : top + self.inner[1], left : left + self.inner[0]] = shrunk
        return canvas

    def to_picture(self, points: NDArray[np.floating]) -> FloatArray:
        """Bring points of the fitted picture back.

        Args:
            points: Columns and rows in the network's size, (n, 2).

        Returns:
            Columns and rows in the picture, (n, 2).
        """
        moved: FloatArray = ((points - self._corner) * self.scale).astype(np.float32)
        return moved

    @property
    def _corner(self) -> tuple[int, int]:
        return (self.size[0] - self.inner[0]) // 2, (self.size[1] - self.inner[1]) // 2
