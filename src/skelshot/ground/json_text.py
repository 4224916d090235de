"""JSON from anywhere, parsed within bounds, and JSON that people can read."""

import json
import re
from collections.abc import Callable
from typing import Any

from skelshot.ground.documents import BadDocument, check_values, refuse_twice, utf8_text

MOST_VALUES = 4_000_000
"""How many values a document may hold; what Python makes of one takes some 60 bytes."""

_NUMBERS = re.compile(r"\[\n\s+([^][{}\"]*?)\n\s*\]")  # no string holds a bare end of line


def readable_json(
    document: object, *, ascii_only: bool = True, default: Callable[[Any], object] | None = None
) -> str:
    """Write a document as JSON, indented, with lists of numbers on one line.

    Args:
        document: Anything `json` takes; NaN and infinity are refused.
        ascii_only: Whether other letters are escaped.
        default: Turns what `json` does not take into what it takes.

    Returns:
        The text, without a last end of line.

    Raises:
        ValueError: The document holds NaN or infinity.

    Example:
        >>> print(readable_json({"confusion": [[1, 0], [2, 3]]}))
        {
          "confusion": [
            [1, 0],
            [2, 3]
          ]
        }
    """
    text = json.dumps(document, indent=2, ensure_ascii=ascii_only, allow_nan=False, default=default)
    return _NUMBERS.sub(lambda found: f"[{' '.join(found[1].split())}]", text)


def parse_json(content: str | bytes, place: str) -> Any:
    """Parse JSON.

    Args:
        content: The text, or its bytes in UTF-8.
        place: Where it comes from, for the message.

    Returns:
        What it holds.

    Raises:
        BadDocument: It is no JSON, has a key twice, holds too much, is nested too deeply, or a
            whole number is beyond 64 bits.

    Example:
        >>> parse_json('{"a": [1, 2.5, null]}', "x")
        {'a': [1, 2.5, None]}
        >>> parse_json('{"a": 1, "a": 2}', "x")
        Traceback (most recent call last):
        ...
        skelshot.ground.documents.BadDocument: x: the key 'a' stands twice, expected it once
    """
    text = utf8_text(content, place) if isinstance(content, bytes) else content
    if sum(map(text.count, "[{,")) > MOST_VALUES:  # each value follows one of these
        raise BadDocument(place, f"found more than {MOST_VALUES} values, expected at most that")

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            refuse_twice((key for key, _ in pairs), place)
        return found

    try:
        document = json.loads(text, object_pairs_hook=mapping)
    except json.JSONDecodeError as error:
        reason = f"not valid JSON ({error.msg})"
        advice = "the file may be truncated, fetch or write it again"
        raise BadDocument(place, f"{reason}; {advice}", error.lineno, error.colno) from error
    except RecursionError as error:
        raise BadDocument(place, "not usable JSON (nested too deeply)") from error
    except ValueError as error:
        raise BadDocument(place, "not usable JSON (a number of thousands of digits)") from error
    check_values(document, place)
    return document
