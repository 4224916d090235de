"""The table beside people's clips, `labels.csv`: which clip is of which class.

Tables (CSV and its kin) are read strictly: every line must match the header.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from skelshot.datasets.plain_text import read_lines
from skelshot.datasets.readers import examples_of
from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable

TABLES = ("labels.csv", "labels.tsv")
"""What the table may be called, in any case."""

NUMBERS = ("subject", "camera", "setup", "replication", "video_start", "video_stop")
"""Whole numbers that a clip may carry."""

COLUMNS = ("file", "label", *NUMBERS, "video", "split")
"""The columns that mean something; the first two are needed."""

ENDINGS = (".npz", ".npy")
"""How the names of files that hold a clip end, in any case."""


SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
"""What may stand between the cells of a line."""


@dataclass(frozen=True)
class TableLine:
    """One line of a table.

    Args:
        place: File and line number, as error messages begin.
        cells: What stands in each column, as written.
    """

    place: str
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A table whose every line has the cells that its header announces.

    Args:
        separator: What separates cells, in words.
        columns: Column names in order, in lower case.
        lines: The lines below the header that are not blank.
    """

    separator: str
    columns: tuple[str, ...]
    lines: tuple[TableLine, ...]


@dataclass(frozen=True)
class ClipTable:
    """Table of clips: what it tells of each by name.

    Args:
        name: The table's own file name.
        rows: What is told of each file, by its name; empty cells are left out.
        separator: What separates cells, in words.
        other_columns: Columns that mean nothing here.
    """

    name: str = TABLES[0]
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    separator: str = "commas"
    other_columns: tuple[str, ...] = ()


def without_ending(name: str) -> str:
    """Return a clip's name: its file's without the ending.

    Args:
        name: A file's name, or one without ending.

    Returns:
        The name without `.npz` or `.npy`, in whatever case.

    Example:
        >>> without_ending("day1/wave.01.NPZ")
        'day1/wave.01'
    """
    return name[:-4] if name.lower().endswith(ENDINGS) else name


def is_clip_table(name: str) -> bool:
    """Tell whether a file beside the clips is the table.

    Args:
        name: The file's name.

    Returns:
        Whether it is one of `TABLES`, in any case.

    Example:
        >>> is_clip_table("Labels.CSV"), is_clip_table("labels.txt")
        (True, False)
    """
    return name.lower() in TABLES


def read_clip_table(path: Path, files: Iterable[str]) -> ClipTable:
    r"""Read the table beside the clips.

    Files may be named with or without ending, with `\` for `/`, and in another case or another
    Unicode form than on disk, as long as only one file can be meant.

    Args:
        path: The table; see `COLUMNS`.
        files: The clips there are, relative to the folder, with forward slashes.

    Returns:
        The table, by the files' names as they are on disk; a name that no file has gets the
        ending `.npz`.

    Raises:
        SkelshotError: The file is no such table, or a line names no file, several, one outside
            the folder or one that was named before, or holds something that is no number where a
            number belongs.
    """
    table = read_table(path, COLUMNS[:2], f"file,label and perhaps {','.join(COLUMNS[2:])}")
    known = _Names(files)
    rows: dict[str, dict[str, str]] = {}
    for line in table.lines:
        name = known.resolve(_file_of(line), line.place)
        if name in rows:
            raise SkelshotError(
                f"{line.place}: found {printable(name)!r} a second time, expected one line a clip"
            )
        rows[name] = _told(line)
    others = tuple(column for column in table.columns if column not in COLUMNS)
    return ClipTable(path.name, rows, table.separator, others)


def read_table(path: Path, needed: Collection[str], expected: str) -> Table:
    """Read a table of cells separated by commas, semicolons or tabs.

    The header decides which: it is the separator that makes the needed columns appear (a line
    `sep=;` above the header, as Excel writes it, may say so too). Column names may be written in
    any case and with spaces around them. A cell that holds the separator is put in double
    quotes. Blank lines are passed over.

    Args:
        path: The file.
        needed: Columns that must be there.
        expected: What the header should be, for the error message.

    Returns:
        The table; cells are kept as written.

    Raises:
        SkelshotError: The file cannot be read, the header lacks a column or names one twice, or a
            line has more or fewer cells than the header.
    """
    lines = read_lines(path)
    start = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    told = None
    if start < len(lines) and (mark := lines[start].strip().strip('"').lower()).startswith("sep="):
        told, start = (lines[start].strip().strip('"')[4:] or "\t"), start + 1
        if told not in SEPARATORS:
            raise SkelshotError(
                f"{path}, line {start}: found {mark!r:.20}, expected sep=, or sep=;"
            )
    if start >= len(lines):
        raise SkelshotError(f"{path}, line 1: found the columns , expected {expected}")
    place = f"{path}, line {start + 1}"
    separator, columns = _header(place, lines[start], told, needed, expected)
    found = []
    for number, line in enumerate(lines[start + 1 :], start + 2):
        if line.strip():
            found.append(_line(f"{path}, line {number}", line, separator, columns))
    kept = tuple(line for line in found if any(cell.strip() for cell in line.cells.values()))
    return Table(SEPARATORS[separator], columns, kept)


