"""Making many entries: wave by wave, each once, what fails told, the rest going on."""

import io
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from skelshot.ground import SkelshotError
from skelshot.ground.memory import memory_is_short
from skelshot.ground.printable import printable
from skelshot.ground.processes import done_by_processes
from skelshot.ground.progress import progress_bar
from skelshot.tables.entries import Entry, all_entries
from skelshot.tables.stage_cache import Obtained, StageCache

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


class Executor(Protocol):
    """Does jobs somewhere: on the cores of this machine, or on those of a cluster."""

    def __call__(
        self, work: Callable[[Entry], Attempt], jobs: Sequence[Entry]
    ) -> Iterator[Attempt]:
        """Do jobs in any order.

        Args:
            work: Does one; can be pickled, and raises nothing that a job brings about.
            jobs: What to do; each can be pickled.

        Yields:
            What came of each, as it comes.
        """
        ...


def local_executor(workers: int) -> Executor:
    """Do jobs on the cores of this machine.

    Args:
        workers: How many at a time; one does them in this process.

    Returns:
        The executor.
    """

    def run(work: Callable[[Entry], Attempt], jobs: Sequence[Entry]) -> Iterator[Attempt]:
        return done_by_processes(work, jobs, workers)

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
    wanted: Sequence[Entry],
    cache: StageCache,
    executor: Executor,
    at_once: int = 1,
    what: str = "stages",
) -> Made:
    """Make all entries that are not there, and all that they need.

    Args:
        wanted: The entries.
        cache: Where they go.
        executor: What does the work.
        at_once: How many it does at a time, for the progress.
        what: What the progress calls them.

    Returns:
        What came of them.

    Raises:
        SkelshotError: The executor itself gave up.
    """
    todo = all_entries(wanted, done=lambda entry: cache.state(entry)[0] == "complete")
    total, tally = len(all_entries(wanted)), _Tally()
    with progress_bar(what, total=total, done=total - len(todo)) as bar:
        for depth in sorted({entry.depth for entry in todo}):
            wave = [entry for entry in todo if entry.depth == depth]
            ready = [entry for entry in wave if not tally.take_over(entry)]
            bar.advance(len(wave) - len(ready))
            while ready:
                left = len(ready)
                for attempt in executor(partial(attempted, cache), ready):
                    if tally.count(attempt):
                        left -= 1
                        bar.advance(1, running=min(at_once, left), failed=len(tally.errors))
                ready = [entry for entry in ready if entry.key not in tally.seen]
                if ready:  # another process makes them
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

    What its stage says on standard error is kept beside its output.

    Args:
        cache: Where it goes.
        entry: The entry.

    Returns:
        What came of it.
    """
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            return Attempt(entry.key, cache.obtain(entry))
    except Exception as error:  # whatever a stage raises
        return Attempt(entry.key, error=printable(_reason(error), LONGEST_REASON))
    finally:
        log = cache.folder(entry) / "stderr.txt"
        if said.getvalue() and log.parent.is_dir():
            log.write_text(said.getvalue(), encoding="utf-8", errors="replace")


def _reason(error: Exception) -> str:
    if memory_is_short(error):
        return "memory is short; free some or lower --jobs"
    return str(error) if isinstance(error, SkelshotError) else f"{type(error).__name__}: {error}"
