"""Progress on stderr: a bar on a terminal, lines now and then where there is none."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from skelshot.ground.printable import printable
from skelshot.ground.streams import print_error

PAUSE = 30.0
"""Seconds between two lines, at least."""

SHARE = 50
"""The pause is at least this share of the time so far: days of work take some hundred lines."""


class Bar:
    """Progress of some work; this base tells nobody, as all but one of several processes do."""

    def advance(self, steps: int = 1, **figures: float) -> None:
        """Count work that is done.

        Args:
            steps: How many units of work were done.
            figures: Numbers to show, for example `loss=0.31`.
        """

    def tell(self, point: str, figures: Mapping[str, float], steps: int = 0) -> None:
        """Tell in a line where the work stands; a bar on a terminal shows it anyway.

        Args:
            point: What was reached, for example `epoch 3 of 8`.
            figures: Numbers to show.
            steps: How many units of work were done since they were counted last.
        """

    def expect(self, seconds: float) -> None:
        """Take the time that is left from whoever knows more than the share that is done.

        Args:
            seconds: What the rest takes from now on.
        """


class _TerminalBar(Bar):
    """One bar of a display."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def advance(self, steps: int = 1, **figures: float) -> None:
        """Move the bar."""
        if text := _text_of(figures):
            self._progress.update(self._task, advance=steps, figures=text)
        else:
            self._progress.update(self._task, advance=steps)

    def tell(self, point: str, figures: Mapping[str, float], steps: int = 0) -> None:
        """Leave it to the bar."""
        if steps:
            self.advance(steps, **figures)

    def expect(self, seconds: float) -> None:
        """Let the display count down."""
        self._progress.update(self._task, end=time.monotonic() + seconds)


class _Lines(Bar):
    """Lines, where a bar would fill a log with copies of itself."""

    def __init__(self, description: str, total: int | None, done: int) -> None:
        self._description = printable(description)
        self._total, self._before, self._done = total, done, done
        self._began = self._told = time.monotonic()
        self._end: float | None = None

    def advance(self, steps: int = 1, **figures: float) -> None:
        """Count, and tell it when the pause is over."""
        self._done += steps
        now = time.monotonic()
        if now - self._told >= max(PAUSE, (now - self._began) / SHARE):
            of = "" if self._total is None else f" of {self._total:,}"
            self.tell(f"{self._done:,}{of}", figures)

    def tell(self, point: str, figures: Mapping[str, float], steps: int = 0) -> None:
        """Print a line with the time that is left, and begin a pause."""
        self._done += steps
        self._told = time.monotonic()
        parts = (_text_of(figures), self._left())
        told = ", ".join(part for part in parts if part)
        print_error(f"skelshot: {self._description}, {point}{told and f': {told}'}\n")

    def expect(self, seconds: float) -> None:
        """Keep when the work will be over."""
        self._end = time.monotonic() + seconds

    def _left(self) -> str:
        """Tell the time that is left: as expected, or if the work goes on as it went here."""
        if self._end is not None and self._end > self._told:
            return f"{span_of(self._end - self._told)} left"
        here = self._done - self._before
        if not here or self._total is None:
            return ""
        seconds = (self._told - self._began) / here * max(0, self._total - self._done)
        return f"{span_of(seconds)} left"


class _Remaining(TimeRemainingColumn):
    """The time that is left, as expected where somebody told."""

    def render(self, task: Task) -> Text:
        """Show the expected time, or extrapolate."""
        end, now = task.fields["end"], time.monotonic()
        if end is None or end < now:
            return super().render(task)
        return Text(f"{span_of(end - now)} left", style="progress.remaining")


def span_of(seconds: float) -> str:
    """Write a span of time in its two largest units.

    Args:
        seconds: The span.

    Returns:
        The text.

    Example:
        >>> span_of(8.2), span_of(75), span_of(7500), span_of(180000)
        ('8 s', '1 min 15 s', '2 h 05 min', '2 d 02 h')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours:02} h"
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _text_of(figures: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.4g}" for name, value in figures.items())


@contextmanager
def progress_bar(description: str, total: int | None, done: int = 0) -> Iterator[Bar]:
    """Show progress on stderr while the block runs: without a terminal a line now and then.

    Args:
        description: What is being done.
        total: Units of work altogether, or None when unknown.
        done: Units already done by an earlier run.

    Yields:
        What to tell of progress.

    Example:
        >>> with progress_bar("clips", total=2) as bar:
        ...     bar.advance(2, loss=0.5)
    """
    if not sys.stderr.isatty():
        yield _Lines(description, total, done)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        _Remaining(),
        TextColumn("{task.fields[figures]}"),
    )
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        task = progress.add_task(description, total=total, completed=done, figures="", end=None)
        yield _TerminalBar(progress, task)
