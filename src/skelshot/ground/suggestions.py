"""The nearest valid name, for messages about unknown ones."""

from collections.abc import Iterable
from functools import partial
from heapq import nlargest

MANY = 1000
"""Of more names only so many, whose ends are most like, are looked at letter by letter."""


def nearest(found: str, known: Iterable[str], alike: float = 0.6) -> str | None:
    """Find the valid name that is most like one that is none.

    Args:
        found: What was given; capitals do not count, nor more than 80 characters.
        known: The valid names.
        alike: How much of the two must agree, 0 to 1.

    Returns:
        The name; None where nothing is near.

    Example:
        >>> nearest("AGNC", ["agcn", "ctr-gcn"]), nearest("x", ["agcn"])
        ('agcn', None)
    """
    from difflib import get_close_matches  # noqa: PLC0415 - most calls are right and need it not

    names = {name.casefold(): name for name in known}
    sought = found[:80].casefold()
    likely = nlargest(MANY, names, partial(_shared_ends, sought)) if len(names) > MANY else names
    near = get_close_matches(sought, likely, 1, alike)
    return names[near[0]] if near else None


def _shared_ends(one: str, other: str) -> int:
    """Count the letters that two names share at their beginning and at their end."""
    return _shared_start(one, other) + _shared_start(one[::-1], other[::-1])


def _shared_start(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def did_you_mean(found: str, known: Iterable[str]) -> str:
    """Suggest the valid name that is most like one that is none.

    Args:
        found: What was given.
        known: The valid names.

    Returns:
        A piece of a message that begins with a semicolon; empty where nothing is near.

    Example:
        >>> did_you_mean("agnc", ["agcn", "ctr-gcn"])
        "; did you mean 'agcn'?"
    """
    name = nearest(found, known)
    return "" if name is None else f"; did you mean {name!r}?"
