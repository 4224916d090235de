"""Orientation of a video's frames: the display matrix, which turns and mirrors them."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError

Picture = NDArray[np.uint8]

ASKEW = 0.02
"""How large the smaller part of a matrix may be against the larger: a turn by one degree."""


@dataclass(frozen=True)
class Orientation:
    """One of the eight ways to lay a picture on a screen with upright edges.

    Args:
        transposed: Rows and columns change places first.
        mirrored: Left and right change places then.
        flipped: Top and bottom change places then.

    Example:
        >>> Orientation(mirrored=True).shown(np.arange(6, dtype=np.uint8).reshape(1, 2, 3))[0, 0]
        array([3, 4, 5], dtype=uint8)
    """

    transposed: bool = False
    mirrored: bool = False
    flipped: bool = False

    @classmethod
    def of_matrix(cls, matrix: NDArray[np.int32]) -> Self:
        """Read a display matrix (ISO 14496-12, 8.3.2).

        A point (x, y), y down, is shown at (a x + c y, b x + d y), moved into view. Lengths do not
        count, since pictures are resized anyway.

        Args:
            matrix: a, b, u, c, d, v, x, y, w as numbers of fixed point.

        Returns:
            The orientation; the plain one for a matrix of zeros, which players pass over.

        Raises:
            SkelshotError: The matrix turns by something else than right angles.

        Example:
            >>> Orientation.of_matrix(np.array([0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30]))
            Orientation(transposed=True, mirrored=True, flipped=False)
        """
        a, b, _, c, d, *_ = (int(value) for value in matrix)
        straight, crosswise = (abs(a), abs(d)), (abs(b), abs(c))
        if not any(straight + crosswise):
            return cls()
        smaller, larger = sorted((straight, crosswise), key=max)
        if max(smaller) > ASKEW * min(larger):
            raise SkelshotError(
                f"found a display matrix {a / 65536:g}, {b / 65536:g}, {c / 65536:g}, "
                f"{d / 65536:g}, expected one that turns by right angles or mirrors; convert the "
                "video, for example with `ffmpeg -i FILE OUT`, which applies it"
            )
        if larger is crosswise:
            return cls(transposed=True, mirrored=c < 0, flipped=b < 0)
        return cls(mirrored=a < 0, flipped=d < 0)

    def shown(self, picture: Picture) -> Picture:
        """Lay a picture as players do.

        Args:
            picture: As decoded, (H, W, 3).

        Returns:
            A view: (H, W, 3), or (W, H, 3) where rows and columns change places.
        """
        turned = picture.swapaxes(0, 1) if self.transposed else picture
        return turned[:: -1 if self.flipped else 1, :: -1 if self.mirrored else 1]


def orientation_of(frame: Any) -> Orientation:
    """Read how a decoded frame is to be shown.

    The matrix comes with every frame, be it the track's of an MP4 or MOV file, a Matroska
    projection's or the stream's own message. PyAV's `frame.rotation` holds an angle alone, which
    cannot tell a mirrored picture.

    Args:
        frame: PyAV's frame.

    Returns:
        The orientation; the plain one without a matrix.

    Raises:
        SkelshotError: The matrix turns by something else than right angles.
    """
    for data in frame.side_data:
        if data.type.name == "DISPLAYMATRIX":
            return Orientation.of_matrix(np.frombuffer(bytes(data), np.int32, 9))
    return Orientation()
