"""Regular files alone: a pipe in place of a file would hang, a device would never end."""

import os
import stat
from io import BufferedReader
from pathlib import Path

from skelshot.ground.errors import SkelshotError

# Windows knows no waiting to be spared; other systems know no text mode.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def check_regular(path: Path) -> None:
    """Refuse what exists and is no regular file; links are followed, nothing is opened.

    Args:
        path: What is to be read or replaced; it may be absent.

    Raises:
        SkelshotError: A folder, pipe, device or socket is there.

    Example:
        >>> check_regular(Path("/dev/null"))
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: /dev/null: found a device, expected a regular file
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return  # whoever opens it says what is wrong
    _check_mode(path, mode)


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file for reading, and never wait for what is none.

    Args:
        path: The file.

    Returns:
        The open file.

    Raises:
        SkelshotError: A folder, pipe, device or socket is there.
        OSError: It cannot be opened.
    """
    check_regular(path)
    handle = os.fdopen(os.open(path, os.O_RDONLY | _AT_ONCE), "rb")
    try:
        _check_mode(path, os.fstat(handle.fileno()).st_mode)  # it may be another by now
    except SkelshotError:
        handle.close()
        raise
    return handle


def read_regular(path: Path, most: int) -> bytes:
    """Read a regular file of bounded size.

    Args:
        path: The file.
        most: The most bytes it may have.

    Returns:
        What it holds.

    Raises:
        SkelshotError: It cannot be read, is no regular file, is larger, or changes meanwhile.
    """
    try:
        with open_regular(path) as handle:
            size = os.fstat(handle.fileno()).st_size
            content = handle.read(size + 1) if size <= most else b""
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be read ({error.strerror})") from error
    if size > most:
        raise SkelshotError(f"{path}: found {size} bytes, expected at most {most}")
    if len(content) != size:
        raise SkelshotError(f"{path}: changed while it was read; run the same command again")
    return content


def _check_mode(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        raise SkelshotError(f"{path}: found {kind}, expected a regular file")
