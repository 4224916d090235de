"""Calling `skelshot` commands in processes of their own, so that runs stand side by side."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from skelshot.ground import SkelshotError
from skelshot.ground.progress import progress_bar

Job = TypeVar("Job")


def call(*words: object) -> None:
    """Run one `skelshot` command in a process of its own.

    Args:
        words: The command and its arguments.

    Raises:
        SkelshotError: It failed; the message is its last line.
    """
    command = [sys.executable, "-m", "skelshot.cli", *(str(word) for word in words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise SkelshotError(f"skelshot {words[0]} failed: {last[0]}")


def side_by_side(what: str, work: Callable[[Job], object], jobs: Sequence[Job], count: int) -> None:
    """Do jobs that are mostly calls, several at a time, in their order, with a bar.

    Args:
        what: What is being done.
        work: Does one.
        jobs: What to do.
        count: How many at a time.

    Raises:
        SkelshotError: A job failed.

    Example:
        >>> done = []
        >>> side_by_side("numbers", done.append, [1, 2, 3], count=1)
        >>> done
        [1, 2, 3]
    """
    with progress_bar(what, total=len(jobs)) as bar, ThreadPoolExecutor(count) as pool:
        for _ in pool.map(work, jobs):
            bar.advance()
