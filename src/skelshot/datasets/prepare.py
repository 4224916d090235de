"""From raw files to a store: goes past bad clips, survives a kill, never half a store."""

import errno
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from skelshot.datasets.clips import UNLABELLED, Clip, Rejected
from skelshot.datasets.reader_family import READERS, splits_of
from skelshot.datasets.readers import Reader, Remarks, Source, examples_of
from skelshot.datasets.store import Store
from skelshot.datasets.store.format import REJECTED, SPLITS
from skelshot.datasets.store.journal import check_plan, check_splits, plan_of
from skelshot.datasets.store.splits import Splits, kept_splits, names_left_out
from skelshot.datasets.store.writing import StoreWriter, remove_work, write_rejected
from skelshot.datasets.workers import ReadingProcesses
from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable
from skelshot.ground.processes import check_workers
from skelshot.ground.progress import progress_bar
from skelshot.skeletons.inputs import AskedSides

BATCH = 16
"""Raw files that a worker process takes at a time."""

EXAMPLES = 5
"""How many of the files that were passed over are named."""

ALONE_SECONDS = 1.0
"""How long one process reads alone before others are started to help."""


UNLIKE_RATES = 1.1
"""How many times the lowest rate the highest may be before it is told."""


@dataclass(frozen=True)
class PrepareReport:
    """Report of a call of `prepare`.

    Args:
        clips: Clips in the store.
        classes: Classes that have a clip.
        rejected: Raw clips left out; `rejected_file` lists them.
        repaired: (person, frame, joint) triples that were filled by interpolation.
        store: The store's folder.
        seconds: Wall time of this call.
        already_prepared: The store was there, from the same raw files and options.
        ghosts: Persons that were left out because they are hardly there.
        reordered: Clips whose persons were put into another order.
        remarks: What the reader passed over and guessed.
        sides: What the store says of left and right.
        unlabelled: Clips without a label, which are queries only.
        splits: How many clips each split has that came with the raw files.
        splits_left_out: Names in those splits that are no clips of the store.
    """

    clips: int
    classes: int
    rejected: int
    repaired: int
    store: Path
    seconds: float
    already_prepared: bool = False
    ghosts: int = 0
    reordered: int = 0
    remarks: Remarks = field(default_factory=Remarks)
    sides: AskedSides = "auto"
    unlabelled: int = 0
    splits: Mapping[str, int] = field(default_factory=dict)
    splits_left_out: int = 0

    @property
    def rejected_file(self) -> Path:
        """The list of rejections: a CSV with source and reason."""
        return self.store / REJECTED

    def as_json(self) -> dict[str, Any]:
        """Return the report as a JSON document."""
        passed_over = self.remarks.passed_over
        return {
            "clips": self.clips,
            "classes": self.classes,
            "rejected": self.rejected,
            "rejected_file": str(self.rejected_file),
            "repaired": self.repaired,
            "store": str(self.store),
            "seconds": round(self.seconds, 3),
            "already_prepared": self.already_prepared,
            "ghosts": self.ghosts,
            "reordered": self.reordered,
            "unlabelled": self.unlabelled,
            "splits": dict(self.splits),
            "splits_left_out": self.splits_left_out,
            "sides": self.sides,
            "mapping": self.remarks.mapping.as_json() if self.remarks.mapping else None,
            "guessed": self.remarks.guessed,
            "doubts": list(self.remarks.doubts),
            "passed_over": len(passed_over),
            "passed_over_examples": [printable(name, 200) for name in passed_over[:EXAMPLES]],
            "unreadable": len(self.remarks.unreadable),
            "unreadable_examples": [
                printable(name, 200) for name in self.remarks.unreadable[:EXAMPLES]
            ],
        }


def prepare(
    reader: Reader,
    raw: Path | str,
    out: Path | str,
    *,
    strict: bool = False,
    workers: int = 1,
    sides: AskedSides | None = None,
) -> PrepareReport:
    """Read raw files into a store.

    The store is written to `OUT.partial` and renamed when it is whole; after a kill, a full disk
    or Ctrl-C the same call goes on where it was. A store that is there already, made from the
    same raw files with the same options, is left as it is.

    Args:
        reader: The format's reader with its options.
        raw: The folder (or file) of raw clips.
        out: Where the store is to stand.
        strict: Refuse to make a store when a single clip is rejected or a sub-folder of the raw
            folder cannot be read.
        workers: Processes that read; the store is the same whatever the number.
        sides: Whether a clip and its mirror image are different actions, where the caller knows;
            unsaid it is what the reader's files say.

    Returns:
        Counts, place and time.

    Raises:
        SkelshotError: Nothing to read, another store in the way, no good clip or none with a label,
            a rejected clip or an unreadable sub-folder with `strict` (all clips are listed in
            `OUT.rejected.csv` then), or a full disk.
    """
    started = time.perf_counter()
    raw, out = Path(raw), Path(out)
    check_workers(workers)
    if out.resolve().is_relative_to(raw.resolve()):
        raise SkelshotError(f"{out}: lies within the raw folder {raw}; choose another --out")
    sources = reader.sources(raw)
    if strict and (unreadable := reader.remarks().unreadable):
        raise SkelshotError(
            f"{raw}: {len(unreadable)} sub-folders cannot be read: {examples_of(unreadable)}; "
            "make them readable or leave out --strict"
        )
    sides = sides or reader.remarks().sides
    plan, splits = plan_of(reader, sources, sides), splits_of(reader)
    already = out.exists()
    if already:
        _check_same(Store.open(out), plan, splits)
        remove_work(out)
    else:
        with _one_line_errors(out), StoreWriter(out, plan) as writer:
            _copy(reader, sources, writer, workers)
            _refuse_bad(writer, out, strict)
            writer.finish(splits)
    report = _report(out, strict, reader.remarks(), splits)
    return replace(report, seconds=time.perf_counter() - started, already_prepared=already)


