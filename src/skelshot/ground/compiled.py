"""Loops that must be fast, compiled by numba, without losing their types."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function to machine code on its first call, and keep the code on disk.

    The code is kept beside the source (or in the user's cache where that cannot be written), so
    that worker processes and later runs need not compile again. The global interpreter lock is
    let go while it runs.

    Args:
        function: Takes and returns numbers and NumPy arrays only.

    Returns:
        The function, compiled, with the same signature.

    Example:
        >>> import numpy as np
        >>> @compiled
        ... def total(values: np.ndarray) -> float:
        ...     result = 0.0
        ...     for value in values:
        ...         result += value
        ...     return result
        >>> total(np.ones(3))
        3.0
    """
    on_disk = Path(function.__code__.co_filename).is_file()
    fast: Function = njit(cache=on_disk, nogil=True)(function)
    return fast
