"""Progress bars on stderr: work done, time left, and the latest figures."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class Bar:
    """One bar; `advance` moves it and shows figures such as the loss beside it.

    Args:
        progress: The display the bar belongs to.
        task: The bar's id within the display.
    """

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def advance(self, steps: int = 1, **figures: float) -> None:
        """Move the bar.

        Args:
            steps: How many units of work were done.
            figures: Numbers to show, for example `loss=0.31`.
        """
        text = "  ".join(f"{name} {value:.4g}" for name, value in figures.items())
        if text:
            self._progress.update(self._task, advance=steps, figures=text)
        else:
            self._progress.update(self._task, advance=steps)


@contextmanager
def progress_bar(description: str, total: int | None, done: int = 0) -> Iterator[Bar]:
    """Show a bar on stderr while the block runs; silent when stderr is not a terminal.

    Args:
        description: What is being done.
        total: Units of work altogether, or None when unknown.
        done: Units already done by an earlier run.

    Yields:
        The bar.

    Example:
        >>> with progress_bar("clips", total=2) as bar:
        ...     bar.advance(2, loss=0.5)
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[figures]}"),
    )
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(description, total=total, completed=done, figures="")
        yield Bar(progress, task)
