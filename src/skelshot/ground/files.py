"""Files that are whole or absent, and JSON with errors that name the file."""

import errno
import glob
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from skelshot.ground.errors import SkelshotError
from skelshot.ground.json_text import parse_json, readable_json
from skelshot.ground.locks import hold, remove_if_left
from skelshot.ground.regular import check_regular, open_regular, read_regular

MOST_JSON_BYTES = 64 << 20
"""The largest JSON file that is read."""


def check_writable(folder: Path, option: str) -> None:
    """Refuse a folder in which nothing can be written, before any work is done.

    Args:
        folder: A folder that is there.
        option: Which option names another one.

    Raises:
        SkelshotError: It can only be read.
    """
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SkelshotError(
            f"{folder}: found a folder that can only be read ({_why_not(folder)}); name another "
            f"{option}"
        )


def _why_not(folder: Path) -> str:
    """Name the system's reason why nothing can be written into a folder."""
    read_only = hasattr(os, "statvfs") and os.statvfs(folder).f_flag & os.ST_RDONLY
    return os.strerror(errno.EROFS if read_only else errno.EACCES)


def same_file(one: Path, other: Path) -> bool:
    """Tell whether two paths name one file, by links too, whether or not it is there.

    Args:
        one: A path.
        other: A path.

    Returns:
        Whether what is written to the one is found at the other.

    Example:
        >>> same_file(Path("clips/../a.json"), Path("a.json"))
        True
    """
    there = one.exists() and other.exists() and one.samefile(other)
    return there or one.resolve() == other.resolve()


@contextmanager
def whole_file(path: Path, durable: bool = True) -> Iterator[Path]:
    """Give a temporary path beside `path` that takes its place only when all went well.

    What killed processes left of the same file is removed first.

    Args:
        path: Where the file is to stand; its folder must exist.
        durable: Wait until the disk has it, so that it survives a power cut as well as a kill.
            Waiting takes milliseconds a file; leave it out for files that can be made again.

    Yields:
        The temporary path to write to. On an exception it is removed and `path` is untouched.

    Raises:
        SkelshotError: A folder, pipe, device or socket stands at `path`.

    Example:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "a.txt"
        >>> with whole_file(target) as partial:
        ...     _ = partial.write_text("whole")
        >>> target.read_text()
        'whole'
    """
    check_regular(path)
    if durable:  # listing the folder for each of many small files would take too long
        for left in path.parent.glob(f".{glob.escape(path.name)}.*.partial"):
            remove_if_left(left)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with errors_named(path, partial):
        held = hold(partial)
        if held is None:
            raise SkelshotError(f"{path}: is being written already")
        try:
            yield partial
            if durable:
                with partial.open("rb") as handle:
                    os.fsync(handle.fileno())
            partial.replace(path)
        finally:
            with suppress(OSError):  # the disk may be read-only by now
                partial.unlink()
            held.close()


@contextmanager
def errors_named(path: Path, partial: Path | None = None) -> Iterator[None]:
    """Let the system's errors name the file, which a full disk does not.

    Args:
        path: The file that is written.
        partial: Where it is written meanwhile, which means nothing to the caller.

    Yields:
        Nothing.

    Raises:
        OSError: The same, with a file name and without what a library puts around the cause.

    Example:
        >>> with errors_named(Path("a.txt")):
        ...     raise OSError(28, "No space left on device")
        Traceback (most recent call last):
        ...
        OSError: [Errno 28] No space left on device: 'a.txt'
    """
    try:
        yield
    except OSError as error:
        named = error.filename and os.fsdecode(error.filename)
        if error.errno is None or named not in (None, "", str(partial)):
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from error


def write_json(path: Path, document: object) -> None:
    """Write a document as JSON, whole or not at all.

    Args:
        path: The file.
        document: Anything `json` takes; NaN and infinity are refused.

    Raises:
        ValueError: The document holds NaN or infinity.
    """
    text = readable_json(document, ascii_only=False)
    with whole_file(path) as partial:
        partial.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Args:
        path: The file.

    Returns:
        What it holds.

    Raises:
        SkelshotError: It cannot be read, or as for `parse_json`; the message names file and line.
    """
    return parse_json(read_regular(path, MOST_JSON_BYTES), str(path))


def read_mapping(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds a mapping.

    Args:
        path: The file.

    Returns:
        What it holds.

    Raises:
        SkelshotError: As for `read_json`, or it holds something else.
    """
    document = read_json(path)
    if not isinstance(document, dict):
        raise SkelshotError(f"{path}: found {type(document).__name__}, expected a JSON mapping")
    return document


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal.

    Args:
        path: The file.

    Returns:
        64 hexadecimal digits.

    Raises:
        SkelshotError: It is no regular file.
        OSError: It cannot be read.
    """
    with open_regular(path) as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