def _check_same(store: Store, plan: Mapping[str, Any], splits: Splits) -> None:
    """Refuse a store that is there and was made of other raw files, or in another way."""
    there = store.document.model_dump(mode="json", include={*plan}, exclude_unset=True)
    if not any(clip.video_file for clip in store.clips):
        there["sources"].setdefault("videos", None)  # made before videos were noted, without any
    check_plan(store.path, "a store", there, plan)
    if SPLITS in store.document.files:
        names = {clip.name for clip in store.clips}
        check_splits(store.path, store.splits, kept_splits(splits, names))


def _copy(reader: Reader, sources: list[Source], writer: StoreWriter, workers: int) -> None:
    """Read what is not done yet into the writer."""
    done, skip = writer.sources_done, writer.items_done
    with progress_bar("clips", total=len(sources), done=done) as bar:
        for items in _read_all(reader, sources[done:], workers):
            for item in islice(_checked(items, reader), skip, None):
                writer.add(item)
            skip = 0
            writer.end_source()
            bar.advance(1, rejected=len(writer.rejected))


def _checked(items: Iterable[object], reader: Reader) -> Iterator[Clip | Rejected]:
    """Hold a reader to its contract, as its clips come."""
    with READERS.telling(reader.name):
        for item in items:
            if not isinstance(item, Clip | Rejected):
                raise SkelshotError(
                    f"reader {reader.name}{READERS.origin(reader.name)}: yielded "
                    f"{type(item).__name__}, expected Clip or Rejected"
                )
            yield item


def _read_all(
    reader: Reader, sources: list[Source], workers: int
) -> Iterator[Iterable[Clip | Rejected]]:
    """Yield what each source gives, in the order of the sources.

    Processes take seconds to start, so they are started only for work that is still there after
    `ALONE_SECONDS`, and reading goes on here until they have started.
    """
    started, done = time.monotonic(), 0
    with ExitStack() as stack:
        helpers: ReadingProcesses | None = None
        while done < len(sources) and not (helpers and helpers.ready()):
            yield reader.read(sources[done])
            done += 1
            if workers > 1 and not helpers and time.monotonic() - started >= ALONE_SECONDS:
                helpers = stack.enter_context(ReadingProcesses(reader, workers))
        if helpers:
            rest = range(done, len(sources), BATCH)
            yield from helpers.read([sources[start : start + BATCH] for start in rest])


def _refuse_bad(writer: StoreWriter, out: Path, strict: bool) -> None:
    """Give up, with a list, when nothing to learn is left or strictness forbids what is."""
    listing = out.with_name(f"{out.name}.rejected.csv")
    rejected, clips, unlabelled = writer.rejected, writer.clips, writer.unlabelled
    if clips > unlabelled and not (strict and rejected):
        listing.unlink(missing_ok=True)
        return
    write_rejected(listing, rejected)
    writer.discard()
    if clips == unlabelled > 0:
        bad = f" and {len(rejected)} more were rejected (listed in {listing})" if rejected else ""
        raise SkelshotError(
            f"{out}: no store was made, since none of {clips} clips has a label{bad}; give the "
            "exemplars of each class its name as label, in their files or, beside .npz clips, in "
            "labels.csv"
        )
    first = f"{rejected[0].source}: {rejected[0].reason}" if rejected else "the files hold no clip"
    advice = "mend them or leave out --strict" if clips else "look at the format and the raw files"
    raise SkelshotError(
        f"{len(rejected)} clips were rejected and {clips} were good, so no store was made; "
        f"the list is {listing}; the first is {first}; {advice}"
    )


def _report(out: Path, strict: bool, remarks: Remarks, splits: Splits) -> PrepareReport:
    """Describe the store that is there now, whoever made it and when."""
    store = Store.open(out)
    labels = store.labels.tolist()
    if splits and SPLITS not in store.document.files:
        splits = {}
        old = "splits: the store that is there was made before there were any; delete it and run"
        remarks = replace(remarks, doubts=(*remarks.doubts, f"{old} the same command to have them"))
    rates = [clip.rate for clip in store.clips if clip.rate is not None]
    if rates and max(rates) > UNLIKE_RATES * min(rates):
        told = f"rates: {min(rates):g} to {max(rates):g} frames a second; no clip is resampled"
        remarks = replace(remarks, doubts=(*remarks.doubts, told))
    counts = store.document.counts
    if strict and counts.rejected:
        raise SkelshotError(
            f"{out}: the store that is there lacks {counts.rejected} rejected clips "
            f"(listed in {out / REJECTED}); mend them or leave out --strict"
        )
    return PrepareReport(
        clips=counts.clips,
        classes=len({*labels} - {UNLABELLED}),
        rejected=counts.rejected,
        repaired=counts.repaired,
        store=out,
        seconds=0.0,
        ghosts=sum(clip.ghosts or 0 for clip in store.clips),
        reordered=sum(bool(clip.reordered) for clip in store.clips),
        remarks=remarks,
        sides=store.document.sides,
        unlabelled=labels.count(UNLABELLED),
        splits={split: len(names) for split, names in store.splits.items()},
        splits_left_out=names_left_out(splits, store.splits),
    )


@contextmanager
def _one_line_errors(out: Path) -> Iterator[None]:
    """Say in one line what stopped the writing, and that the same command goes on."""
    again = "what is done is kept, the same command goes on from there"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise SkelshotError(f"{out}: the disk is full; make room, {again}") from error
        raise SkelshotError(
            f"{out}: cannot be written ({error.strerror or error}); {again}"
        ) from error
