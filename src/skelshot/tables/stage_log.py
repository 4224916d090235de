"""Standard error of a stage, kept beside its output as it is written."""

import faulthandler
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path

from skelshot.ground.printable import printable

MOST_BYTES = 4096
MOST_LINES = 3


@contextmanager
def kept_stderr(file: Path) -> Iterator[None]:
    """Write what the block says on standard error into a file, line by line as it comes.

    In a process of a pool libraries' own words and the trace of a crash go there, too.

    Args:
        file: Written anew; gone after the block when nothing was said.

    Yields:
        Nothing.
    """
    alone = multiprocessing.parent_process() is not None
    with file.open("w", encoding="utf-8", errors="replace", buffering=1) as kept:
        before = os.dup(2) if alone else None
        if alone:
            os.dup2(kept.fileno(), 2)
            faulthandler.enable(kept, all_threads=False)
        try:
            with redirect_stderr(kept):
                yield
        finally:
            if before is not None:
                faulthandler.disable()
                os.dup2(before, 2)
                os.close(before)
            if not os.fstat(kept.fileno()).st_size:
                file.unlink(missing_ok=True)


def last_lines(file: Path) -> str:
    """Read the last words of a stage.

    Args:
        file: What `kept_stderr` wrote, or a file that is not there.

    Returns:
        Its last lines, in one.
    """
    try:
        with file.open("rb") as kept:
            kept.seek(max(0, file.stat().st_size - MOST_BYTES))
            text = kept.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return printable(" / ".join(lines[-MOST_LINES:]), 400)
