"""Journal of the writing of a store, by which `prepare` resumes after a kill."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from skelshot.datasets.clips import Rejected
from skelshot.datasets.readers import Reader, Source, fingerprint, videos_fingerprint
from skelshot.datasets.store.index import ClipRecord
from skelshot.datasets.store.splits import Splits
from skelshot.ground import SkelshotError
from skelshot.ground.counts import counted
from skelshot.ground.files import read_json, write_json
from skelshot.ground.json_text import parse_json
from skelshot.ground.plans import Plan
from skelshot.ground.regular import check_regular, open_regular
from skelshot.skeletons.inputs import AskedSides
from skelshot.skeletons.layouts import layout_as_data

ADVICE = "delete it or choose another --out"
"""What to do with a store that is another than the one asked for."""


def plan_of(reader: Reader, sources: list[Source], sides: AskedSides = "auto") -> dict[str, Any]:
    """Describe what is to be prepared; the same description means the same store.

    Args:
        reader: The reader, asked for its sources before.
        sources: The raw files.
        sides: What the caller says of left and right.

    Returns:
        A JSON document: reader, options, layout, class names, the raw files' fingerprint, and that
        of their videos.
    """
    plan = {
        "reader": {"name": reader.name, "options": reader.options()},
        "layout": layout_as_data(reader.layout),
        "sides": sides,
        "class_names": list(reader.class_names),
        "sources": {
            "count": len(sources),
            "fingerprint": fingerprint(sources),
            "videos": videos_fingerprint(sources),
        },
    }
    return dict(json.loads(json.dumps(plan)))


def check_plan(
    place: Path, holds: str, found: Mapping[str, Any], wanted: Mapping[str, Any]
) -> None:
    """Refuse a store that is not the one asked for.

    Args:
        place: The store.
        holds: What it is, as the message says.
        found: The plan of what is there.
        wanted: The plan of what is asked for, from `plan_of`.

    Raises:
        SkelshotError: They differ; the first difference is told.
    """
    changed = {
        "sources.fingerprint": f"the raw files are others or have changed since; {ADVICE}",
        "sources.videos": f"other videos lie beside the raw files than did then; {ADVICE}",
    }
    earlier = {"sides": "auto"}  # of plans that have none
    # a plan that says nothing of videos was made before they were noted
    sources = {"videos": wanted["sources"].get("videos"), **found["sources"]}
    before = {**earlier, **found, "sources": sources}
    Plan(holds, {**earlier, **wanted}, ADVICE, changed).check(place, before)


def check_splits(place: Path, found: Splits, wanted: Splits) -> None:
    """Refuse a store whose clips are split in another way than the raw files say.

    Args:
        place: The store.
        found: The splits that it keeps.
        wanted: Those of the raw files, of the store's clips alone.

    Raises:
        SkelshotError: They differ; the first difference is told.
    """
    for split in {**found, **wanted}:
        before, now = set(found.get(split, ())), set(wanted.get(split, ()))
        if before != now or (split in found) != (split in wanted):
            raise SkelshotError(
                f"{place}: holds a store of another split {split!r:.80} (found "
                f"{counted(len(before), 'clip')}, now asked for {counted(len(now), 'clip')}, "
                f"{len(before & now)} of them the same); the raw files' splits have changed since; "
                f"{ADVICE}"
            )


@dataclass
class Progress:
    """Progress that is safely on disk.

    Args:
        sources: Raw files done.
        items: Clips and rejections done of the raw file that comes next.
        rows: Rows written to the arrays kept per person and frame.
        frame_rows: Rows written to the array kept per frame.
        channels: Number of coordinates C; 0 before the first clip.
        log_bytes: Length of the log.
    """

    sources: int = 0
    items: int = 0
    rows: int = 0
    frame_rows: int = 0
    channels: int = 0
    log_bytes: int = 0


@dataclass
class Journal:
    """Progress, and a log with one line for each clip written and each rejection.

    The log is appended to, then `commit` notes its length and all other lengths in one small
    file that is replaced whole. After a kill, whatever lies beyond those lengths is cut off.

    Args:
        folder: Where `journal.json` and `log.jsonl` are kept.
        plan: What is being prepared.
        progress: What is safely on disk, and in memory what has been added since.
        records: Clips written.
        rejected: Rejections.
    """

    folder: Path
    plan: dict[str, Any]
    progress: Progress = field(default_factory=Progress)
    records: list[ClipRecord] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read what an earlier run left, and open the log at its committed end."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "journal.json"
        if path.exists():
            document = read_json(path)
            try:
                there = self.folder.parent
                check_plan(there, "an unfinished store", document["plan"], self.plan)
                self.progress = Progress(**document["progress"])
            except (KeyError, TypeError) as error:
                raise SkelshotError(
                    f"{path}: not a journal of prepare; delete {self.folder.parent} and start again"
                ) from error
        log = self.folder / "log.jsonl"
        check_regular(log)
        self._log: BinaryIO = log.open("ab")
        if self._log.tell() < self.progress.log_bytes:
            self._log.close()
            raise SkelshotError(
                f"{self._log.name}: shorter than when it was written; delete "
                f"{self.folder.parent} and start again"
            )
        self._log.truncate(self.progress.log_bytes)
        self._read_log(log)

    def _read_log(self, path: Path) -> None:
        with open_regular(path) as lines:
            for number, line in enumerate(lines, 1):
                entry = parse_json(line, f"{path}, line {number}")
                try:
                    if "clip" in entry:
                        self.records.append(ClipRecord(**entry["clip"]))
                    else:
                        self.rejected.append(Rejected(**entry["rejected"]))
                except (KeyError, TypeError) as error:
                    raise SkelshotError(
                        f"{path}, line {number}: no entry of prepare; delete "
                        f"{self.folder.parent} and start again"
                    ) from error

    def note_clip(self, record: ClipRecord) -> None:
        """Add a clip that has been written to the arrays.

        Args:
            record: Its row of the index.
        """
        self._append({"clip": vars(record)})
        self.records.append(record)
        self.progress.rows = record.stop
        self.progress.frame_rows += record.frames

    def note_rejected(self, rejected: Rejected) -> None:
        """Add a rejection.

        Args:
            rejected: The source and the reason.
        """
        self._append({"rejected": vars(rejected)})
        self.rejected.append(rejected)

    def _append(self, entry: dict[str, object]) -> None:
        # ASCII only, so that no character in a name can be taken for a line's end
        self._log.write(json.dumps(entry, ensure_ascii=True).encode() + b"\n")
        self.progress.items += 1

    def commit(self) -> None:
        """Make all that was noted survive a kill; the arrays must be on disk already."""
        self._log.flush()
        os.fsync(self._log.fileno())
        self.progress.log_bytes = self._log.tell()
        document = {"plan": self.plan, "progress": asdict(self.progress)}
        write_json(self.folder / "journal.json", document)

    def close(self) -> None:
        """Let go of the log."""
        self._log.close()
