"""Looking through raw files or a store without changing anything."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skelshot.datasets.clips import Rejected
from skelshot.datasets.npz import NpzReader
from skelshot.datasets.ntu import NtuReader
from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.pyskl import PysklReader
from skelshot.datasets.readers import Reader
from skelshot.datasets.store import Store
from skelshot.datasets.store_format import DOCUMENT, INDEX, data_hash_of
from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.ground.progress import progress_bar


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
    """What `verify` found.

    Args:
        files: How many files were looked at.
        bad: What is wrong, in the order of the files.
    """

    files: int
    bad: tuple[Problem, ...]

    @property
    def ok(self) -> int:
        """How many files have nothing wrong."""
        return self.files - len({problem.file for problem in self.bad})

    def as_json(self) -> dict[str, Any]:
        """Return the report as a JSON document."""
        return {"files": self.files, "ok": self.ok, "bad": [asdict(entry) for entry in self.bad]}


def verify(path: Path | str, reader: Reader | None = None) -> VerifyReport:
    """Look through raw files or a store.

    Args:
        path: A store, or the folder (or file) of raw clips.
        reader: The raw files' reader; guessed from the files unless told. A guessed reader
            reports NaN and infinite coordinates instead of repairing them.

    Returns:
        How many files there are and what is wrong with them.

    Raises:
        SkelshotError: There is nothing there, or the format cannot be guessed.
    """
    path = Path(path)
    if reader is None:
        if (path / DOCUMENT).exists():
            return _verify_store(path)
        reader = guess_reader(path)
    return _verify_raw(path, reader)


def guess_reader(raw: Path) -> Reader:
    """Choose a reader by what the files are called.

    Args:
        raw: The folder (or file) of raw clips.

    Returns:
        A reader that rejects clips with NaN or infinite coordinates.

    Raises:
        SkelshotError: `raw` is missing, or no reader knows such files.
    """
    if not raw.exists():
        raise SkelshotError(f"{raw}: no such file or folder, expected raw clips or a store")
    paths = raw.rglob("*") if raw.is_dir() else [raw]
    endings = Counter(path.suffix for path in paths if not path.name.startswith("."))
    readers: dict[str, Callable[..., Reader]] = {
        ".json": NwUclaReader,
        ".skeleton": NtuReader,
        ".zip": NtuReader,
        ".npz": NpzReader,
        ".pkl": PysklReader,
    }
    likely = max(readers, key=lambda ending: endings[ending])
    if endings[likely]:
        return readers[likely](on_missing="reject")
    raise SkelshotError(
        f"{raw}: neither a store nor raw clips of a known format; expected .json (nw-ucla), "
        ".skeleton or .zip (ntu), .npz (npz) or .pkl (pyskl) files"
    )


def _verify_raw(raw: Path, reader: Reader) -> VerifyReport:
    sources = reader.sources(raw)
    bad: list[Problem] = []
    names: dict[str, str] = {}
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
            bar.advance(1, bad=len(bad))
    return VerifyReport(len(sources), tuple(bad))


def _verify_store(path: Path) -> VerifyReport:
    """Open a store, hash every file anew, and look at every clip."""
    try:
        store = Store.open(path)
    except SkelshotError as error:
        return VerifyReport(1, (Problem(DOCUMENT, None, str(error)),))
    bad: list[Problem] = []
    facts = store.document.files
    for name, written in facts.items():
        found = sha256_of(path / name)
        if found != written.sha256:
            text = f"SHA-256: found {found}, expected {written.sha256}; prepare the store again"
            bad.append(Problem(name, None, text))
    found = data_hash_of(store.document.layout, store.class_names, facts, store.clips)
    if found != store.data_hash:
        text = f"data_hash: found {store.data_hash}, expected {found}; prepare the store again"
        bad.append(Problem(DOCUMENT, None, text))
    names = [clip.name for clip in store.clips]
    if len(set(names)) < len(names):
        bad.append(Problem(INDEX, None, "two clips have the same name"))
    with progress_bar("clips", total=len(store)) as bar:
        for index, name in enumerate(names):
            sequence = store.sequence(index)
            if not np.isfinite(sequence.joints).all():
                bad.append(Problem("frames.npy", None, f"{name}: not all coordinates are finite"))
            if sequence.frame_index is not None and (np.diff(sequence.frame_index) <= 0).any():
                bad.append(Problem("frame_index.npy", None, f"{name}: frame numbers do not rise"))
            bar.advance(1)
    return VerifyReport(len(facts) + 1, tuple(bad))
