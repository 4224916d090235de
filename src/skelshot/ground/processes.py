"""Work spread over processes; what is done is kept by whoever does it."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import TypeVar

from skelshot.ground.errors import SkelshotError

MOST = 256
"""How many processes may be asked for."""

Job = TypeVar("Job")
Result = TypeVar("Result")


def check_workers(count: int) -> None:
    """Refuse a number of processes that is out of range.

    Args:
        count: What was asked for.

    Raises:
        SkelshotError: It is not 1 to 256.
    """
    if not 1 <= count <= MOST:
        raise SkelshotError(f"workers: found {count}, expected at least 1 and at most {MOST}")


def done_by_processes(
    work: Callable[[Job], Result], jobs: Sequence[Job], workers: int
) -> Iterator[Result]:
    """Do jobs in fresh processes, in whatever order they are done; one worker does them here.

    Ctrl-C reaches the calling process alone, which drops the jobs that have not begun. The
    processes end with it, even when it is killed.

    Args:
        work: Does one; a function of a module, since it is called in other processes.
        jobs: What to do; each is pickled on its way.
        workers: Number of processes.

    Yields:
        The results as they come.

    Raises:
        SkelshotError: A process died.

    Example:
        >>> sorted(done_by_processes(abs, [-1, 2, -3], workers=1))
        [1, 2, 3]
    """
    if workers == 1 or len(jobs) < 2:
        yield from map(work, jobs)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(jobs)), context, follow_parent)
    try:
        with ctrl_c_for_parent_only():
            futures = [pool.submit(work, job) for job in jobs]
        with one_line_for_the_dead():
            for future in as_completed(futures):
                yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def one_line_for_the_dead() -> Iterator[None]:
    """Tell that a process died which worked for the block, whoever notices: pool or DataLoader.

    Yields:
        Nothing.

    Raises:
        SkelshotError: A process died.
    """
    try:
        yield
    except RuntimeError as error:
        if not isinstance(error, BrokenProcessPool) and "DataLoader worker" not in str(error):
            raise
        raise SkelshotError(
            "a working process died, out of memory perhaps; run the same command with fewer "
            "workers, what is done is kept"
        ) from error


@contextmanager
def ctrl_c_for_parent_only() -> Iterator[None]:
    """Start processes in the block that Ctrl-C never reaches, not while they start either.

    PyTorch's loader handles the death of a process by an exception wherever this one stands, within
    its own steps or an import. That handler is taken away again: the loader asks as well, every
    five seconds.

    Yields:
        Nothing. A Ctrl-C during the block reaches this process after it.
    """
    if sys.platform == "win32":
        yield
        return
    held = {signal.SIGINT, signal.SIGCHLD}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)  # processes inherit it
    handler = signal.getsignal(signal.SIGCHLD)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread() and handler is not None:
            signal.signal(signal.SIGCHLD, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def follow_parent() -> None:
    """Leave Ctrl-C to the process that started this one, and end when that one has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)  # whoever waited for the work is gone
