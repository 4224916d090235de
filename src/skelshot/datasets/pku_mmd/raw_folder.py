"""The files of a PKU-MMD folder: which belong to the same recording, and what each is."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from skelshot.datasets.pku_mmd.split_lists import RECORDING, split_prefix
from skelshot.datasets.readers import Source, list_raw
from skelshot.ground import SkelshotError
from skelshot.ground.regular import open_regular

_TEXT = re.compile(rf"({RECORDING.pattern})\.(txt|skeleton|label)")
_VIDEO = re.compile(rf"({RECORDING.pattern})(?:[-_]rgb)?\.(avi|mp4|mkv|mov|webm)")
_LOOK = 1024
"""How many bytes tell labels, which have commas, from skeletons, which have none."""


@dataclass(frozen=True)
class PkuFolder:
    """The files of a raw folder, by the names of their recordings.

    Args:
        labels: Label files.
        skeletons: Skeleton files.
        videos: Colour videos.
        splits: Split lists.
        others: All other files, and second ones of the same recording.
        unreadable: Sub-folders that cannot be looked into, and why.
        doubts: What looks odd.
    """

    labels: Mapping[str, Source] = field(default_factory=dict)
    skeletons: Mapping[str, Source] = field(default_factory=dict)
    videos: Mapping[str, Source] = field(default_factory=dict)
    splits: tuple[Source, ...] = ()
    others: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def sources(self) -> list[Source]:
        """List a file a recording, with its video: its labels, or its skeletons if it has none."""
        found = {**self.skeletons, **self.labels}
        return [
            replace(found[name], video=self.videos[name].name if name in self.videos else None)
            for name in sorted(found)
        ]


def recording_of(source: Source) -> str:
    """Name the recording that a file belongs to.

    Args:
        source: A label or skeleton file.

    Returns:
        Its name without ending.

    Example:
        >>> recording_of(Source("Label/0002-L.txt", Path("raw/Label/0002-L.txt")))
        '0002-L'
    """
    return source.path.stem


def list_pku(raw: Path | str) -> PkuFolder:
    """Look through a folder and its sub-folders, whatever they are called.

    Args:
        raw: The folder.

    Returns:
        The files by recording; of several of one kind the first in natural order.

    Raises:
        SkelshotError: It is missing, not a folder, or has neither labels nor skeletons.
    """
    expected = "PKU-MMD files of part I (0002-L.txt and so on)"
    listing = list_raw(raw, _wanted, expected)
    kinds: dict[str, dict[str, Source]] = defaultdict(dict)
    splits: list[Source] = []
    others: list[str] = []
    doubts: list[str] = []
    for source in listing.sources:
        if split_prefix(source.path.name):
            splits.append(source)
            continue
        match = _TEXT.fullmatch(source.path.name) or _VIDEO.fullmatch(source.path.name)
        name, kind = match[1] if match else "", _kind(source)
        first = kinds[kind].setdefault(name, source)
        if first is not source:
            others.append(source.name)
            doubts.append(
                f"{name} has two files of {kind}: {first.name} is read, {source.name} not"
            )
    if not kinds["labels"] and not kinds["skeletons"]:
        raise SkelshotError(f"{raw}: the folder holds no {expected}")
    return PkuFolder(
        kinds["labels"],
        kinds["skeletons"],
        kinds["videos"],
        tuple(splits),
        (*others, *listing.others),
        listing.unreadable,
        tuple(doubts),
    )


def _wanted(name: str) -> bool:
    return bool(_TEXT.fullmatch(name) or _VIDEO.fullmatch(name) or split_prefix(name))


def _kind(source: Source) -> str:
    """Tell labels from skeletons by their commas, where the file's name does not."""
    ending = source.path.suffix
    if ending in (".label", ".skeleton"):
        return "labels" if ending == ".label" else "skeletons"
    if ending != ".txt":
        return "videos"
    try:
        with open_regular(source.path) as handle:
            begin = handle.read(_LOOK)
    except (OSError, SkelshotError):
        begin = b""  # whoever reads it says what is wrong
    if begin.strip():
        return "labels" if b"," in begin else "skeletons"
    return "labels" if "label" in source.name.lower() else "skeletons"
