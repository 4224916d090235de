"""Arrays that are written through a map of their file."""

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import DTypeLike

from skelshot.ground.files import errors_named


def fresh_map(path: Path, dtype: DTypeLike, shape: tuple[int, ...]) -> "np.memmap[Any, Any]":
    """Make a `.npy` file and map it for writing, with its room on the disk taken at once.

    Without that a disk that fills up ends the process at whatever number it comes to.

    Args:
        path: The file; overwritten.
        dtype: Type of the numbers.
        shape: Shape of the array.

    Returns:
        The array, all zeros.

    Raises:
        OSError: The disk is too full, or refuses.

    Example:
        >>> import tempfile
        >>> array = fresh_map(Path(tempfile.mkdtemp()) / "a.npy", np.float32, (2, 3))
        >>> array[:] = 1
        >>> float(array.sum())
        6.0
    """
    with errors_named(path):
        array = open_memmap(path, mode="w+", dtype=dtype, shape=shape)
        if sys.platform == "linux":
            with path.open("r+b") as handle:
                os.posix_fallocate(handle.fileno(), 0, path.stat().st_size)
    return array
