"""Splits that come with raw files, such as PYSKL's: lists of clips' names, kept in a store."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from skelshot.datasets.field_values import described
from skelshot.ground import SkelshotError
from skelshot.ground.files import MOST_JSON_BYTES, read_json
from skelshot.ground.json_text import MOST_VALUES
from skelshot.ground.printable import printable

Splits = dict[str, tuple[str, ...]]
"""Names of clips by split."""

MOST_SPLITS = 10_000
"""How many splits a store may keep."""

_VALUE_BYTES = MOST_JSON_BYTES // MOST_VALUES + 1
"""What a value may take for a file of the most bytes to hold less than the most values."""


def checked_splits(found: object, place: str, advice: str) -> Splits:
    """Check splits from anywhere: their kinds, their names, and that a store can keep them.

    Args:
        found: Should be lists of names by split.
        place: Where they come from, as the message begins.
        advice: What to do where they are amiss, as the message ends.

    Returns:
        The splits, as they stand there.

    Raises:
        SkelshotError: They are anything else, a split's name cannot be printed, or there are more
            splits or names than `splits.json` may hold.

    Example:
        >>> checked_splits({"train": ["a", "b"], "val": []}, "x", "mend it")
        {'train': ('a', 'b'), 'val': ()}
    """
    if not isinstance(found, Mapping):
        raise SkelshotError(
            f"{place}: found {type(found).__name__}, expected a dictionary with lists of clips' "
            f"names; {advice}"
        )
    if len(found) > MOST_SPLITS:
        raise SkelshotError(
            f"{place}: found {len(found)} splits, expected at most {MOST_SPLITS}; {advice}"
        )
    splits: Splits = {}
    room = 0
    for split, given in found.items():
        if not isinstance(split, str) or not split.strip() or not split.isprintable():
            raise SkelshotError(
                f"{place}: found a split called {described(split)}, expected printable text; "
                f"{advice}"
            )
        names = _names(given, f"{place} {split!r:.80}", advice)
        room += 2 * _most_bytes([split]) + _most_bytes(names)
        if room > MOST_JSON_BYTES:
            raise SkelshotError(
                f"{place} {split!r:.80}: found {sum(map(len, splits.values())) + len(names)} "
                f"names up to here, expected at most {MOST_JSON_BYTES >> 20} MB of them; {advice}"
            )
        splits[split] = tuple(names)
    return splits


def kept_splits(given: Mapping[str, Sequence[str]], clips: Collection[str]) -> Splits:
    """Keep the names of clips that there are, each once a split.

    Args:
        given: The splits of the raw files.
        clips: Names of the store's clips.

    Returns:
        The splits, in the same order; one of which no clip is left is empty.

    Example:
        >>> kept_splits({"train": ["a", "b", "a"], "val": ["c"]}, {"a", "c"})
        {'train': ('a',), 'val': ('c',)}
    """
    return {
        split: tuple(name for name in dict.fromkeys(names) if name in clips)
        for split, names in given.items()
    }


def names_left_out(given: Mapping[str, Sequence[str]], kept: Splits) -> int:
    """Count the names of raw files' splits that are no clips of the store.

    Args:
        given: The splits of the raw files.
        kept: What the store keeps of them.

    Returns:
        How many names, counted in each split.

    Example:
        >>> names_left_out({"train": ["a", "b", "a"]}, {"train": ("a",)})
        1
    """
    return sum(len(set(names).difference(kept.get(split, ()))) for split, names in given.items())


def read_kept_splits(path: Path, clips: Collection[str]) -> Splits:
    """Read the splits that a store keeps.

    Args:
        path: Its `splits.json`.
        clips: Names of the store's clips.

    Returns:
        Names of clips by split.

    Raises:
        SkelshotError: It cannot be read, holds something else, or names a clip that the store
            does not have.
    """
    again = "prepare the store again"
    splits = checked_splits(read_json(path), f"{path}, split", again)
    for split, names in splits.items():
        for name in names:
            if name not in clips:
                raise SkelshotError(
                    f"{path}, split {split!r:.80}: found {printable(name)!r}, expected names of "
                    f"clips of the store; {again}"
                )
    return splits


def _names(given: object, place: str, advice: str) -> Sequence[str]:
    """Return the names of a split, once they are known to be names and not too many."""
    if isinstance(given, np.ndarray) and given.ndim == 1 and given.dtype.kind == "U":
        given = given.tolist()
    if not isinstance(given, list | tuple):
        raise SkelshotError(
            f"{place}: found {described(given)}, expected a list of clips' names; {advice}"
        )
    if len(given) <= MOST_VALUES and (others := set(map(type, given)) - {str}):
        kind = min(other.__name__ for other in others)
        raise SkelshotError(
            f"{place}: found {kind} in it, expected a list of clips' names; {advice}"
        )
    return given


def _most_bytes(names: Sequence[str]) -> int:
    """Return the most bytes that names take as JSON, where a quote is written as two signs.

    A comma within a name counts as a value, since whoever reads JSON counts it so.
    """
    if len(names) > MOST_VALUES:
        return len(names) * _VALUE_BYTES
    text = "\n".join(names)
    values = len(names) + sum(map(text.count, "[{,"))
    return 2 * len(text.encode("utf-8", "surrogatepass")) + values * _VALUE_BYTES
