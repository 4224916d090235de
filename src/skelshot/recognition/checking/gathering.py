"""Files and folders put together as one folder, and classes that their names tell."""

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from skelshot.ground import SkelshotError
from skelshot.recognition.clip_places import walk_shown

_COUNTERS = re.compile(r"(?:[\s_.-]+[A-Za-z]?\d+|\s*\(\d+\)|\d+)+$")
"""Numbers at the end of a file's name: of the person, the repetition, the clip."""


def class_in_name(name: str) -> str:
    """Return the class that a file's place or name tells.

    Args:
        name: The file's path within the folder, with forward slashes.

    Returns:
        The name of its folder; for a file in none, its own name without ending and without the
        numbers at its end.

    Example:
        >>> class_in_name("wave/7.npz"), class_in_name("high five_s01_e02.npz")
        ('wave', 'high five')
    """
    path = PurePosixPath(name.partition("#")[0])
    if path.parent.name:
        return path.parent.name
    stem = path.name.partition(".")[0]
    return _COUNTERS.sub("", stem) or stem


def gather(paths: Sequence[Path], folder: Path) -> None:
    """Link files, and all files of folders, into one folder; what cannot be linked is copied.

    Args:
        paths: The files and folders; those of a folder go into one of its name.
        folder: An empty folder.

    Raises:
        SkelshotError: A path is missing, or two have one name.
    """
    for path in paths:
        if not path.exists():
            raise SkelshotError(f"{path}: no such file or folder, expected clips")
        for file, name in _files(path):
            place = folder / name
            if place.exists():
                raise SkelshotError(f"{file}: found a second {name}, expected names that differ")
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                place.symlink_to(file.resolve())
            except OSError:  # a system that lets few make links
                shutil.copyfile(file, place)


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield files, and where each goes."""
    if path.is_file():
        yield path, path.name
        return
    for root, _, names in walk_shown(path):
        for name in names:
            yield root / name, str(path.resolve().name / (root / name).relative_to(path))
