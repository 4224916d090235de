"""Text files that people write by hand or export from a spreadsheet: decoded strictly."""

import codecs
from pathlib import Path

from skelshot.ground import SkelshotError

MAX_BYTES = 64 << 20
"""The largest text file that is read."""

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
    try:
        if path.exists() and not path.is_file():
            raise SkelshotError(f"{path}: found no regular file, expected a text file")
        if (size := path.stat().st_size) > MAX_BYTES:
            raise SkelshotError(f"{path}: found {size} bytes, expected at most {MAX_BYTES}")
        content = path.read_bytes()
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be read ({error.strerror})") from error
    lines = _decoded(path, content).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def _decoded(path: Path, content: bytes) -> str:
    """Decode UTF-8, or say at which line the text is in another encoding."""
    if content.startswith(_OTHER_ENCODINGS) or b"\0" in content:
        raise SkelshotError(
            f"{path}: found UTF-16, UTF-32 or no text at all, expected UTF-8; save it anew as UTF-8"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + content.count(b"\n", 0, error.start)
        raise SkelshotError(
            f"{path}, line {line}: cannot be read: found the byte 0x{content[error.start]:02x}, "
            "which is not UTF-8; save the file anew as UTF-8"
        ) from error
