"""Looking through raw files or a store without changing anything."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from skelshot.datasets.clips import UNLABELLED, Clip, Rejected
from skelshot.datasets.reader_family import READERS, splits_of
from skelshot.datasets.readers import Listing, Reader, list_raw
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.datasets.store import Store, partial_folder
from skelshot.datasets.store.format import DOCUMENT, INDEX, REJECTED, SPLITS, data_hash_of
from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.ground.progress import progress_bar
from skelshot.skeletons.layouts import SkeletonLayout

EXAMPLES = 5
"""How many of the files that were passed over are named."""


@dataclass(frozen=True)
class Problem:
    """Something that is wrong.

    Args:
        file: The file, relative to what was looked through.
        line: Line of that file, where that is known.
        problem: What was found and what was expected.
    """

    file: str
    line: int | None
    problem: str


@dataclass(frozen=True)
class VerifyReport:
    """Findings of `verify`.

    Args:
        files: How many files were looked at.
        bad: What is wrong, in the order of the files.
        passed_over: What lies there and was not looked at, as the format has no use for it;
            hidden files are not counted.
        guessed: What the raw files do not tell, and how it was decided, by what it is.
        doubts: What looks odd about the clips, although it can be read.
        unreadable: Sub-folders that cannot be looked into, and why.
        unlabelled: Clips without a label, which are queries only.
    """

    files: int
    bad: tuple[Problem, ...]
    passed_over: tuple[str, ...] = ()
    guessed: dict[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    unlabelled: int = 0

    @property
    def ok(self) -> int:
        """The number of files with nothing wrong."""
        return self.files - len({problem.file for problem in self.bad})

    def as_json(self) -> dict[str, Any]:
        """Return the report as a JSON document; of the files passed over it names the first."""
        return {
            "files": self.files,
            "ok": self.ok,
            "bad": [asdict(entry) for entry in self.bad],
            "passed_over": len(self.passed_over),
            "passed_over_examples": list(self.passed_over[:EXAMPLES]),
            "guessed": self.guessed,
            "doubts": list(self.doubts),
            "unlabelled": self.unlabelled,
            "unreadable": len(self.unreadable),
            "unreadable_examples": list(self.unreadable[:EXAMPLES]),
        }


def verify(
    path: Path | str,
    reader: Reader | None = None,
    *,
    layout: SkeletonLayout | Path | str | None = None,
    reading: ReadingOptions | None = None,
) -> VerifyReport:
    """Look through raw files or a store.

    Args:
        path: A store, or the folder (or file) of raw clips.
        reader: The raw files' reader; guessed from the files unless told. A guessed reader
            reports NaN and infinite coordinates instead of repairing them.
        layout: The layout for a guessed reader of people's own arrays (npz, pyskl).
        reading: How such a reader makes clips of arrays.

    Returns:
        How many files there are and what is wrong with them.

    Raises:
        SkelshotError: There is nothing there, the format cannot be guessed, or a layout or a
            way of reading is told for a store or another format.
    """
    path = Path(path)
    if reader is None:
        if _is_store(path):
            _refuse_options(path, "a store", layout, reading)
            return _verify_store(path)
        reader = guess_reader(path, layout, reading)
        report = _verify_raw(path, reader)
        if report.ok:
            return report
        told = f"{reader.name}, by the files' names; --format says another"
        return replace(report, guessed={"format": told, **report.guessed})
    return _verify_raw(path, reader)


def _is_store(path: Path) -> bool:
    """Tell a store, whole or not, from raw clips."""
    unfinished = path.name.endswith(".partial") or not path.exists()
    if unfinished and (path.is_dir() or partial_folder(path).is_dir()):
        return True
    return any((path / name).exists() for name in (DOCUMENT, INDEX))


def guess_reader(
    raw: Path,
    layout: SkeletonLayout | Path | str | None = None,
    reading: ReadingOptions | None = None,
) -> Reader:
    """Choose a reader by how most of the files' names end.

    Args:
        raw: The folder (or file) of raw clips.
        layout: The layout of people's own arrays (npz, pyskl).
        reading: How such arrays become clips.

    Returns:
        A reader that rejects clips with NaN or infinite coordinates.

    Raises:
        SkelshotError: `raw` is missing, no reader knows such files, or the reader that does has
            no layout and way of reading to be told.
    """
    likely = likely_reader(raw)
    told = _told(layout, reading)
    has = likely.options_type.model_fields
    if not told.keys() <= has.keys():
        _refuse_options(raw, f"{likely.name} files", layout, reading)
    reject = {"on_missing": "reject"} if "on_missing" in has else {}
    return likely.from_options({**reject, **told})


def likely_reader(raw: Path) -> type[Reader]:
    """Choose the class of a reader by how most of the files' names end.

    Args:
        raw: The folder (or file) of raw clips.

    Returns:
        The class.

    Raises:
        SkelshotError: `raw` is missing, or no reader knows such files.
    """
    if not raw.exists():
        raise SkelshotError(f"{raw}: no such file or folder, expected raw clips or a store")
    if raw.is_file() and raw.name == DOCUMENT:
        raise SkelshotError(f"{raw}: describes a store; name its folder, {raw.parent}")
    names = [raw.name] if not raw.is_dir() else [source.name for source in _files(raw).sources]
    likely = _likely(names, READERS.shipped) or _likely(names, READERS.every()[0])
    if likely is None:
        known = ", ".join(
            f"{' or '.join(reader.suffixes)} ({reader.name})"
            for reader in READERS.shipped
            if reader.suffixes
        )
        raise SkelshotError(
            f"{raw}: neither a store nor raw clips of a known format; expected files {known}"
        )
    return likely


def _likely(names: Sequence[str], readers: Sequence[type[Reader]]) -> type[Reader] | None:
    """Choose the reader that takes most of the files, the first one where several do."""
    found = {reader: sum(map(reader.takes, names)) for reader in readers}
    likely = max(found, key=lambda reader: found[reader])
    return likely if found[likely] else None


def _told(
    layout: SkeletonLayout | Path | str | None, reading: ReadingOptions | None
) -> dict[str, object]:
    """Gather the options that a caller told of people's own arrays."""
    told: dict[str, object] = {"layout": layout} if layout else {}
    names = sorted(reading.model_fields_set) if reading else []
    return told | {name: getattr(reading, name) for name in names}


