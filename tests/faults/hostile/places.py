"""What may stand where a file is expected."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from .cases import Case, Door

ENDLESS = 1 << 42


def _sparse(path: Path) -> None:
    with path.open("wb") as handle:
        handle.truncate(ENDLESS)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


PLACES: dict[str, tuple[Callable[[Path], None], str]] = {
    "pipe": (os.mkfifo, ""),
    "device without end": (lambda path: path.symlink_to("/dev/zero"), ""),
    "empty device": (lambda path: path.symlink_to("/dev/null"), ""),
    "folder": (Path.mkdir, ""),
    "link to itself": (_loop, ""),
    "link to nothing": (lambda path: path.symlink_to("nothing"), ""),
    "nothing there": (lambda path: None, ""),
    "four terabytes of zeros": (_sparse, ""),
    "unreadable": (lambda path: path.symlink_to("/proc/self/mem"), ""),
    "socket": (lambda path: os.mknod(path, 0o140600), ""),
}
"""What is put there, and a piece of the message where every door says the same."""


def place_cases(door: Door, *leave_out: str) -> Iterator[Case]:
    """List everything that may stand where a door expects its file."""
    for kind, (put, says) in PLACES.items():
        if kind not in leave_out:
            yield door.case(kind, put, *([says] if says else []))
