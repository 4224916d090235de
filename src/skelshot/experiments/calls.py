"""Calling `skelshot` commands in processes of their own."""

import subprocess
import sys

from skelshot.ground import SkelshotError


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