def _refuse_options(
    path: Path,
    found: str,
    layout: SkeletonLayout | Path | str | None,
    reading: ReadingOptions | None,
) -> None:
    """Refuse what only people's own arrays have to be told."""
    told = _told(layout, reading)
    if told:
        options = ", ".join(f"--{option.replace('_', '-')}" for option in told)
        having = ", ".join(
            reader.name
            for reader in READERS.shipped
            if reader.suffixes and told.keys() <= reader.options_type.model_fields.keys()
        )
        raise SkelshotError(
            f"{path}: found {found}, but only {having} files have {options}; leave it out"
        )


def _files(folder: Path) -> Listing:
    """List all files that are not hidden."""
    return list_raw(folder, lambda name: True, "files: it is empty; expected clips or a store")


def _verify_raw(raw: Path, reader: Reader) -> VerifyReport:
    sources = reader.sources(raw)
    splits_of(reader)
    bad: list[Problem] = []
    names: dict[str, str] = {}
    videos: set[str] = set()
    labelled = unlabelled = 0
    with progress_bar("files", total=len(sources)) as bar:
        for source in sources:
            for item in reader.read(source):
                if isinstance(item, Rejected):
                    clip = item.source.removeprefix(source.name).removeprefix("#")
                    text = f"{clip}: {item.reason}" if clip else item.reason
                    bad.append(Problem(source.name, item.line, text))
                elif item.name in names:
                    before = names[item.name]
                    text = f"duplicate name {item.name!r}: read before from {before}"
                    bad.append(Problem(source.name, None, text))
                else:
                    names[item.name] = source.name
                    labelled += item.label != UNLABELLED
                    unlabelled += item.label == UNLABELLED
                if isinstance(item, Clip) and item.video_file:
                    videos.add(item.video_file)
            bar.advance(1, bad=len(bad))
    if unlabelled and not labelled:
        text = f"label: found none in {unlabelled} clips, expected one for the exemplars at least"
        bad.append(Problem(sources[0].name, None, text))
    remarks = reader.remarks()
    passed_over = tuple(name for name in remarks.passed_over if name not in videos)
    return VerifyReport(
        len(sources),
        tuple(bad),
        passed_over,
        remarks.guessed,
        remarks.doubts,
        remarks.unreadable,
        unlabelled,
    )


def _verify_store(path: Path) -> VerifyReport:
    """Open a store, hash every file anew, and look at every clip."""
    try:
        store = Store.open(path)
    except SkelshotError as error:
        return VerifyReport(1, (Problem(DOCUMENT, None, str(error)),))
    bad: list[Problem] = []
    facts = store.document.files
    for name, written in facts.items():
        try:
            found = sha256_of(path / name)
        except OSError as error:
            bad.append(Problem(name, None, f"cannot be read ({error.strerror})"))
            continue
        if found != written.sha256:
            text = f"SHA-256: found {found}, expected {written.sha256}; prepare the store again"
            bad.append(Problem(name, None, text))
    found = data_hash_of(store.document.layout, store.class_names, facts, store.clips)
    if found != store.data_hash:
        text = f"data_hash: found {store.data_hash}, expected {found}; prepare the store again"
        bad.append(Problem(DOCUMENT, None, text))
    try:
        _ = store.splits
    except SkelshotError as error:
        bad.append(Problem(SPLITS, None, str(error)))
    names = [clip.name for clip in store.clips]
    if len(set(names)) < len(names):
        bad.append(Problem(INDEX, None, "two clips have the same name"))
    with progress_bar("clips", total=len(store)) as bar:
        for index, name in enumerate(names):
            bar.advance(1)
            try:
                sequence = store.sequence(index)
            except SkelshotError as error:
                bad.append(Problem(INDEX, None, f"{name}: {error}"))
                continue
            if not np.isfinite(sequence.joints).all():
                bad.append(Problem("frames.npy", None, f"{name}: not all coordinates are finite"))
            if sequence.frame_index is not None and (np.diff(sequence.frame_index) <= 0).any():
                bad.append(Problem("frame_index.npy", None, f"{name}: frame numbers do not rise"))
    own = {*facts, DOCUMENT, REJECTED}
    listing = _files(path)
    others = tuple(file.name for file in listing.sources if file.name not in own)
    return VerifyReport(
        len(facts) + 1,
        tuple(bad),
        others,
        unreadable=listing.unreadable,
        unlabelled=int((store.labels == UNLABELLED).sum()),
    )
