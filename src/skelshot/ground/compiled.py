"""Loops that must be fast, compiled by numba, without losing their types."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import config, njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function to machine code on its first call, and keep the code on disk.

    The code is kept beside the source (or in the user's cache where that cannot be written, or
    nowhere), so that worker processes and later runs need not compile again. It is kept apart for
    each state of the folder's compiled sources: numba alone looks only at the function's own file,
    and would go on using a helper of another file as it was. Helpers from other folders must
    therefore not be called. The global interpreter lock is let go while the function runs.

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
    source = Path(function.__code__.co_filename)
    if source.is_file():  # not typed in at a prompt
        with _cache_folder(source.parent), suppress(RuntimeError):  # no folder can be written
            kept: Function = njit(cache=True, nogil=True)(function)
            return kept
    fresh: Function = njit(nogil=True)(function)
    return fresh


@contextmanager
def _cache_folder(folder: Path) -> Iterator[None]:
    """Let functions that are made meanwhile keep their code where this state's belongs."""
    before = config.CACHE_DIR
    if not before:  # whoever sets NUMBA_CACHE_DIR means it
        config.CACHE_DIR = str(folder / "__pycache__" / f"compiled-{_state_of(folder)}")
    try:
        yield
    finally:
        config.CACHE_DIR = before


@cache
def _state_of(folder: Path) -> str:
    """Hash the folder's sources that hold compiled functions."""
    digest = hashlib.sha256()
    for source in sorted(folder.glob("*.py")):
        text = source.read_bytes()
        if b"@compiled" in text or b"@intrinsic" in text:
            digest.update(source.name.encode() + b"\0" + text)
    return digest.hexdigest()[:16]
