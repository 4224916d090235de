"""Cache of what stages made: `CACHE/STAGE/HASH/`, complete when its marker is there."""

import shutil
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from skelshot.ground import SkelshotError
from skelshot.ground.environment import environment
from skelshot.ground.files import read_mapping, sha256_of, write_json
from skelshot.ground.locks import only_writer
from skelshot.tables.entries import Entry
from skelshot.tables.stage_log import kept_stderr

MARKER = "complete.json"
LOG = "stderr.txt"
MOST_HASHED = 16 << 20
"""Larger files are known by their size alone."""

State = Literal["complete", "damaged", "half-written", "absent"]


@dataclass(frozen=True)
class Obtained:
    """Outcome of asking for an entry.

    Args:
        how: `kept` as it was there, `made` now, or `busy`: another process makes it.
        remarks: What was found and mended, a line each.
    """

    how: Literal["kept", "made", "busy"]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class StageCache:
    """A folder of entries, which any number of processes may use at once.

    Args:
        root: The folder; made if missing.
    """

    root: Path

    def folder(self, entry: Entry) -> Path:
        """Name the folder of an entry.

        Args:
            entry: The entry.

        Returns:
            `CACHE/STAGE/HASH`.
        """
        return self.root / entry.stage.name / entry.key

    def output(self, entry: Entry) -> Path:
        """Name what a stage writes for an entry.

        Args:
            entry: The entry.

        Returns:
            A file or folder within the entry's folder.
        """
        return self.folder(entry) / entry.stage.output

    def log(self, entry: Entry) -> Path:
        """Name the file that keeps what a stage says on standard error.

        Args:
            entry: The entry.

        Returns:
            A file within the entry's folder.
        """
        return self.folder(entry) / LOG

    def is_busy(self, entry: Entry) -> bool:
        """Tell whether another process makes an entry.

        Args:
            entry: The entry.

        Returns:
            Whether one does now.
        """
        try:
            with only_writer(self.folder(entry), "table"):
                return False
        except SkelshotError:
            return True

    def state(self, entry: Entry) -> tuple[State, str]:
        """Look whether an entry can be used.

        Args:
            entry: The entry.

        Returns:
            The state, and what is wrong where it is damaged.
        """
        marker = self.folder(entry) / MARKER
        if not marker.exists():
            return ("half-written" if self.output(entry).exists() else "absent"), ""
        try:
            noted = read_mapping(marker).get("files")
        except SkelshotError as error:
            return "damaged", str(error)
        problem = _difference(noted, self.output(entry))
        return ("damaged", problem) if problem else ("complete", "")

    def seconds(self, entry: Entry) -> float | None:
        """Tell how long an entry took.

        Args:
            entry: The entry.

        Returns:
            Seconds; None where it is not complete.
        """
        try:
            noted = read_mapping(self.folder(entry) / MARKER).get("seconds")
        except SkelshotError:
            return None
        return float(noted) if isinstance(noted, int | float) else None

    def obtain(self, entry: Entry) -> Obtained:
        """Make an entry unless it is there, and keep other processes from making it meanwhile.

        What a stopped process left is gone on from; what is damaged is made anew.

        Args:
            entry: The entry; what it needs is there.

        Returns:
            What came of it.

        Raises:
            SkelshotError: Its stage cannot make it.
        """
        folder = self.folder(entry)
        with ExitStack() as held:
            try:
                held.enter_context(only_writer(folder, "table"))
            except SkelshotError:
                return Obtained("busy")
            state, problem = self.state(entry)
            if state == "complete":
                return Obtained("kept")
            remarks = []
            if state == "damaged":
                shutil.rmtree(folder)
                remarks.append(f"cache entry {entry.name}: damaged ({problem}), made anew")
            if state == "half-written":
                remarks.append(f"cache entry {entry.name}: left half-written, gone on with")
            folder.mkdir(parents=True, exist_ok=True)
            try:
                self._make(entry)
            except SkelshotError as error:
                if state != "half-written":
                    raise
                shutil.rmtree(folder)
                folder.mkdir()
                remarks.append(f"cache entry {entry.name}: not to be gone on with ({error}), anew")
                self._make(entry)
        return Obtained("made", tuple(remarks))

    def _make(self, entry: Entry) -> None:
        began = time.perf_counter()
        output = self.output(entry)
        with kept_stderr(self.log(entry)):
            entry.stage.make(output, entry.call, [self.output(needed) for needed in entry.needs])
        if not output.exists():
            raise SkelshotError(f"stage {entry.stage.name}: wrote no {entry.stage.output}")
        document: dict[str, Any] = entry.record
        document["environment"] = environment()
        document["seconds"] = round(time.perf_counter() - began, 3)
        document["files"] = {str(path): _mark(output / path) for path in _files(output)}
        write_json(self.folder(entry) / MARKER, document)


def _files(output: Path) -> list[Path]:
    """List what an output consists of, relative to it; hidden files are locks."""
    if output.is_file():
        return [Path()]
    inside = (path.relative_to(output) for path in output.rglob("*") if path.is_file())
    return sorted(path for path in inside if not any(part[0] == "." for part in path.parts))


def _mark(file: Path) -> list[Any]:
    size = file.stat().st_size
    return [size, sha256_of(file) if size <= MOST_HASHED else None]


def _difference(noted: object, output: Path) -> str | None:
    """Tell the first file that is not as it was when the entry was complete."""
    if not isinstance(noted, Mapping) or not noted:
        return f"{MARKER} lists no files"
    for name, mark in noted.items():
        file = output / name
        if not file.is_file():
            return f"{file.name} is missing"
        if _mark(file) != mark:
            return f"{file.name} has other bytes than when it was written"
    return None
