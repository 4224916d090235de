"""One process at a time: locks that go with the process, however it ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from skelshot.ground.errors import SkelshotError
from skelshot.ground.regular import check_regular

if sys.platform != "win32":  # where locks are left out
    import fcntl


@contextmanager
def only_writer(out: Path, command: str, file: Path | None = None) -> Iterator[None]:
    """Keep every other process from writing an output while the block runs.

    The lock is a file that is gone after the block; one that a kill left behind is no lock.

    Args:
        out: What is written: a folder or a file, there already or not.
        command: What writes it, for the message of the process that is refused.
        file: The lock file; hidden beside `out` unless told. Its folder is made if missing.

    Yields:
        Nothing.

    Raises:
        SkelshotError: Another process is writing it.

    Example:
        >>> import tempfile
        >>> out = Path(tempfile.mkdtemp()) / "run"
        >>> with only_writer(out, "pretrain"), only_writer(out, "pretrain"):
        ...     pass
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: .../run: another pretrain is writing it; wait for ...
    """
    file = file or lock_file(out)
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = hold(file)
    if handle is None:
        raise SkelshotError(f"{out}: another {command} is writing it; wait for that one to end")
    try:
        yield
    finally:
        _remove_held(file, handle)


def lock_file(out: Path) -> Path:
    """Name the lock of an output.

    Args:
        out: The output.

    Returns:
        A hidden file beside it.
    """
    return out.with_name(f".{out.name}.lock")


def hold(file: Path) -> BinaryIO | None:
    """Lock a file without waiting; it is made if missing.

    Args:
        file: The file.

    Returns:
        The open file, whose closing lets go; None where it is locked already.

    Raises:
        SkelshotError: It is no regular file.
        OSError: It cannot be made.
    """
    while True:
        check_regular(file)
        handle = file.open("ab")
        if not _lock(handle):
            handle.close()
            return None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle.fileno()), file.stat()):
                return handle
        handle.close()  # whoever held it has removed it meanwhile


def remove_if_left(file: Path) -> None:
    """Remove a file that no process holds any more; without locks nobody can tell.

    Args:
        file: A file that its writer holds with `hold`.
    """
    with suppress(OSError):
        if sys.platform != "win32" and file.is_file() and (handle := hold(file)):
            _remove_held(file, handle)


def _lock(handle: BinaryIO) -> bool:
    """Lock a file, and say whether that went well; without locks it always does."""
    if sys.platform != "win32":
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            pass  # a file system without locks
    return True


def _remove_held(file: Path, handle: BinaryIO) -> None:
    """Remove a file while it is held, so that nobody takes a file that is gone for the lock."""
    with suppress(OSError):  # Windows removes no open file
        file.unlink()
    handle.close()
