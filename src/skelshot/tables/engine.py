"""Making many entries: wave by wave, each once, what fails told, the rest going on."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from skelshot.ground import SkelshotError
from skelshot.ground.answered import answered_by_processes
from skelshot.ground.memory import memory_is_short
from skelshot.ground.printable import printable
from skelshot.tables.entries import Entry, all_entries
from skelshot.tables.live import Watch, live_view
from skelshot.tables.stage_cache import Obtained, StageCache
from skelshot.tables.stage_log import last_lines
from skelshot.tables.time_left import TimeLeft

PAUSE = 1.0
"""Seconds until what another process makes is asked for again."""

LONGEST_REASON = 300


@dataclass(frozen=True)
class Attempt:
    """Outcome of one entry.

    Args:
        key: The entry's.
        obtained: What the cache says; None where it failed.
        error: Why it failed, in one line.
    """

    key: str
    obtained: Obtained | None = None
    error: str | None = None

    @property
    def told(self) -> str:
        """The outcome in words."""
        if self.obtained is None:
            return f"failed: {self.error}"
        return self.obtained.how


class Executor(Protocol):
    """Does jobs somewhere: on the cores of this machine, or on those of a cluster."""

    def __call__(
        self,
        work: Callable[[Entry], Attempt],
        jobs: Sequence[Entry],
        lost: Callable[[Entry, str], Attempt],
        begun: Callable[[Entry], None],
    ) -> Generator[Attempt, None, None]:
        """Do jobs in any order.

        Args:
            work: Does one; can be pickled, and raises nothing that a job brings about.
            jobs: What to do; each can be pickled.
            lost: Returns what came of a job that nobody answers for any more, told how it ended.
            begun: Told of each job that begins.

        Yields:
            What came of each, as it comes.
        """
        ...


def local_executor(workers: int, cards: Sequence[str] = ()) -> Executor:
    """Do jobs in processes of this machine.

    Args:
        workers: How many at a time.
        cards: GPUs as CUDA_VISIBLE_DEVICES names them, which the processes take in turn; each
            process sees all of them unless told.

    Returns:
        The executor.
    """
    seen = [{"CUDA_VISIBLE_DEVICES": card} for card in cards] or [{}]

    def run(
        work: Callable[[Entry], Attempt],
        jobs: Sequence[Entry],
        lost: Callable[[Entry, str], Attempt],
        begun: Callable[[Entry], None],
    ) -> Generator[Attempt, None, None]:
        return answered_by_processes(work, jobs, workers, lost, begun, seen)

    return run


@dataclass(frozen=True)
class Made:
    """Outcome of all entries.

    Args:
        errors: Why entries failed, by key; those that need one of them are among them.
        made: Keys of the entries that were made now.
        remarks: What was found and mended.
    """

    errors: dict[str, str]
    made: tuple[str, ...]
    remarks: tuple[str, ...]


def make_entries(
    wanted: Sequence[Entry], cache: StageCache, executor: Executor, watch: Watch | None = None
) -> Made:
    """Make all entries that are not there, and all that they need.

    Args:
        wanted: The entries.
        cache: Where they go.
        executor: What does the work.
        watch: What is shown of it.

    Returns:
        What came of them.

    Raises:
        SkelshotError: The executor itself gave up.
    """
    todo = all_entries(wanted, done=lambda entry: cache.state(entry)[0] == "complete")
    by_key, tally, every = {entry.key: entry for entry in todo}, _Tally(), all_entries(wanted)
    times = TimeLeft()
    for entry in every:
        if entry.key not in by_key and (seconds := cache.seconds(entry)) is not None:
            times.learn(entry, seconds)
    with live_view(watch or Watch(), len(every), todo, times) as view:
        for depth in sorted({entry.depth for entry in todo}):
            wave = [entry for entry in todo if entry.depth == depth]
            ready = [entry for entry in wave if not tally.take_over(entry)]
            for entry in wave:
                if entry.key in tally.errors:
                    view.left_out(entry)
            while ready:
                answers = executor(
                    partial(attempted, cache), ready, partial(_lost, cache), view.begun
                )
                with closing(answers):  # so that Ctrl-C ends what still works
                    for attempt in answers:
                        if tally.count(attempt):
                            entry, failed = by_key[attempt.key], attempt.error is not None
                            took = cache.seconds(entry) if attempt.key in tally.made else None
                            view.ended(entry, attempt.told, failed, took)
                ready = [entry for entry in ready if entry.key not in tally.seen]
                while ready and all(map(cache.is_busy, ready)):  # another process makes them
                    time.sleep(PAUSE)
    return Made(tally.errors, tuple(tally.made), tuple(tally.remarks))


@dataclass
class _Tally:
    """Tally of what has come of entries so far."""

    seen: set[str] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def take_over(self, entry: Entry) -> bool:
        """Let an entry fail for what it needs, and tell whether it does."""
        causes = [self.errors[each.key] for each in entry.needs if each.key in self.errors]
        if causes:
            self.errors[entry.key] = causes[0]
        return bool(causes)

    def count(self, attempt: Attempt) -> bool:
        """Count an attempt, and tell whether the entry is done with."""
        if attempt.error is not None:
            self.errors[attempt.key] = attempt.error
        elif attempt.obtained is not None:
            if attempt.obtained.how == "busy":
                return False
            self.made += [attempt.key] * (attempt.obtained.how == "made")
            self.remarks += attempt.obtained.remarks
        self.seen.add(attempt.key)
        return True


def attempted(cache: StageCache, entry: Entry) -> Attempt:
    """Obtain one entry; whatever it raises is told in one line, so that the rest goes on.

    Args:
        cache: Where it goes.
        entry: The entry.

    Returns:
        What came of it.
    """
    try:
        return Attempt(entry.key, cache.obtain(entry))
    except Exception as error:  # whatever a stage raises
        return Attempt(entry.key, error=printable(_reason(error), LONGEST_REASON))


def _reason(error: Exception) -> str:
    if memory_is_short(error):
        return "memory is short; free some or lower --jobs"
    return str(error) if isinstance(error, SkelshotError) else f"{type(error).__name__}: {error}"


def _lost(cache: StageCache, entry: Entry, end: str) -> Attempt:
    """Tell of an entry whose process is gone: how it ended, its folder and its last words."""
    said = last_lines(cache.log(entry))
    told = f"the process of {cache.folder(entry)} {end}; lower --jobs or run again"
    return Attempt(entry.key, error=told + (f"; it last said: {said}" if said else ""))
