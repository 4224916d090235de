"""Jobs of which each is answered, also when the process that does it dies."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

from skelshot.ground.processes import ctrl_c_for_parent_only, follow_parent

Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass
class _Worker(Generic[Job]):
    """A process and the job that it does."""

    process: BaseProcess
    line: Connection
    job: Job

    def answer(self, lost: Callable[[Job, str], Result]) -> tuple[Result, bool]:
        """Return the result of the job, and whether the process lives on."""
        try:
            if self.line.poll():
                result: Result = self.line.recv()
                return result, True
        except (EOFError, OSError):
            pass
        self.process.join()
        return lost(self.job, end_of(self.process.exitcode)), False


def answered_by_processes(
    work: Callable[[Job], Result],
    jobs: Sequence[Job],
    workers: int,
    lost: Callable[[Job, str], Result],
    begun: Callable[[Job], None] = lambda job: None,
    environments: Sequence[Mapping[str, str]] = ({},),
) -> Generator[Result, None, None]:
    """Do jobs in fresh processes, in whatever order they are done; a death costs one job alone.

    Ctrl-C reaches the calling process alone, which ends the others; they end with it, too, when
    it is killed.

    Args:
        work: Does one; can be pickled, as its results can.
        jobs: What to do; each is pickled on its way.
        workers: Number of processes.
        lost: Returns the result of a job whose process died; told how it ended.
        begun: Told of each job that begins.
        environments: Variables of the processes' environment, process by process in turn.

    Yields:
        The results as they come.

    Example:
        >>> list(answered_by_processes(os._exit, [3], 1, lambda job, end: end))
        ['ended with code 3']
    """
    waiting, busy = deque(jobs), dict[int, _Worker[Job]]()
    free = deque[tuple[int, _Worker[Job] | None]](
        (number, None) for number in range(min(workers, len(jobs)))
    )
    try:
        while waiting or busy:
            while waiting and free:
                number, worker = free.popleft()
                job = waiting.popleft()
                environment = environments[number % len(environments)]
                busy[number] = _given(job, worker) or _started(work, job, environment)
                begun(job)
            wait([w.line for w in busy.values()] + [w.process.sentinel for w in busy.values()])
            for number, worker in [*busy.items()]:
                if worker.line.poll() or not worker.process.is_alive():
                    result, lives = worker.answer(lost)
                    del busy[number]
                    free.append((number, worker if lives else None))
                    yield result
    finally:
        for worker in [*busy.values(), *(worker for _, worker in free if worker)]:
            worker.line.close()
            worker.process.terminate()
            worker.process.join()


def end_of(code: int | None) -> str:
    """Put into words how a process ended.

    Args:
        code: Its exit code; negative for a signal.

    Returns:
        For example `ended with code 1`.

    Example:
        >>> end_of(-9)
        'was killed by SIGKILL, out of memory perhaps'
    """
    if code is None or code >= 0:
        return f"ended with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"was killed by {name}{', out of memory perhaps' if name == 'SIGKILL' else ''}"


def _given(job: Job, worker: _Worker[Job] | None) -> _Worker[Job] | None:
    """Give a job to a process that has done another, if it is still there."""
    if worker is None:
        return None
    try:
        worker.line.send(job)
    except OSError:  # it died idle
        return None
    worker.job = job
    return worker


def _started(
    work: Callable[[Job], Result], job: Job, environment: Mapping[str, str]
) -> _Worker[Job]:
    """Start a process and give it a job."""
    context = multiprocessing.get_context("spawn")
    line, far_end = context.Pipe()
    process = context.Process(target=_serve, args=(work, far_end, environment), daemon=False)
    with ctrl_c_for_parent_only():
        process.start()
    far_end.close()
    with suppress(OSError):  # it is dead already, as its sentinel tells
        line.send(job)
    return _Worker(process, line, job)


def _serve(work: Callable[[Job], Result], line: Connection, environment: Mapping[str, str]) -> None:
    """Do the jobs that come until there are no more."""
    os.environ.update(environment)
    follow_parent()
    while True:
        try:
            job = line.recv()
        except EOFError:
            return
        line.send(work(job))
