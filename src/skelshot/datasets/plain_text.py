"""Text files that people write by hand or export from a spreadsheet: decoded strictly."""

import codecs
from pathlib import Path

from skelshot.ground import SkelshotError
from skelshot.ground.documents import utf8_text
from skelshot.ground.regular import read_regular

MAX_BYTES = 64 << 20
"""The largest text file that is read."""

MOST_LINES = 500_000
"""The most ends of lines that it may have; what is made of a line takes a kilobyte."""

_OTHER_ENCODINGS = (
    codecs.BOM_UTF32_LE,
    codecs.BOM_UTF32_BE,
    codecs.BOM_UTF16_LE,
    codecs.BOM_UTF16_BE,
)


def read_lines(path: Path) -> list[str]:
    r"""Read the lines of a UTF-8 text file, with or without a byte order mark.

    Args:
        path: The file. A line ends with `\n`, `\r\n` or `\r`, and with nothing else that Unicode
            calls a line's end, so that the numbers are those that an editor shows.

    Returns:
        The lines without their ends; none for an empty file.

    Raises:
        SkelshotError: It cannot be read, is no regular file or too large, or is not UTF-8.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "names.txt"
        >>> _ = path.write_bytes(b"\xef\xbb\xbfwave\r\nbow\r\n")
        >>> read_lines(path)
        ['wave', 'bow']
    """
    return lines_of(read_regular(path, MAX_BYTES), str(path))


def lines_of(content: bytes, place: str) -> list[str]:
    r"""Part UTF-8 text into lines, as `read_lines` does.

    Args:
        content: The bytes of a file.
        place: Where they come from, for the message.

    Returns:
        The lines without their ends.

    Raises:
        SkelshotError: They are not UTF-8, or too many lines.

    Example:
        >>> lines_of(b"1,2\r\n3,4", "a.csv")
        ['1,2', '3,4']
    """
    if (found := content.count(b"\n") + content.count(b"\r")) > MOST_LINES:
        raise SkelshotError(f"{place}: found {found} ends of lines, expected at most {MOST_LINES}")
    lines = _decoded(place, content).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def _decoded(place: str, content: bytes) -> str:
    """Decode UTF-8, or say at which line the text is in another encoding."""
    if content.startswith(_OTHER_ENCODINGS) or b"\0" in content:
        raise SkelshotError(
            f"{place}: found UTF-16, UTF-32 or no text at all, expected UTF-8; save it anew as "
            "UTF-8"
        )
    return utf8_text(content, place)
