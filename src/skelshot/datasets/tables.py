"""Tables in text files (CSV and its kin), read strictly: every line must match the header."""

import csv
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from skelshot.datasets.plain_text import read_lines
from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable

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
        raise SkelshotError(f"{place}: found the columns {_listed(columns)}, expected {expected}")
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
        raise SkelshotError(
            f"{place}: found {len(cells)} cells ({_listed([f'{cell!r:.40}' for cell in cells])}), "
            f"expected {len(columns)} ({_listed(columns)}); put a cell that holds a {word} in "
            "double quotes"
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


def _listed(names: Collection[str]) -> str:
    """List names for a message, the first eight of them."""
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(printable(name) for name in list(names)[:8]) + more
