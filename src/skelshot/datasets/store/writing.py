"""Writing a store: beside its place, in steps that survive a kill, then renamed."""

import contextlib
import csv
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from skelshot.datasets.clips import UNLABELLED, BadClip, Clip, Rejected
from skelshot.datasets.store import partial_folder
from skelshot.datasets.store.array_writing import ArrayWriter
from skelshot.datasets.store.format import (
    DOCUMENT,
    INDEX,
    REJECTED,
    SPLITS,
    Counts,
    FileFacts,
    StoreDocument,
    data_hash_of,
)
from skelshot.datasets.store.index import ClipRecord, write_index
from skelshot.datasets.store.journal import Journal
from skelshot.datasets.store.splits import kept_splits
from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of, whole_file, write_json
from skelshot.ground.locks import lock_file, only_writer, remove_if_left
from skelshot.skeletons.layouts import layout_from
from skelshot.skeletons.sequence import AXES, UNITS

COMMIT_SECONDS = 2.0
"""How much work a kill may cost."""

WORK = "work"
"""Folder of the journal, which a finished store has no more."""


class StoreWriter:
    """Writes clips to `STORE.partial` and renames it to `STORE` when it is whole.

    Opened again after a kill it continues after the last commit: `sources_done` and
    `items_done` say where. Use it as a context manager; leaving it without `finish` keeps the
    partial folder for the next run.

    Args:
        out: Where the store is to stand.
        plan: What is being prepared, from `plan_of`.

    Raises:
        SkelshotError: The partial folder holds something else, or another process writes it.
    """

    def __init__(self, out: Path, plan: dict[str, Any]) -> None:
        self._out = out
        self._partial = partial_folder(out)
        self._plan = plan
        with contextlib.ExitStack() as held:
            held.enter_context(only_writer(out, "prepare"))
            self._journal = Journal(self._partial / WORK, plan)
            self._held = held.pop_all()
        self._layout = layout_from(plan["layout"])
        joints = self._layout.num_joints
        self._arrays = ArrayWriter(self._partial, joints, self._journal.progress)
        self._names = {record.name: record.source_file for record in self._journal.records}
        self._committed = time.monotonic()

    @property
    def sources_done(self) -> int:
        """Raw files done, by this run and earlier ones."""
        return self._journal.progress.sources

    @property
    def items_done(self) -> int:
        """Clips and rejections done of the next raw file."""
        return self._journal.progress.items

    @property
    def clips(self) -> int:
        """Clips written."""
        return len(self._journal.records)

    @property
    def unlabelled(self) -> int:
        """Clips written that have no label."""
        return sum(record.label == UNLABELLED for record in self._journal.records)

    @property
    def rejected(self) -> list[Rejected]:
        """The clips that were rejected."""
        return self._journal.rejected

    def add(self, item: Clip | Rejected) -> None:
        """Write a clip, or note a rejection; a clip that does not fit the store is rejected.

        Args:
            item: What the reader gave.
        """
        if isinstance(item, Clip):
            try:
                self._check(item)
            except BadClip as misfit:
                item = Rejected(item.source_file, str(misfit))
        if isinstance(item, Rejected):
            self._journal.note_rejected(item)
        else:
            self._write(item)
        self._commit_now_and_then()

    def end_source(self) -> None:
        """Note that a raw file is done."""
        self._journal.progress.sources += 1
        self._journal.progress.items = 0
        self._commit_now_and_then()

    def commit(self) -> None:
        """Make all that was added survive a kill."""
        self._arrays.flush()
        self._journal.commit()
        self._committed = time.monotonic()

    def finish(self, splits: Mapping[str, Sequence[str]] | None = None) -> None:
        """Complete the files, describe them in `store.json`, and rename the folder.

        Args:
            splits: Names of clips by split, where some come with the raw files.

        Raises:
            SkelshotError: `STORE` has come into being meanwhile.
        """
        self.commit()
        records = self._journal.records
        files = [*sorted(self._arrays.finish(records)), INDEX]
        write_index(self._partial / INDEX, records)
        if splits:
            write_json(self._partial / SPLITS, kept_splits(splits, self._names))
            files.append(SPLITS)
        write_rejected(self._partial / REJECTED, self.rejected)
        with (self._partial / INDEX).open("rb") as written:
            os.fsync(written.fileno())
        write_json(self._partial / DOCUMENT, self._document(files).model_dump())
        self._close_files()
        try:
            self._partial.rename(self._out)
        except OSError as error:
            raise SkelshotError(
                f"{self._out}: cannot take its place ({error.strerror}); move what is there "
                "and run the same command again"
            ) from error
        remove_work(self._out)

    def discard(self) -> None:
        """Remove the partial folder."""
        self._close_files()
        shutil.rmtree(self._partial)

    def close(self) -> None:
        """Let go of all files, and of the store's name."""
        self._close_files()
        self._held.close()

    def _close_files(self) -> None:
        self._arrays.close()
        with contextlib.suppress(OSError):
            self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _check(self, clip: Clip) -> None:
        """Refuse a clip that the store cannot take."""
        classes = len(self._plan["class_names"])
        layout, channels = clip.sequence.layout, self._journal.progress.channels
        if clip.label >= classes:
            raise BadClip(f"unknown label: found {clip.label}, expected 0 to {classes - 1}")
        if layout != self._layout:
            raise BadClip(f"layout: found {layout.name!r}, the store has {self._layout.name!r}")
        if channels and clip.sequence.channels != channels:
            raise BadClip(
                f"joints: found {clip.sequence.channels} coordinates, the clips before have "
                f"{channels}"
            )
        if clip.name in self._names:
            raise BadClip(
                f"duplicate name {clip.name!r}: read before from {self._names[clip.name]}"
            )

    def _write(self, clip: Clip) -> None:
        sequence, progress = clip.sequence, self._journal.progress
        progress.channels = sequence.channels
        self._arrays.append(sequence)
        start, stop = clip.frame_range or (None, None)
        width, height = sequence.picture_size or (None, None)
        self._journal.note_clip(
            ClipRecord(
                name=clip.name,
                label=clip.label,
                subject=clip.subject,
                camera=clip.camera,
                setup=clip.setup,
                replication=clip.replication,
                frames=sequence.frames,
                persons=sequence.persons,
                start=progress.rows,
                frame_start=progress.frame_rows,
                source_file=clip.source_file,
                video_file=clip.video_file,
                video_start=start,
                video_stop=stop,
                has_confidence=sequence.confidence is not None,
                has_pixels=sequence.pixels is not None,
                repaired=clip.repaired,
                picture_width=width,
                picture_height=height,
                ghosts=clip.ghosts,
                reordered=clip.reordered,
                rate=sequence.rate,
            )
        )
        self._names[clip.name] = clip.source_file

    def _commit_now_and_then(self) -> None:
        if time.monotonic() - self._committed >= COMMIT_SECONDS:
            self.commit()

    def _document(self, names: list[str]) -> StoreDocument:
        records, progress = self._journal.records, self._journal.progress
        files = {
            name: FileFacts(
                bytes=(self._partial / name).stat().st_size, sha256=sha256_of(self._partial / name)
            )
            for name in names
        }
        plan = self._plan
        return StoreDocument.model_validate(
            {
                **plan,
                "channels": progress.channels,
                "units": UNITS[progress.channels],
                "coordinates": AXES[progress.channels],
                "counts": Counts(
                    clips=len(records),
                    frames=progress.frame_rows,
                    person_frames=progress.rows,
                    rejected=len(self.rejected),
                    repaired=sum(record.repaired for record in records),
                ),
                "data_hash": data_hash_of(plan["layout"], plan["class_names"], files, records),
                "files": files,
            }
        )


def remove_work(store: Path) -> None:
    """Remove journal and lock of a finished store, which a kill in its last moment leaves.

    Args:
        store: The store.
    """
    shutil.rmtree(store / WORK, ignore_errors=True)
    remove_if_left(lock_file(store))


def write_rejected(path: Path, rejected: list[Rejected]) -> None:
    """Write the list of rejections.

    Args:
        path: A CSV file; overwritten.
        rejected: One a row: source and reason, which begins with the line where that is known.
    """
    with whole_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as handle:
        table = csv.writer(handle)
        table.writerow(["source", "reason"])
        table.writerows((item.source, _reason(item)) for item in rejected)


def _reason(item: Rejected) -> str:
    line = f"line {item.line}"
    known = item.line is None or line in item.reason
    return item.reason if known else f"{line}: {item.reason}"
