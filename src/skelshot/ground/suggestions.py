"""The nearest valid name, for messages about unknown ones."""

from collections.abc import Iterable
from difflib import get_close_matches


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
    nearest = get_close_matches(found, list(known), n=1)
    return f"; did you mean {nearest[0]!r}?" if nearest else ""
