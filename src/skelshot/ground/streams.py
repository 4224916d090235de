"""Standard output and error that may be closed, full, or read by nobody any more."""

import os
import sys
from contextlib import suppress
from typing import TextIO


def open_streams() -> None:
    """Open those of the three standard streams that the process was started without.

    They lead nowhere. Were they left closed, the first file to be opened would take their place,
    and what libraries say on standard error would be written into it.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # takes the lowest number
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r+" if number else "r", encoding="utf-8"))  # noqa: SIM115, PTH123


def print_out(text: str) -> None:
    """Write to standard output at once, so that what goes wrong is known.

    Args:
        text: What to write; a reader that has gone away, such as `head`, is none of ours.

    Raises:
        OSError: It cannot be written.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _turn_away(sys.stdout)
    except OSError as error:
        _turn_away(sys.stdout)
        raise OSError(error.errno, error.strerror, "standard output") from error


def print_error(text: str) -> None:
    """Write to standard error, if it takes anything.

    Args:
        text: What to write.
    """
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _turn_away(sys.stderr)


def _turn_away(stream: TextIO) -> None:
    """Let a stream lead nowhere, so that what it still holds is no error at the process's end."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
