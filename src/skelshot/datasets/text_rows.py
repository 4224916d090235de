"""Rows of numbers in text: parted into cells, and read strictly."""

import csv
import re
from collections.abc import Iterator, Sequence

from skelshot.datasets.clips import BadClip
from skelshot.datasets.column_map import SEPARATORS, ColumnMap
from skelshot.datasets.plain_text import lines_of
from skelshot.ground.printable import printable

MAX_BYTES = 64 << 20
"""The largest file that is read."""

Row = tuple[int, list[str]]
"""A row's line number, and its cells."""

_NUMBER = re.compile(
    r"\s*[+-]?([0-9]+\.?[0-9]*([eE][+-]?[0-9]+)?|\.[0-9]+([eE][+-]?[0-9]+)?|nan|inf|infinity)\s*",
    re.ASCII | re.IGNORECASE,
)


def table_of(content: bytes, name: str, columns: ColumnMap) -> tuple[list[str], Iterator[Row]]:
    r"""Part a file into its header and its rows.

    Args:
        content: The bytes of the file.
        name: Its name, for error messages.
        columns: Tells the separator, and what stands above the rows.

    Returns:
        Names of the columns (blanks where there is no header), and the rows below it that are
        not blank; drawing them raises `BadClip` where one has another number of cells.

    Raises:
        SkelshotError: The text is not UTF-8, too long, or holds no row.

    Example:
        >>> told = ColumnMap(joints=(1, 2, 3), rows="joint", layout="hand-21")
        >>> header, rows = table_of(b"x,y,z\n1,2,3\n", "a.csv", told)
        >>> header, list(rows)
        (['x', 'y', 'z'], [(2, ['1', '2', '3'])])
    """
    lines = lines_of(content, name)
    first = next((n for n in range(columns.skip, len(lines)) if lines[n].strip()), None)
    if first is None:
        raise BadClip("no row: nothing was recorded")
    separator = SEPARATORS[columns.separator]
    cells = _cells(lines[first], first + 1, separator)
    header = cells if columns.header else [""] * len(cells)
    start = first + 1 if columns.header else first
    return header, _rows(lines, start, separator, len(cells))


def numbers_of_cells(cells: Sequence[str], line: int) -> list[float]:
    """Read numbers; a blank cell is NaN, a gap.

    Args:
        cells: What stands there.
        line: Their line, for error messages.

    Returns:
        The numbers.

    Raises:
        BadClip: A cell holds anything else.

    Example:
        >>> numbers_of_cells(["1.5", " -2e1", "", "NaN"], 7)
        [1.5, -20.0, nan, nan]
    """
    try:
        numbers = list(map(float, cells))
    except ValueError:
        numbers = None
    if numbers is None or "_" in (text := "".join(cells)) or not text.isascii():
        return [_number(cell, line) for cell in cells]  # float takes more than we do
    return numbers


def _number(cell: str, line: int) -> float:
    if not cell.strip():
        return float("nan")
    if not _NUMBER.fullmatch(cell):
        raise BadClip(f"line {line}: found {printable(cell)!r}, expected a number", line)
    return float(cell)


def _rows(lines: list[str], start: int, separator: str | None, width: int) -> Iterator[Row]:
    for place in range(start, len(lines)):
        if not lines[place].strip():
            continue
        cells = _cells(lines[place], place + 1, separator)
        if len(cells) != width:
            raise BadClip(
                f"line {place + 1}: found {len(cells)} cells, expected {width} as in the first row",
                place + 1,
            )
        yield place + 1, cells


def _cells(line: str, number: int, separator: str | None) -> list[str]:
    if separator is None:
        return line.split()
    if '"' not in line:
        return line.split(separator)
    try:
        (cells,) = csv.reader([line], delimiter=separator, strict=True)
    except (csv.Error, ValueError) as error:
        raise BadClip(f"line {number}: cannot be read ({error})", number) from error
    return cells
