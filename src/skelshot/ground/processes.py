"""Work spread over processes; what is done is kept by whoever does it."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from skelshot.ground.errors import SkelshotError

Job = TypeVar("Job")
Result = TypeVar("Result")


def done_by_processes(
    work: Callable[[Job], Result], jobs: Sequence[Job], workers: int
) -> Iterator[Result]:
    """Do jobs in fresh processes, in whatever order they are done; one worker does them here.

    Ctrl-C reaches the calling process alone, which drops the jobs that have not begun.

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
    pool = ProcessPoolExecutor(min(workers, len(jobs)), context, _leave_ctrl_c_to_parent)
    try:
        for future in as_completed([pool.submit(work, job) for job in jobs]):
            yield future.result()
    except BrokenProcessPool as error:
        raise SkelshotError(
            "a working process died, out of memory perhaps; run the same command with fewer "
            "workers, what is done is kept"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _leave_ctrl_c_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
