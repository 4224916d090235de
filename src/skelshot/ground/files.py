"""Files that are whole or absent, and JSON with errors that name the file."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from skelshot.ground.errors import SkelshotError


@contextmanager
def whole_file(path: Path, durable: bool = True) -> Iterator[Path]:
    """Give a temporary path beside `path` that takes its place only when all went well.

    Args:
        path: Where the file is to stand; its folder must exist.
        durable: Wait until the disk has it, so that it survives a power cut as well as a kill.
            Waiting takes milliseconds a file; leave it out for files that can be made again.

    Yields:
        The temporary path to write to. On an exception it is removed and `path` is untouched.

    Example:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "a.txt"
        >>> with whole_file(target) as partial:
        ...     _ = partial.write_text("whole")
        >>> target.read_text()
        'whole'
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        if durable:
            with partial.open("rb") as handle:
                os.fsync(handle.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_json(path: Path, document: object) -> None:
    """Write a document as JSON, whole or not at all.

    Args:
        path: The file.
        document: Anything `json` takes; NaN and infinity are refused.

    Raises:
        ValueError: The document holds NaN or infinity.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    with whole_file(path) as partial:
        partial.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Args:
        path: The file.

    Returns:
        What it holds.

    Raises:
        SkelshotError: It cannot be read or is not JSON; the message names file and line.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be read ({error.strerror})") from error
    except json.JSONDecodeError as error:
        raise SkelshotError(
            f"{path}, line {error.lineno}, column {error.colno}: not valid JSON ({error.msg}); "
            "the file may be truncated, fetch or write it again"
        ) from error
    except UnicodeDecodeError as error:
        raise SkelshotError(f"{path}: not UTF-8 text at byte {error.start}") from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal.

    Args:
        path: The file.

    Returns:
        64 hexadecimal digits.
    """
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def lock(path: Path, refusal: str) -> BinaryIO:
    """Open a lock file; the lock goes with the process, however it ends.

    Args:
        path: The lock file; made if missing.
        refusal: What to say when another process holds it.

    Returns:
        The open file; closing it lets go.

    Raises:
        SkelshotError: Another process holds the lock.
    """
    handle = path.open("ab")
    try:
        import fcntl  # noqa: PLC0415 - absent on Windows, where the lock is left out
    except ImportError:
        return handle
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise SkelshotError(refusal) from error
    return handle
