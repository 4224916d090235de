"""Lines that come as they are written: of standard input, and of a growing file."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import BinaryIO

from skelshot.ground import SkelshotError
from skelshot.ground.regular import open_regular
from skelshot.recognition.streams.frame_lines import LONGEST_LINE

Tell = Callable[[str], None]

QUIET = 5.0
"""Seconds without a line after which it is told that the stream has stopped."""

_POLL = 0.1
_WAITING = 1000


def lines_of_pipe(handle: BinaryIO, patience: float | None, tell: Tell) -> Iterator[bytes]:
    """Give the lines of a pipe as they come.

    Args:
        handle: Where they come from, such as standard input.
        patience: After how many seconds without a line the stream is over; None waits for ever.
        tell: Is told when the stream stops and goes on.

    Yields:
        Lines; the last one need not be ended.
    """
    queue: Queue[bytes | None] = Queue(_WAITING)

    def read() -> None:
        for line in iter(lambda: handle.readline(LONGEST_LINE + 1), b""):
            queue.put(line)
        queue.put(None)

    Thread(target=read, daemon=True).start()  # so that its silence is noticed
    silence = _Silence(patience, tell)
    while not silence.is_over:
        try:
            line = queue.get(timeout=_POLL)
        except Empty:
            silence.goes_on()
            continue
        silence.broken()
        if line is None:
            return
        yield line


def lines_of_growing_file(path: Path, patience: float | None, tell: Tell) -> Iterator[bytes]:
    """Give the lines of a file that is being written.

    Args:
        path: The file, which is there.
        patience: After how many seconds without growth the stream is over; None waits for ever.
        tell: Is told when the stream stops and goes on.

    Yields:
        Lines that are ended; at the end what is left as well.

    Raises:
        SkelshotError: The file became shorter, or has a line without end.
    """
    silence, left = _Silence(patience, tell), b""
    with open_regular(path) as handle:
        while not silence.is_over:
            if os.fstat(handle.fileno()).st_size < handle.tell():
                raise SkelshotError(f"{path}: became shorter while it was followed; start again")
            new = handle.read(LONGEST_LINE)
            if not new:
                time.sleep(_POLL)
                silence.goes_on()
                continue
            silence.broken()
            *whole, left = (left + new).split(b"\n")
            if len(left) > LONGEST_LINE:
                raise SkelshotError(
                    f"{path}: found a line of over {LONGEST_LINE} bytes, expected a frame"
                )
            yield from whole
    if left:
        yield left


class _Silence:
    """The time in which nothing came, and what is said of it."""

    def __init__(self, patience: float | None, tell: Tell) -> None:
        self._patience, self._tell = patience, tell
        self._since, self._told = time.monotonic(), False

    @property
    def is_over(self) -> bool:
        """True once nobody waits any longer."""
        if self._patience is None or time.monotonic() - self._since < self._patience:
            return False
        self._tell(f"the stream stopped; nothing came for {self._patience:g} s, so it is over")
        return True

    def goes_on(self) -> None:
        """Nothing came."""
        if not self._told and time.monotonic() - self._since > QUIET:
            self._told = True
            self._tell(f"the stream stopped: nothing came for {QUIET:g} s; waiting")

    def broken(self) -> None:
        """Something came."""
        if self._told:
            self._tell("the stream goes on")
        self._since, self._told = time.monotonic(), False
