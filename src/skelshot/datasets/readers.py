"""The contract of a reader, and how readers list the files of a raw folder."""

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self

from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.reader_options import ReaderOptions
from skelshot.ground import SkelshotError
from skelshot.ground.parts import NamedPart
from skelshot.ground.printable import printable
from skelshot.ground.seeding import digest_of
from skelshot.skeletons.inputs import AskedSides
from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.mappings import MappingReport


@dataclass(frozen=True)
class Source:
    """One raw file, or one within an archive.

    Args:
        name: Its path relative to the raw folder, with forward slashes (`archive#member` for
            one within an archive).
        path: Where it is, or the archive is.
        member: Its name within the archive, if it is in one.
        video: The video that shows it, relative to the raw folder, if the reader found one.
        parts: All its files, where they are several; `path` is then what they have in common.
    """

    name: str
    path: Path
    member: str | None = None
    video: str | None = None
    parts: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Remarks:
    """Remarks of a reader: what it found and did of its own accord, and the user should know.

    Args:
        passed_over: What it found in the raw folder and made no use of: files, and columns of
            tables.
        guessed: What the files do not tell, and how it was decided, by what it is.
        doubts: What looks odd about the clips, although it can be read.
        mapping: What becomes of the joints where the clips are mapped to another layout.
        unreadable: Sub-folders of the raw folder that cannot be looked into, and why.
        sides: What the files say of left and right; "auto" where they say nothing.
    """

    passed_over: tuple[str, ...] = ()
    guessed: dict[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    mapping: MappingReport | None = None
    unreadable: tuple[str, ...] = ()
    sides: AskedSides = "auto"


@dataclass(frozen=True)
class Listing:
    """The files of a raw folder.

    Args:
        sources: Those to read, in natural order.
        others: Paths of all others, relative to the folder, in natural order; with a slash at the
            end that of a link to a folder which is listed elsewhere.
        unreadable: Sub-folders that cannot be looked into, and why.
    """

    sources: list[Source]
    others: tuple[str, ...]
    unreadable: tuple[str, ...] = ()


class FolderExpectedError(SkelshotError):
    """Fault of a call that names one file of a format whose clips lie in folders."""


class Reader(NamedPart, ABC):
    """Turns one format's raw files into clips; `prepare` does the rest.

    A reader is made with its options, then asked for its sources, and only then for the rest:
    formats that carry their own classes or layout know them once `sources` has looked. It must
    pickle, so that worker processes can read with it. A sub-class is made with its options by
    name, unless it says otherwise in `from_options`.

    Attributes:
        name: The format's name on the command line.
        options_type: The model of its options.
        suffixes: How the names of its files end, small letters.
    """

    part_of: ClassVar[str] = "reader"
    options_type: ClassVar[type[ReaderOptions]] = ReaderOptions
    suffixes: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def _built(cls, options: Any) -> Self:
        """Build the reader from an instance of `options_type`: each option by its name."""
        return cls(**{name: getattr(options, name) for name in cls.options_type.model_fields})

    @classmethod
    def takes(cls, name: str) -> bool:
        """Tell whether a file looks like one of this format; `verify` guesses by it.

        Args:
            name: The file's name.

        Returns:
            Whether it ends with one of `suffixes`, unless a sub-class knows more.
        """
        return name.lower().endswith(cls.suffixes)

    @classmethod
    def takes_alone(cls, name: str) -> bool:
        """Tell whether a single file may be a clip of this format, by its name.

        Args:
            name: The file's name.

        Returns:
            What `takes` does, unless a sub-class has an ending that is too common to guess the
            format of a whole folder by.
        """
        return cls.takes(name)

    @classmethod
    def may_read(cls, file: Path | str) -> bool:
        """Tell whether a file that the reader takes by its name looks like a clip, too.

        Args:
            file: The file.

        Returns:
            Whether it does; a damaged clip does. Yes, unless a sub-class of a format whose files
            share their ending with many others knows better.
        """
        return True

    @classmethod
    def whole_of(cls, file: Path | str) -> Path:
        """Return what holds the whole of a clip, given a file that belongs to it.

        Args:
            file: A file that the reader takes.

        Returns:
            The same file, unless a sub-class knows of clips in several.
        """
        return Path(file)

    @property
    @abstractmethod
    def class_names(self) -> tuple[str, ...]:
        """Class names in label order."""

    @property
    @abstractmethod
    def layout(self) -> SkeletonLayout:
        """The joints of every clip."""

    @abstractmethod
    def options(self) -> dict[str, object]:
        """Return all that changes what is read, as JSON values; it goes into the store."""

    def remarks(self) -> Remarks:
        """Return what the user should know; known after `sources`."""
        return Remarks()

    def splits(self) -> Mapping[str, Sequence[str]]:
        """Return names of clips by split, where the files tell them; known after `sources`."""
        return {}

    @abstractmethod
    def sources(self, raw: Path | str) -> list[Source]:
        """List the raw files in a fixed order.

        Args:
            raw: The folder (or file) the user named.

        Returns:
            Every file to read; at least one.

        Raises:
            SkelshotError: `raw` is missing or holds nothing to read.
        """

    @abstractmethod
    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read one source.

        Args:
            source: One of `sources`.

        Yields:
            Its clips, and what had to be rejected; the same ones in the same order each time.
        """

    def clips_in(self, path: Path | str) -> Sequence[Clip | Rejected]:
        """Read the clips of one file for their movement alone; labels are not asked for.

        Args:
            path: The file; where a sub-class knows a clip by its content it may be called anything.

        Returns:
            Its clips, and those that cannot be used.

        Raises:
            SkelshotError: It is no file of this format.
        """
        return [item for source in self.sources(path) for item in self.read(source)]


def natural_key(name: str) -> list[tuple[int, str]]:
    """Return a sort key that puts `clip_2` before `clip_10`.

    Args:
        name: A file's path.

    Returns:
        Text and numbers in turn.

    Example:
        >>> sorted(["clip_10", "clip_2"], key=natural_key)
        ['clip_2', 'clip_10']
    """
    parts = re.split(r"([0-9]+)", name)
    return [(int(part[:4000]), part) if i % 2 else (-1, part) for i, part in enumerate(parts)]


def list_raw(raw: Path | str, wanted: Callable[[str], bool], expected: str) -> Listing:
    """List the files of a folder and its sub-folders in natural order.

    Args:
        raw: The folder, or one source. Files and folders whose name begins with a dot are passed
            over; links to folders are followed, and a folder that is there twice is listed once,
            without the link where there is one.
        wanted: Tells from its name whether a file is a source.
        expected: What the folder should hold, for the error message.

    Returns:
        The sources, at least one, all other files, and the sub-folders that cannot be read.

    Raises:
        SkelshotError: The folder is missing, not a folder, or holds no such file.
    """
    raw = Path(raw)
    if not raw.exists():
        raise SkelshotError(f"{raw}: no such folder, expected {expected}")
    if not raw.is_dir():
        if wanted(raw.name):
            return Listing([Source(raw.name, raw)], ())
        raise FolderExpectedError(f"{raw}: found a file, expected a folder that holds {expected}")
    found: list[Source] = []
    others: list[str] = []
    unreadable: list[str] = []

    def note(error: OSError) -> None:
        folder = Path(error.filename).relative_to(raw).as_posix()
        unreadable.append(f"{folder}/ ({error.strerror})")

    for folder, names in _folders(raw, note):
        if names is None:
            others.append(f"{Path(folder).relative_to(raw).as_posix()}/")
        for name in names or ():
            if not name.startswith("."):
                path = Path(folder) / name
                relative = path.relative_to(raw).as_posix()
                if wanted(name):
                    found.append(Source(relative, path))
                else:
                    others.append(relative)
    others.sort(key=lambda name: (natural_key(name), name))
    if not found:
        there = f"; it holds {examples_of(others)}" if others else ""
        if unreadable:
            there += f"; sub-folders cannot be read: {examples_of(unreadable)}"
        raise SkelshotError(f"{raw}: the folder holds no {expected}{there}")
    return Listing(
        sorted(found, key=lambda source: (natural_key(source.name), source.name)),
        tuple(others),
        tuple(sorted(unreadable)),
    )


def _folders(
    raw: Path, note: Callable[[OSError], None]
) -> Iterator[tuple[Path | str, Sequence[str] | None]]:
    """Yield folders and their files' names, links last; None for one that was there before."""
    # a link to what holds the folder leads in a circle
    seen = set(raw.resolve().parents)
    starts: list[Path | str] = [raw]
    for start in starts:
        for folder, subfolders, names in os.walk(start, onerror=note):
            real = Path(folder).resolve()
            if real in seen:
                subfolders.clear()
                yield folder, None
                continue
            seen.add(real)
            subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
            inner = (os.path.join(folder, name) for name in subfolders)  # noqa: PTH118 - faster
            starts += filter(os.path.islink, inner)
            yield folder, names


def list_sources(raw: Path | str, wanted: Callable[[str], bool], expected: str) -> list[Source]:
    """List the sources of a folder and its sub-folders in natural order.

    Args:
        raw: The folder, see `list_raw`.
        wanted: Tells from its name whether a file is a source.
        expected: What the folder should hold, for the error message.

    Returns:
        The sources, at least one.

    Raises:
        SkelshotError: The folder is missing, not a folder, or holds no such file.
    """
    return list_raw(raw, wanted, expected).sources


def examples_of(names: Sequence[str], most: int = 3) -> str:
    """Name the first few of many in one phrase.

    Args:
        names: Any texts.
        most: How many to name.

    Returns:
        The phrase.

    Example:
        >>> examples_of(["a.mat", "b.mat", "c.mat"], most=2)
        'a.mat, b.mat and 1 more'
    """
    named = ", ".join(printable(name) for name in names[:most])
    return f"{named} and {len(names) - most} more" if len(names) > most else named


def fingerprint(sources: Sequence[Source]) -> str:
    """Hash which files there are, from names, sizes and times of change.

    Args:
        sources: The raw files.

    Returns:
        64 hexadecimal digits; another file, size or time gives others.
    """

    @cache
    def state(path: Path) -> str:
        try:
            stat = path.stat()
        except OSError:
            return "absent"
        return f"{stat.st_size}|{stat.st_mtime_ns}"

    def states(source: Source) -> str:
        parts = (f"{part.name}|{state(part)}" for part in source.parts)
        return "|".join(parts) if source.parts else state(source.path)

    lines = (f"{source.name}|{states(source)}" for source in sources)
    return _digest_of_names(lines)


def videos_fingerprint(sources: Sequence[Source]) -> str | None:
    """Hash which video shows which raw file, from their names.

    Args:
        sources: The raw files.

    Returns:
        64 hexadecimal digits, or None where no file has a video.
    """
    shown = [f"{source.name}|{source.video}" for source in sources if source.video]
    return _digest_of_names(shown) if shown else None


def _digest_of_names(lines: Iterable[str]) -> str:
    # a name that is not Unicode cannot be encoded as it stands
    return digest_of(*(line.encode("utf-8", "backslashreplace").decode() for line in lines)).hex()
