"""Places of clips beneath a folder: files, videos, stores, folders that are one clip."""

import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from skelshot.datasets.reader_family import READERS
from skelshot.datasets.readers import examples_of, natural_key
from skelshot.datasets.store.format import DOCUMENT
from skelshot.ground import SkelshotError
from skelshot.ground.errors import Notice
from skelshot.videos.video_folder import SUFFIXES as VIDEOS


@dataclass(frozen=True)
class FolderContents:
    """Places of clips beneath a folder, and the files that are of no use.

    Args:
        clips: Files that a reader knows, videos, stores, and folders whose files are one clip.
        others: Files that no reader takes for its own, by their name or their content.
    """

    clips: tuple[Path, ...]
    others: tuple[Path, ...] = ()


def clip_places(path: Path | str) -> list[Path]:
    """List what holds clips beneath a folder, in natural order.

    Args:
        path: A folder, or anything else, which stands for itself.

    Returns:
        As `FolderContents.clips`.

    Raises:
        SkelshotError: The folder holds nothing of that kind.

    Warns:
        Notice: The folder holds other files too; they are named.
    """
    contents = folder_contents(path)
    if contents.others:
        names = examples_of([str(file.relative_to(path)) for file in contents.others])
        warnings.warn(
            f"{path}: skipped, since no reader takes them for clips: {names}", Notice, stacklevel=2
        )
    return list(contents.clips)


def folder_contents(path: Path | str) -> FolderContents:
    """Look for clips beneath a folder, in natural order; hidden files are passed over.

    Args:
        path: A folder, or anything else, which stands for itself.

    Returns:
        What holds clips, and what does not.

    Raises:
        SkelshotError: Nothing in the folder holds clips.
    """
    path = Path(path)
    if not path.is_dir():
        return FolderContents((path,))
    clips: dict[Path, None] = {}
    others: list[Path] = []
    for root, folders, names in walk_shown(path):
        if DOCUMENT in names:
            folders[:] = []
            clips[root] = None
            continue
        for file in (root / name for name in names):
            if (place := _place_of(file)) is None:
                others.append(file)
            else:
                clips[place] = None
    if not clips:
        raise SkelshotError(
            f"{path}: found a folder, expected a file, or a store that `skelshot prepare` made, or "
            "a folder of such"
        )
    return FolderContents(tuple(clips), tuple(others))


def walk_shown(path: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Walk through a folder in natural order; what is hidden is passed over.

    Links to folders are followed, and each folder is entered once, however many lead to it.

    Args:
        path: The folder.

    Yields:
        A folder, the names of its folders, from which some may be taken out, and of its files.
    """
    entered: set[str] = set()
    for root, folders, names in os.walk(path, followlinks=True):
        if (real := os.path.realpath(root)) in entered:
            folders[:] = []
            continue
        entered.add(real)
        folders[:] = _shown(folders)
        yield Path(root), folders, _shown(names)


def _shown(names: Iterable[str]) -> list[str]:
    return sorted((name for name in names if not name.startswith(".")), key=natural_key)


def _place_of(file: Path) -> Path | None:
    """Return what holds the whole clip that a file belongs to; None where it belongs to none."""
    if file.suffix.lower() in VIDEOS:
        return file
    kinds = [kind for kind in READERS.every()[0] if kind.takes_alone(file.name)]
    wholes = [kind.whole_of(file) for kind in kinds if kind.may_read(file)]
    return next((whole for whole in wholes if whole != file), file) if wholes else None
