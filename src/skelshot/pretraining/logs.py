"""Figures of a run as they come: `metrics.jsonl` and TensorBoard events."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skelshot.ground import SkelshotError
from skelshot.ground.documents import utf8_text
from skelshot.ground.files import errors_named, whole_file
from skelshot.ground.json_text import parse_json
from skelshot.ground.printable import printable
from skelshot.ground.regular import read_regular
from skelshot.pretraining.events import EventsFile
from skelshot.runs.folder import METRICS

MOST_BYTES = 64 << 20
"""The largest metrics file that is read."""


class MetricsLog:
    """Writes one JSON line and one TensorBoard step an epoch.

    Args:
        folder: The run's folder.
        stage: Name of the stage.
        done: Epochs that an earlier process finished; later lines of the stage are dropped,
            so that a killed run never counts an epoch twice.
    """

    def __init__(self, folder: Path, stage: str, done: int) -> None:
        self._stage = stage
        self._file = folder / METRICS
        kept = [
            entry
            for entry in read_figures(folder)
            if entry["stage"] != stage or entry["epoch"] <= done
        ]
        with whole_file(self._file) as partial:
            partial.write_text("".join(map(_line, kept)), encoding="utf-8")
        self._events = EventsFile(folder / "events" / stage, stage, done)

    def write(self, epoch: int, figures: Mapping[str, float]) -> None:
        """Write the figures of an epoch.

        Args:
            epoch: Epochs done.
            figures: Mean loss and the like.
        """
        entry = {"stage": self._stage, "epoch": epoch, **figures}
        with errors_named(self._file), self._file.open("a", encoding="utf-8") as handle:
            handle.write(_line(entry))
        self._events.write(epoch, figures)


def read_figures(folder: Path) -> list[dict[str, Any]]:
    """Read the figures of all epochs so far.

    Args:
        folder: The folder of a split.

    Returns:
        `stage`, `epoch` and figures of each epoch, in the order they were written; none where
        there is no file. A line that a killed process left unfinished is passed over.

    Raises:
        SkelshotError: The file cannot be read, or a line is no figures of an epoch.
    """
    file = folder / METRICS
    if not file.exists():
        return []
    text = utf8_text(read_regular(file, MOST_BYTES), str(file))
    lines = text[: text.rfind("\n") + 1].splitlines()
    return [_entry(f"{file}, line {number}", line) for number, line in enumerate(lines, start=1)]


def _entry(place: str, line: str) -> dict[str, Any]:
    try:
        entry = parse_json(line, place)
        if type(entry) is not dict:
            raise TypeError
        figures = dict(entry)
        stage, epoch = figures.pop("stage"), figures.pop("epoch")
        known = type(stage) is str and type(epoch) is int and epoch > 0
        if not known or any(type(figure) not in (int, float) for figure in figures.values()):
            raise ValueError
    except (KeyError, TypeError, ValueError, SkelshotError) as error:
        raise SkelshotError(
            f"{place}: found {printable(line, 80)}, expected the figures of an epoch; delete "
            "the file to go on without the earlier ones"
        ) from error
    return entry


def _line(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry) + "\n"
