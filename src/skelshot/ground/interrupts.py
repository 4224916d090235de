"""Ctrl-C that is answered also where a library swallows it while it is imported."""

import atexit
import os
import signal
import sys
import threading
from types import FrameType

_AGAIN = 0.1
"""Seconds after which a Ctrl-C that may be lost is said again, unless it was heard."""

_IMPORT = "<frozen importlib"
_COMPILER = f"{os.sep}llvmlite{os.sep}"
"""C code calls back into it: what is raised there is lost."""

_print_unraisable = sys.unraisablehook


class CtrlC:
    """Handler of Ctrl-C that says it again until it is heard, and remembers that it came.

    Extension modules that are being loaded may drop the `KeyboardInterrupt`, and the command
    would go on as if nobody had asked it to end; others turn it into an error of their own.

    Attributes:
        came: Whether Ctrl-C was pressed.
    """

    def __init__(self) -> None:
        self.came = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Raise `KeyboardInterrupt`; once more soon within an import, later within a compiler."""
        self.came = True
        files = _files_of(frame) if hasattr(signal, "setitimer") else []
        compiling = any(_COMPILER in file for file in files)
        if compiling or any(file.startswith(_IMPORT) for file in files):
            _say_again()
        if not compiling:
            raise KeyboardInterrupt


def answer_ctrl_c() -> CtrlC:
    """Handle Ctrl-C from now on, unless others have set a handler of theirs.

    Returns:
        The handler.
    """
    ours, handler = threading.current_thread() is threading.main_thread(), CtrlC()
    current = signal.getsignal(signal.SIGINT)
    if ours and (current is signal.default_int_handler or isinstance(current, CtrlC)):
        signal.signal(signal.SIGINT, handler)
        if hasattr(signal, "setitimer"):
            sys.unraisablehook = _unraisable
    return handler


def ctrl_c_was_heard() -> None:
    """Say it no more; alarms of others stay."""
    if hasattr(signal, "setitimer") and isinstance(signal.getsignal(signal.SIGALRM), CtrlC):
        signal.setitimer(signal.ITIMER_REAL, 0)


def ignore_ctrl_c_at_exit() -> None:
    """Let Ctrl-C change nothing once the program leaves: its work is done and its code is settled.

    Clean-up of libraries would be cut short with a traceback of their own, by one that was to be
    said again as well.
    """
    ctrl_c_was_heard()
    atexit.unregister(_ignore)
    atexit.register(_ignore)  # the last to register is the first to run


def _ignore() -> None:
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        ctrl_c_was_heard()


def _say_again() -> None:
    """Call the handler of Ctrl-C once more soon."""
    signal.signal(signal.SIGALRM, signal.getsignal(signal.SIGINT))
    signal.setitimer(signal.ITIMER_REAL, _AGAIN)


def _unraisable(lost: "sys.UnraisableHookArgs") -> None:
    """Say a Ctrl-C again that C code has lost, in place of printing where it was lost."""
    ours = threading.current_thread() is threading.main_thread()
    if (
        lost.exc_type is KeyboardInterrupt
        and ours
        and isinstance(signal.getsignal(signal.SIGINT), CtrlC)
    ):
        _say_again()
    else:
        _print_unraisable(lost)


def _files_of(frame: FrameType | None) -> list[str]:
    """List the files of the functions that are at work."""
    files = []
    while frame is not None:
        files.append(frame.f_code.co_filename)
        frame = frame.f_back
    return files
