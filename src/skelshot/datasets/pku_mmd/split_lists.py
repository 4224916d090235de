"""PKU-MMD's split files: which recordings are for training and which for validation."""

import re
from pathlib import Path

from skelshot.datasets.plain_text import read_lines
from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable

RECORDING = re.compile(r"[0-9]{4}-[LMR]")
"""The name of a recording: a number, and the left, middle or right camera."""

_SPLIT_FILE = re.compile(r"cross[-_](subject|view)\.txt")
_PREFIX = {"subject": "xsub", "view": "xview"}
_HEADS = {"train": "train", "valid": "val", "test": "val"}


def split_prefix(file_name: str) -> str | None:
    """Tell whether a file is a split list.

    Args:
        file_name: Its name.

    Returns:
        `xsub` or `xview`, how the names of its splits begin; None for any other file.

    Example:
        >>> split_prefix("cross-subject.txt"), split_prefix("cross_view.txt"), split_prefix("x")
        ('xsub', 'xview', None)
    """
    match = _SPLIT_FILE.fullmatch(file_name)
    return None if match is None else _PREFIX[match[1]]


def read_split_list(path: Path) -> dict[str, list[str]]:
    r"""Read a split list: a headline and a line of names for each side.

    Args:
        path: The file. Names stand between commas; a comma at the end and blank lines do no harm.

    Returns:
        Names of recordings for `train` and `val`.

    Raises:
        SkelshotError: It cannot be read, something is no recording's name, a name stands twice,
            or a side is missing.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "cross-view.txt"
        >>> _ = path.write_text(
        ...     "Training videos: \n0002-M, 0002-R, \n\nValidataion videos: \n0002-L\n")
        >>> read_split_list(path)
        {'train': ['0002-M', '0002-R'], 'val': ['0002-L']}
    """
    sides: dict[str, list[str]] = {"train": [], "val": []}
    lines_of: dict[str, int] = {}
    side: list[str] | None = None
    for number, line in enumerate(read_lines(path), 1):
        if head := _head(line):
            side = sides[head]
            continue
        for name in filter(None, re.split(r"[,\s]+", line)):
            place = f"{path}, line {number}: found {printable(name, 40)!r}"
            if side is None:
                raise SkelshotError(f"{place}, expected the headline 'Training videos:' first")
            if not RECORDING.fullmatch(name):
                raise SkelshotError(f"{place}, expected a recording's name, such as 0002-L")
            if name in lines_of:
                first = lines_of[name]
                raise SkelshotError(f"{place} as in line {first}, expected each recording once")
            lines_of[name] = number
            side.append(name)
    if missing := [name for name, names in sides.items() if not names]:
        raise SkelshotError(f"{path}: found no recording for {missing[0]}, expected both sides")
    return sides


def _head(line: str) -> str | None:
    """Return the side that a headline begins; the authors' files have 'Validataion videos:'."""
    text = line.strip().lower()
    sides = [side for word, side in _HEADS.items() if text.startswith(word) and text.endswith(":")]
    return sides[0] if sides else None
