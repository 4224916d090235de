"""Checks of a document in any notation: its encoding, its size, its depth."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from skelshot.ground.errors import SkelshotError

MOST_DEPTH = 64
"""How deep lists and mappings may stand within each other."""

_LEAVES = {str, float, bool, type(None)}


class BadDocument(SkelshotError):  # noqa: N818 - named for what it is
    """A document that cannot be used.

    Args:
        place: The file or option it comes from.
        reason: What was found and what was expected.
        line: Its line, where that is known.
        column: Its column, where that is known.

    Example:
        >>> print(BadDocument("a.json", "found no text", line=2))
        a.json, line 2: found no text
    """

    def __init__(
        self, place: str, reason: str, line: int | None = None, column: int | None = None
    ) -> None:
        where = "" if line is None else f", line {line}"
        where += "" if column is None else f", column {column}"
        super().__init__(f"{place}{where}: {reason}")
        self.reason = reason
        self.line = line


def utf8_text(content: bytes, place: str) -> str:
    """Decode UTF-8, with or without a byte order mark.

    Args:
        content: The bytes.
        place: Where they come from, for the message.

    Returns:
        The text.

    Raises:
        BadDocument: They are in another encoding.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 text at byte {error.start} (found 0x{content[error.start]:02x})"
        line = 1 + content.count(b"\n", 0, error.start)
        raise BadDocument(place, f"{reason}; save it anew as UTF-8", line) from error


def refuse_twice(keys: Iterable[str], place: str) -> None:
    """Refuse a mapping that has a key twice, of which readers keep the last without a word.

    Args:
        keys: The keys as they stand there.
        place: Where it stands, for the message.

    Raises:
        BadDocument: A key stands twice.
    """
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise BadDocument(place, f"the key {key!r:.80} stands twice, expected it once")
        seen.add(key)


def check_values(document: Any, place: str) -> None:
    """Refuse a tree that what follows could not walk, print or write.

    Args:
        document: Lists and mappings of texts, numbers, booleans and null.
        place: Where it comes from, for the message.

    Raises:
        BadDocument: It is nested too deeply, or holds a whole number beyond 64 bits or
            anything else.

    Example:
        >>> check_values({"a": [1, 2.5, None]}, "x")
        >>> check_values(10**99, "x")
        Traceback (most recent call last):
        ...
        skelshot.ground.documents.BadDocument: x: found a whole number beyond 64 bits
    """
    level: list[Any] = [document]
    for _ in range(MOST_DEPTH + 1):  # level by level, as millions of values are looked at
        kinds = set(map(type, level))
        if others := kinds - _LEAVES - {int, list, dict}:
            found = min(kind.__name__ for kind in others)
            raise BadDocument(place, f"found {found}, expected text or numbers")
        if int in kinds:
            whole = [value for value in level if type(value) is int]
            if max(map(int.bit_length, whole)) > 64:
                raise BadDocument(place, "found a whole number beyond 64 bits")
        if list not in kinds and dict not in kinds:
            return
        mappings = [value.values() for value in level if type(value) is dict]
        lists = level if kinds == {list} else [value for value in level if type(value) is list]
        level = list(chain.from_iterable(chain(mappings, lists)))
    raise BadDocument(place, f"nested more than {MOST_DEPTH} deep")
