"""Values of raw files in their many kinds: numbers, texts and arrays, made one kind each."""

import math
from collections.abc import Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.clips import BadClip
from skelshot.ground.printable import printable
from skelshot.skeletons.sequence import FloatArray

MAX_NUMBERS = 1 << 24
"""The most numbers of an array: an hour of two persons of 25 joints at 30 frames a second."""

MOST_AXES = 5
"""How deep lists of numbers may lie in each other."""

LARGEST = 2**31
"""Whole numbers that describe a clip are smaller than this."""

LONGEST_TEXT = 400
"""The most characters of a label or a file's name."""


def described(value: object) -> str:
    """Say what a value is, in a few words and bounded time.

    Args:
        value: Anything that a raw file holds.

    Returns:
        Kind and shape of an array, length of a container, or the value itself where it is short.

    Example:
        >>> described(np.zeros((3, 4), np.float32)), described([1, 2]), described(None)
        ('float32 (3, 4)', 'a list of 2', 'none')
    """
    phrase = type(value).__name__
    match value:
        case None:
            phrase = "none"
        case np.ndarray():
            phrase = f"{value.dtype!s:.40} {value.shape}"
        case dict():
            keys = ", ".join(_key(key) for key in islice(value, 6))
            more = f" and {len(value) - 6} more" if len(value) > 6 else ""
            phrase = f"a dictionary with the keys {keys}{more}" if keys else "an empty dictionary"
        case list() | tuple() | set() | frozenset():
            phrase = f"a {phrase} of {len(value)}"
        case str() | bytes():
            phrase = repr(value[:40])
        case int() if value.bit_length() > 128:  # the longest could not be written
            phrase = f"a whole number of {value.bit_length()} bits"
        case int() | float():
            phrase = f"{value!r:.40}"
    return phrase


def _key(key: object) -> str:
    return repr(key[:40]) if isinstance(key, (str, bytes)) else described(key)


def numbers_of(value: object, field: str) -> FloatArray:
    """Return an array of numbers as float32.

    Args:
        value: An array of integers or floats of any width and byte order, or nested lists of
            them that are regular.
        field: Its name, for the error message.

    Returns:
        The array; what float32 cannot hold is infinite, and `None` in a list is NaN: gaps.

    Raises:
        BadClip: It holds anything else (true and false, complex numbers, dates, text, objects), or
            lists of different lengths.

    Example:
        >>> numbers_of([[1, 2], [3, None]], "keypoint").tolist()
        [[1.0, 2.0], [3.0, nan]]
    """
    array = value if isinstance(value, np.ndarray) else _from_lists(value, field)
    if math.prod(max(1, size) for size in array.shape) > MAX_NUMBERS:
        raise BadClip(
            f"{field}: found {described(array)}, expected at most {MAX_NUMBERS} numbers; cut the "
            "recording into clips"
        )
    if array.dtype.kind not in "fiu":
        raise BadClip(f"{field}: found {described(array)}, expected numbers")
    with np.errstate(over="ignore", invalid="ignore"):
        return np.ascontiguousarray(array, np.float32).reshape(array.shape)


def _from_lists(value: object, field: str) -> NDArray[Any]:
    """Make an array of nested lists, once their lengths are known to be bounded."""
    leaves = leaves_of(value) if isinstance(value, (list, tuple)) else None
    if leaves is None or _size_of(leaves) > MAX_NUMBERS:
        raise BadClip(f"{field}: found {described(value)}, expected an array of numbers")
    try:
        if {list, tuple}.intersection(map(type, leaves)):
            raise ValueError
        array = np.asarray(value)
        if array.dtype == object and all(
            entry is None or type(entry) in (int, float) for entry in array.flat
        ):
            array = array.astype(np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise BadClip(
            f"{field}: found lists of different lengths, expected a regular array of numbers"
        ) from error
    return array


def _size_of(leaves: Sequence[Any]) -> int:
    """Return how many numbers an array of these takes; all texts get the room of the longest."""
    arrays = sum(leaf.size for leaf in leaves if isinstance(leaf, np.ndarray))
    longest = max((len(leaf) for leaf in leaves if isinstance(leaf, (str, bytes))), default=0)
    return max(arrays, len(leaves) * longest)


def leaves_of(value: list[Any] | tuple[Any, ...]) -> Sequence[Any] | None:
    """Return what nested lists hold, in bounded time and memory.

    Args:
        value: Lists or tuples of lists or tuples, of whatever depth.

    Returns:
        All entries at the first depth at which not all are lists; None where lists are too deep
        or there are more than `MAX_NUMBERS` entries.

    Example:
        >>> leaves_of([[1, 2.5], [None, 3]])
        [1, 2.5, None, 3]
    """
    level: Sequence[Any] = value
    for _ in range(MOST_AXES):
        if not level or not set(map(type, level)) <= {list, tuple}:
            return level
        if sum(map(len, level)) > MAX_NUMBERS:
            return None
        level = list(chain.from_iterable(level))
    return None


def whole_number_of(value: object, field: str, below: int = LARGEST, least: int = 0) -> int:
    """Return a whole number.

    Args:
        value: An integer, a float without fraction, or an array or list of one of these.
        field: Its name, for the error message.
        below: The number must be smaller than this.
        least: The number must not be smaller than this.

    Returns:
        The number.

    Raises:
        BadClip: It is anything else, too small or too large.

    Example:
        >>> whole_number_of(np.array([3.0]), "subject")
        3
    """
    single = _single(value)
    if isinstance(single, float) and single.is_integer():
        single = int(single)
    if type(single) is not int or not least <= single < below:
        raise BadClip(f"{field}: found {_briefly(value)}, expected a whole number from {least}")
    return single


def text_of(value: object, field: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text.

    Args:
        value: Text, UTF-8 bytes, a whole number (whose digits are the text; MATLAB writes 3 as
            3.0), or an array of one of these.
        field: Its name, for the error message.
        longest: The most characters it may have.

    Returns:
        The text without spaces around it.

    Raises:
        BadClip: It is anything else, blank, longer than `longest`, or not printable.

    Example:
        >>> text_of(np.array(b"wave"), "label"), text_of(np.array(3), "label")
        ('wave', '3')
    """
    single = _single(value)
    if isinstance(single, bytes):
        single = single.decode("utf-8", "surrogateescape")
    if isinstance(single, float) and single.is_integer():
        single = int(single)
    if type(single) is int:
        single = str(single)
    if not isinstance(single, str) or not (text := single.strip()):
        raise BadClip(f"{field}: found {_briefly(value)}, expected text, such as 'wave'")
    if len(text) > longest or not text.isprintable():
        raise BadClip(
            f"{field}: found {printable(text)!r}, expected at most {longest} printable characters"
        )
    return text


def _single(value: object) -> object:
    """Take a value out of an array or list that holds nothing else."""
    if isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind in "biufSU":
        return value.item()
    if isinstance(value, (list, tuple)) and len(value) == 1:
        return value[0]
    return value


def _briefly(value: object) -> str:
    """Describe an array of one value by kind and value."""
    if isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind in "biufSU":
        return described(value.item())
    return described(value)
