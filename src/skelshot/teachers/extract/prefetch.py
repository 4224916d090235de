"""Prefetching: work done ahead by a few threads, and handed over in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from skelshot.ground import SkelshotError

Job = TypeVar("Job")
Result = TypeVar("Result")


def prefetched(
    jobs: Iterable[Job], work: Callable[[Job], Result], threads: int, ahead: int
) -> Iterator[Result]:
    """Run jobs in threads, at most `ahead` of them before their results are asked for.

    Args:
        jobs: What to do.
        work: Does one; must be safe to call from several threads, and is of use only where it
            lets the interpreter's lock go, as decoding and tensor arithmetic do.
        threads: Number of threads.
        ahead: How many results may wait.

    Yields:
        The results in the order of the jobs. An exception of a job comes out at its turn.

    Raises:
        SkelshotError: Either number is below 1.

    Example:
        >>> list(prefetched([1, 2, 3], lambda number: number**2, threads=2, ahead=2))
        [1, 4, 9]
    """
    if threads < 1 or ahead < 1:
        raise SkelshotError(
            f"decoders: found {threads} threads and {ahead} clips ahead, expected at least 1"
        )
    pool = ThreadPoolExecutor(threads, thread_name_prefix="decoder")
    waiting: deque[Future[Result]] = deque()
    try:
        for job in jobs:
            waiting.append(pool.submit(work, job))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
