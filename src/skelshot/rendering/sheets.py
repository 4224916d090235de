"""Contact sheets: many pictures in one."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file

Picture = NDArray[np.uint8]


def contact_sheet(frames: Sequence[Picture], columns: int, gap: int = 2) -> Picture:
    """Lay pictures out in rows, from left to right and from top to bottom.

    Args:
        frames: Pictures RGB (H, W, 3), all of one size.
        columns: Pictures in a row.
        gap: White pixels between pictures.

    Returns:
        One picture RGB; the places after the last picture are white.

    Raises:
        SkelshotError: There is no picture, no column, or the sizes differ.

    Example:
        >>> contact_sheet([np.zeros((9, 16, 3), np.uint8)] * 5, columns=3).shape
        (20, 52, 3)
    """
    if not frames or columns < 1:
        raise SkelshotError(
            f"contact sheet: found {len(frames)} pictures for {columns} columns, "
            "expected at least one of each"
        )
    if len(sizes := {frame.shape for frame in frames}) != 1:
        raise SkelshotError(f"contact sheet: found sizes {sorted(sizes)}, expected one")
    height, width, _ = frames[0].shape
    across = min(columns, len(frames))
    down = -(-len(frames) // across)
    shape = (down * (height + gap) - gap, across * (width + gap) - gap, 3)
    sheet = np.full(shape, 255, np.uint8)
    for place, frame in enumerate(frames):
        y, x = (place // across) * (height + gap), (place % across) * (width + gap)
        sheet[y : y + height, x : x + width] = frame
    return sheet


def write_png(path: Path, picture: Picture) -> None:
    """Write a picture as a PNG file, whole or not at all.

    Args:
        path: The file; its folder must exist.
        picture: RGB (H, W, 3).
    """
    with whole_file(path) as partial:
        Image.fromarray(picture).save(partial, "PNG")
