"""Processes that read raw files side by side and hand the clips back in order."""

# Not a ProcessPoolExecutor: its workers share one pipe that the parent holds open, so that one
# killed while it hands back a few MB leaves the parent waiting for ever (tried with Python 3.11, a
# test tells of it), where a pipe of one's own ends with its process. Nor can its workers keep a
# reader without a global, or be ended before the batches in work are read.

import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self

from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.readers import Reader, Source
from skelshot.ground import SkelshotError
from skelshot.ground.processes import ctrl_c_for_parent_only, follow_parent

Items = list[Clip | Rejected]
"""What one source gave."""

AHEAD = 2
"""Batches that a process has been given and has not handed back: one in work, one to go on with."""

WINDOW = 4
"""Batches a process, from the one that is due on, that may be read before their turn."""

_ENDED = (EOFError, OSError)
"""What a pipe says when the process at its other end has ended."""


class ReadingProcesses:
    """Processes with one copy of a reader each, which lives as long as they do.

    What a copy keeps between sources, such as an open archive, it keeps. Only a few batches a
    process wait for their turn, so memory does not depend on how many sources there are. Use it
    as a context manager; leaving it ends the processes.

    Args:
        reader: The reader.
        count: How many processes.
    """

    def __init__(self, reader: Reader, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._workers: list[tuple[BaseProcess, Connection]] = []
        for _ in range(count):
            here, there = context.Pipe()
            process = context.Process(target=_work, args=(reader, there), daemon=True)
            with ctrl_c_for_parent_only():
                process.start()
            there.close()
            self._workers.append((process, here))
        self._starting = {connection for _, connection in self._workers}

    def ready(self) -> bool:
        """Tell, without waiting, whether all processes have started.

        Raises:
            SkelshotError: A process died.
        """
        for connection in [one for one in self._starting if one.poll()]:
            self._greeted(connection)
        return not self._starting

    def read(self, batches: Sequence[Sequence[Source]]) -> Iterator[Items]:
        """Read sources.

        Args:
            batches: The sources; each batch goes to the process that is free next.

        Yields:
            What each source gave, in the order of the sources.

        Raises:
            SkelshotError: A process died.
        """
        for connection in list(self._starting):
            self._greeted(connection)
        given: dict[Connection, deque[int]] = {here: deque() for _, here in self._workers}
        answers: dict[int, list[Items] | Exception] = {}
        following = 0
        for number in range(len(batches)):
            while number not in answers:
                end = min(len(batches), number + WINDOW * len(given))
                for connection in sorted(given, key=lambda one: len(given[one])):
                    while len(given[connection]) < AHEAD and following < end:
                        with _one_line_errors():
                            connection.send(batches[following])
                        given[connection].append(following)
                        following += 1
                for ready in wait([one for one in given if given[one]]):
                    assert isinstance(ready, Connection)  # noqa: S101 - it waited for nothing else
                    with _one_line_errors():
                        answers[given[ready].popleft()] = ready.recv()
            answer = answers.pop(number)
            if isinstance(answer, Exception):
                raise answer
            yield from answer

    def _greeted(self, connection: Connection) -> None:
        with _one_line_errors():
            connection.recv()
        self._starting.remove(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process, connection in self._workers:
            connection.close()
            process.terminate()
        for process, _ in self._workers:
            process.join()


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except _ENDED as error:
        raise SkelshotError(
            "a reading process died, out of memory perhaps; run the same command with fewer workers"
        ) from error


def _work(reader: Reader, connection: Connection) -> None:
    """Read batches until the other end is closed; Ctrl-C is the parent's business."""
    follow_parent()
    with suppress(*_ENDED):
        connection.send("ready")
        while True:
            batch = connection.recv()
            connection.send(_read(reader, batch))


def _read(reader: Reader, batch: Sequence[Source]) -> list[Items] | Exception:
    try:
        return [list(reader.read(source)) for source in batch]
    except Exception as error:  # raised again in the parent
        return error
