"""Text from files and their names, as a terminal can show it."""


def printable(text: str, limit: int = 60) -> str:
    r"""Return text that a terminal and a list can show.

    Args:
        text: From a file or a file's name.
        limit: The most characters to return.

    Returns:
        The text with control characters, line breaks and lone surrogates escaped, cut to `limit`.

    Example:
        >>> printable("bell\x07 wave")
        'bell\\x07 wave'
    """
    shown = escaped(text[: limit + 1])
    return shown if len(text) <= limit and len(shown) <= limit else f"{shown[: limit - 3]}..."


def escaped(text: str) -> str:
    r"""Escape what would move a terminal's cursor or change its colours, and half characters.

    Args:
        text: Any text.

    Returns:
        The text with what is not printable written as in Python.

    Example:
        >>> escaped("a\x1b[31m\n")
        'a\\x1b[31m\\n'
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
