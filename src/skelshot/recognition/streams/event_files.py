"""Files of events: JSON lines, CSV, ELAN, and a table for BORIS."""

import csv
import io
import json
import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from skelshot.ground import SkelshotError
from skelshot.ground.files import same_file, whole_file
from skelshot.recognition.streams.eaf import eaf_bytes
from skelshot.recognition.streams.event import ActionEvent
from skelshot.recognition.streams.workbook import workbook_bytes

COLUMNS = ("start", "end", "label", "confidence", "person", "nearest", "told", "recording")

_BORIS = ("time", "subject", "code", "modifier", "comment")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def json_line(event: ActionEvent) -> str:
    """Write an event as a line of JSON.

    Args:
        event: The event.

    Returns:
        The line, with its end.
    """
    return json.dumps(event.as_json(), ensure_ascii=False, allow_nan=False) + "\n"


def _json_lines(events: Sequence[ActionEvent]) -> bytes:
    return "".join(map(json_line, events)).encode()


def _csv(events: Sequence[ActionEvent]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: _harmless(value) for name, value in event.as_json().items()} for event in events
    )
    return text.getvalue().encode()


def _boris(events: Sequence[ActionEvent]) -> bytes:
    """Write the spreadsheet that BORIS imports into an observation: a state's start and stop."""
    points = [
        (moment, event)
        for event in events
        for moment in (round(event.start, 3), round(event.end, 3))
    ]
    rows = [
        (moment, event.who, event.label, "", f"confidence {event.confidence:.2f}")
        for moment, event in sorted(points, key=lambda point: point[0])
    ]
    return workbook_bytes([_BORIS, *rows])


FORMATS: Mapping[str, Callable[[Sequence[ActionEvent]], bytes]] = MappingProxyType(
    {".jsonl": _json_lines, ".csv": _csv, ".eaf": eaf_bytes, ".xlsx": _boris}
)
"""How events are written, by the ending of the file."""


def check_events_file(path: Path, read: Collection[Path] = ()) -> None:
    """Refuse a file of events that could not be written, before any work is done.

    Args:
        path: The file.
        read: Files that are read meanwhile: those of the stream and of the gallery.

    Raises:
        SkelshotError: Its ending is none of `FORMATS`, its folder is not there, or it is one of
            those that are read.
    """
    if path.suffix.lower() not in FORMATS:
        raise SkelshotError(
            f"--events {path}: found the ending {path.suffix!r}, expected .jsonl, .csv, "
            ".eaf (ELAN) or .xlsx (BORIS)"
        )
    if not path.parent.is_dir():
        raise SkelshotError(f"--events {path}: found no folder {path.parent}; make it first")
    if any(same_file(path, one) for one in read):
        raise SkelshotError(
            f"--events {path}: found the stream, the gallery or its backup, expected a file of "
            "events alone; name another one"
        )


def write_events(events: Sequence[ActionEvent], path: Path, read: Collection[Path] = ()) -> None:
    """Write events in the format that the file's ending names, whole or not at all.

    Args:
        events: Any number.
        path: The file.
        read: As for `check_events_file`.

    Raises:
        SkelshotError: As for `check_events_file`.
    """
    check_events_file(path, read)
    content = FORMATS[path.suffix.lower()](sorted(events, key=lambda event: event.order))
    with whole_file(path) as partial:
        partial.write_bytes(content)


class GrowingEventsFile:
    """A file of events that holds those that are over while the stream goes on.

    It is replaced as a whole, at most once in so many seconds, so that a killed process leaves the
    events but the last ones.

    Args:
        path: The file; what was there stays until there is an event, or the end.
        every: Seconds from one writing to the next, at least.
        read: As for `check_events_file`.

    Raises:
        SkelshotError: As for `check_events_file`.
    """

    def __init__(self, path: Path, every: float = 2.0, read: Collection[Path] = ()) -> None:
        check_events_file(path, read)
        self._path, self._read = path, read
        self._every = every
        self._written, self._when = 0, -math.inf

    def hold(self, events: Sequence[ActionEvent], *, ended: bool = False) -> None:
        """Hold the events of a stream so far.

        Args:
            events: All of them, of which there can only be more than before.
            ended: Whether no more will come, so that it is written now.

        Raises:
            SkelshotError: The file cannot be written.
        """
        now = time.monotonic()
        if ended or (len(events) > self._written and now - self._when >= self._every):
            write_events(events, self._path, self._read)
            self._written, self._when = len(events), now


def _harmless(value: object) -> object:
    """Keep spreadsheets from running text that looks like a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
