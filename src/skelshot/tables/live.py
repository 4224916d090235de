"""Live view of a table that is being made: on stderr, and each event in a log file."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from skelshot.ground.printable import printable
from skelshot.ground.progress import Bar, progress_bar
from skelshot.tables.entries import Entry, all_entries
from skelshot.tables.time_left import TimeLeft

LONGEST = 500
"""Characters of a line."""


@dataclass(frozen=True)
class Watch:
    """Wishes about the view of some work.

    Args:
        what: What is being made.
        cells: The entries behind each number that comes of them, by its name.
        log: File that keeps a line an event; it is added to.
    """

    what: str = "stages"
    cells: Mapping[str, Sequence[Entry]] = field(default_factory=dict)
    log: Path | None = None


@contextmanager
def live_view(
    watch: Watch, total: int, missing: Sequence[Entry], times: TimeLeft | None = None
) -> Iterator["LiveView"]:
    """Show work while the block runs: a bar on a terminal, else a line for each end.

    Args:
        watch: What is wished.
        total: Entries altogether.
        missing: Those that are to be made.
        times: How long others took.

    Yields:
        What to tell of begins and ends.
    """
    with progress_bar(watch.what, total=total, done=total - len(missing)) as bar:
        yield LiveView(watch, bar, missing, TimeLeft() if times is None else times)


class LiveView:
    """Counts of cells that are done, running and failed.

    Args:
        watch: What is wished.
        bar: Shows them.
        missing: The entries that are to be made.
        times: How long others took.
    """

    def __init__(self, watch: Watch, bar: Bar, missing: Sequence[Entry], times: TimeLeft) -> None:
        self._watch, self._bar, self._times = watch, bar, times
        self._running: set[str] = set()
        self._most_running = 1
        self._failed: set[str] = set()
        self._missing = {entry.key: entry for entry in missing}
        self._wanted = {name: {entry.key for entry in w} for name, w in watch.cells.items()}
        self._behind = {
            name: {entry.key for entry in all_entries(list(wanted))}
            for name, wanted in watch.cells.items()
        }

    def begun(self, entry: Entry) -> None:
        """Tell that an entry is being made.

        Args:
            entry: The entry.
        """
        self._running.add(entry.key)
        self._most_running = max(self._most_running, len(self._running))
        self._bar.advance(0, **self._figures())
        self._write(f"{entry.name} begun{self._cells_of(entry)}")

    def ended(
        self, entry: Entry, how: str, failed: bool = False, seconds: float | None = None
    ) -> None:
        """Tell that an entry is done with.

        Args:
            entry: The entry.
            how: What came of it.
            failed: Whether it failed.
            seconds: How long it took, where it was made now.
        """
        self._running.discard(entry.key)
        self._missing.pop(entry.key, None)
        if seconds is not None:
            self._times.learn(entry, seconds)
        if failed:
            self._failed.add(entry.key)
        told = printable(f"{entry.name} {how}{self._cells_of(entry)}", LONGEST)
        figures = self._figures()
        if (left := self._times.of(self._missing.values())) is not None:
            self._bar.expect(left / self._most_running)
        self._bar.tell(told, figures, steps=1)
        self._write(told)

    def left_out(self, entry: Entry) -> None:
        """Tell that an entry is not made, as one that it needs has failed.

        Args:
            entry: The entry.
        """
        self._missing.pop(entry.key, None)
        self._failed.add(entry.key)
        self._bar.advance(1, **self._figures())
        self._write(f"{entry.name} left out, what it needs failed{self._cells_of(entry)}")

    def _figures(self) -> dict[str, float]:
        """Count cells, or entries where no cells are watched."""
        if not self._behind:
            return {"running": len(self._running), "failed": len(self._failed)}
        failed = {name for name, keys in self._behind.items() if keys & self._failed}
        return {
            "cells": sum(
                not keys & self._missing.keys() and name not in failed
                for name, keys in self._wanted.items()
            ),
            "of": len(self._behind),
            "running": sum(bool(keys & self._running) for keys in self._behind.values()),
            "failed": len(failed),
        }

    def _cells_of(self, entry: Entry) -> str:
        """Name the first cell that an entry is for."""
        names = [name for name, keys in self._behind.items() if entry.key in keys]
        if not names:
            return ""
        return f" for {names[0]}" + (f" and {len(names) - 1} more" if names[1:] else "")

    def _write(self, line: str) -> None:
        if self._watch.log is not None:
            self._watch.log.parent.mkdir(parents=True, exist_ok=True)
            with self._watch.log.open("a", encoding="utf-8") as log:
                log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {printable(line, LONGEST)}\n")