def _header(
    place: str, line: str, told: str | None, needed: Collection[str], expected: str
) -> tuple[str, tuple[str, ...]]:
    """Return the separator and the column names."""
    wanted = set(needed)
    readings: dict[str, tuple[str, ...]] = {}
    complaint: SkelshotError | None = None
    for separator in [told] if told else SEPARATORS:
        try:
            cells = _cells(place, line, separator)
        except SkelshotError as error:  # quotes need the right separator
            complaint = error
        else:
            readings[separator] = tuple(cell.strip().lower() for cell in cells)
    if complaint and not readings:
        raise complaint
    separator = max(readings, key=lambda one: (wanted <= set(readings[one]), len(readings[one])))
    columns = readings[separator]
    if not wanted <= set(columns):
        raise SkelshotError(
            f"{place}: found the columns {examples_of(columns, 8)}, expected {expected}"
        )
    for number, name in enumerate(columns, 1):
        if not name:
            raise SkelshotError(f"{place}: column {number} has no name; name it or delete it")
        if (first := columns.index(name) + 1) < number:
            raise SkelshotError(
                f"{place}: found the column {name!r:.60} twice (columns {first} and {number}), "
                "expected each once; delete or rename one"
            )
    return separator, columns


def _line(place: str, line: str, separator: str, columns: tuple[str, ...]) -> TableLine:
    cells = _cells(place, line, separator)
    if len(cells) != len(columns):
        word = SEPARATORS[separator].removesuffix("s")
        found = examples_of([f"{cell!r:.40}" for cell in cells], 8)
        raise SkelshotError(
            f"{place}: found {len(cells)} cells ({found}), expected {len(columns)} "
            f"({examples_of(columns, 8)}); put a cell that holds a {word} in double quotes"
        )
    return TableLine(place, dict(zip(columns, cells, strict=True)))


def _cells(place: str, line: str, separator: str) -> list[str]:
    # a space before the quote that opens a cell is no part of it
    spaced = re.search(f'(^|{separator}) +"', line) is not None
    try:
        (cells,) = csv.reader([line], delimiter=separator, strict=True, skipinitialspace=spaced)
    except (csv.Error, ValueError) as error:
        raise SkelshotError(
            f"{place}: cannot be read ({error or 'more than one line'}); a quoted cell begins and "
            "ends with one double quote, on one line"
        ) from error
    return cells


class _Names:
    """Finds the file that is meant: in the same letters first, then in any case."""

    def __init__(self, files: Iterable[str]) -> None:
        self._files: dict[str, list[str]] = defaultdict(list)
        for name in files:
            for reading in _readings(name):
                self._files[reading].append(name)
            for reading in _readings(without_ending(name)):
                self._files[reading].append(name)

    def resolve(self, name: str, place: str) -> str:
        for reading in _readings(name):
            found = self._files.get(reading, [])
            if len(found) > 1:
                meant = " or ".join(printable(one) for one in sorted(found)[:3])
                raise SkelshotError(
                    f"{place}: found the file {printable(name)!r}, which may be {meant}; write "
                    "the whole name as it is on disk"
                )
            if found:
                return found[0]
        return name if name.lower().endswith(ENDINGS) else f"{name}.npz"


def _readings(name: str) -> tuple[str, str]:
    """Return the name as written, and with case and forms of accented letters made one.

    The second begins with a mark that no name can hold, so that the two are never confused.
    """
    return name, "\0" + unicodedata.normalize("NFC", name).casefold()


def _file_of(line: TableLine) -> str:
    """Return the file of a line with forward slashes, within the folder."""
    written = line.cells["file"]
    name = PurePosixPath(written.strip().replace("\\", "/"))
    outside = name.is_absolute() or PureWindowsPath(written.strip()).drive or ".." in name.parts
    if outside or not name.name:
        raise SkelshotError(
            f"{line.place}: found the file {printable(written)!r}, expected a clip's name, "
            "relative to the folder of the table"
        )
    return name.as_posix()


def _told(line: TableLine) -> dict[str, str]:
    """Return what a line tells of its clip."""
    label = line.cells["label"]
    if label and not label.strip():
        raise SkelshotError(
            f"{line.place}, label: found only spaces, expected the class's name, or nothing where "
            "the file tells it"
        )
    told = {
        column: cell.strip()
        for column, cell in line.cells.items()
        if column in COLUMNS[1:] and cell.strip()
    }
    for column in NUMBERS:
        if column in told:
            told[column] = _whole(line.place, column, told[column])
    if "video" in told:
        told["video"] = told["video"].replace("\\", "/")
    return told


def _whole(place: str, column: str, cell: str) -> str:
    """Return a whole number's digits; spreadsheets and pandas may write 3 as 3.0."""
    if not (match := re.fullmatch(r"([0-9]{1,9})(\.0+)?", cell)):
        raise SkelshotError(
            f"{place}, {column}: found {printable(cell)!r}, expected a whole number"
        )
    return match[1]
