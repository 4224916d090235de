"""A table as it is saved: numbers, the values behind them, their data, settings and hashes."""

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from annotated_types import Len
from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.types import NonNegativeInt, PositiveInt

from skelshot.evaluation.saved_results import Share
from skelshot.ground import SkelshotError
from skelshot.ground.files import read_mapping
from skelshot.ground.options import Options, read_document
from skelshot.tables.hits import unpacked

VERSION = 2
"""Of the saved form; raised when a reader of today could not read what was written before."""


LONGEST_NAME = 64


def is_table_name(text: str) -> bool:
    """Tell whether a text can name a table, and so its files.

    Args:
        text: The text.

    Returns:
        Whether it is 1 to 64 of a to z, A to Z, digits, `_`, `-` and, behind the first, `.`.

    Example:
        >>> is_table_name("my_table.v2"), is_table_name("../XI")
        (True, False)
    """
    return bool(re.fullmatch(rf"(?!\.)[A-Za-z0-9_.-]{{1,{LONGEST_NAME}}}", text))


def _number(text: str) -> str:
    if not is_table_name(text):
        raise ValueError("expected the number of a table, such as XI or Fig6")
    return text


class _Saved(Options):
    model_config = ConfigDict(strict=True)


class SavedStage(_Saved):
    """A stage behind a number: one entry of the cache a seed and split.

    Args:
        stage: Its name.
        version: Of its code.
        settings: What decided all entries, by dotted names; long texts by their place in `texts`.
        varying: What differs from entry to entry, one value each.
        entries: Hashes, which are the names of the entries in the cache.
    """

    stage: str
    version: int
    settings: dict[str, Any] = Field(default_factory=dict)
    varying: dict[str, list[Any]] = Field(default_factory=dict)
    entries: list[str] = Field(default_factory=list)


class SavedCell(_Saved):
    """A number of a table, with what is needed to compare it with others.

    Args:
        row: Name of the row.
        column: Name of the column.
        ours: The accuracy, 0 to 1.
        ci95: Its 95 % interval, where there is one.
        paper: What is printed, 0 to 1.
        over: What the interval is over.
        n: How many of these there are.
        error: Why there is no number, where it failed.
        left_out: Why nobody expects one.
        per_seed: Accuracy of each training seed, where there are several.
        per_split: Accuracy of each split, as the mean of the seeds.
        per_draw: Accuracy of each draw of the only split and seed, where there are several.
        per_class: Accuracy of each class that was tested, as the mean of splits and seeds.
        hits: Which queries were recognised, packed (`hits.packed`), where there is one task.
        tasks: Fingerprint of all tasks; only cells of equal ones can be paired.
        stages: What the number is made of, in the order in which it was made: names among the
            table's `stages`.
    """

    row: str
    column: str
    ours: Share | None = None
    ci95: Annotated[list[float], Len(2, 2)] | None = None
    paper: Share | None = None
    over: str | None = None
    n: NonNegativeInt | None = None
    error: str | None = None
    left_out: str | None = None
    per_seed: list[Share] = Field(default_factory=list)
    per_split: list[Share] = Field(default_factory=list)
    per_draw: list[Share] = Field(default_factory=list)
    per_class: dict[str, Share] = Field(default_factory=dict)
    hits: str | None = None
    tasks: str | None = None
    stages: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _hits_can_be_read(self) -> Self:
        if self.hits is not None:
            unpacked(self.hits)
        return self


class SavedClips(_Saved):
    """The clips behind columns, or why there are none.

    Args:
        columns: Names of the columns.
        twin: Whether the clips are synthetic.
        clips: How many.
        data_hash: Hash of the store.
        absent: Why the columns are left out.
    """

    columns: list[str]
    twin: bool = False
    clips: NonNegativeInt = 0
    data_hash: str | None = None
    absent: str | None = None


class SavedTable(_Saved):
    """A table that was run.

    Args:
        version: Of the saved form.
        table: Its number, as printed.
        title: What it compares.
        preset: How much was run.
        seeds: Runs of each row.
        columns: Names of the columns that were run.
        rows: Names of the rows.
        cells: The numbers.
        data: Clips by role.
        against: The row that the others are compared with; the best of a column unless told.
        command: The command that makes it.
        notes: What a reader must know.
        remarks: What was found and mended in the cache.
        stages: What the numbers are made of, by the names that cells tell.
        texts: Long settings by their short names.
        made: Stages that were made.
        kept: Stages that were there already.
        seconds: Wall time.
    """

    described: ClassVar[str] = "saved table"

    version: int = VERSION
    table: Annotated[str, AfterValidator(_number)]
    title: str
    preset: str
    seeds: PositiveInt
    columns: list[str]
    rows: list[str]
    cells: list[SavedCell]
    data: dict[str, SavedClips] = Field(default_factory=dict)
    against: str | None = None
    command: str = ""
    notes: list[str] = Field(default_factory=list)
    remarks: list[str] = Field(default_factory=list)
    stages: dict[str, SavedStage] = Field(default_factory=dict)
    texts: dict[str, str] = Field(default_factory=dict)
    made: NonNegativeInt = 0
    kept: NonNegativeInt = 0
    seconds: float = 0

    @model_validator(mode="after")
    def _names_go_together(self) -> Self:
        for what, names in (("rows", self.rows), ("columns", self.columns)):
            if len(set(names)) < len(names):
                raise ValueError(f"one of the {what} stands twice, expected each once")
        unknown = {name for cell in self.cells for name in cell.stages} - self.stages.keys()
        if unknown:
            raise ValueError(f"a cell names the stage {min(unknown)!r:.80}, which is not told")
        places = [(cell.row, cell.column) for cell in self.cells]
        if len(set(places)) < len(places):
            raise ValueError("a cell stands twice, expected each once")
        for row, column in places:
            if row not in self.rows or column not in self.columns:
                raise ValueError(f"the cell {row} / {column} is in no row and column of the table")
        if self.against is not None and self.against not in self.rows:
            raise ValueError(f"against: found {self.against!r:.80}, expected one of the rows")
        return self

    @property
    def name(self) -> str:
        """Its number as a caption has it, such as `Table XI` or `Figure 6`."""
        if self.table.startswith("Fig"):
            return f"Figure {self.table[3:]}"
        return f"Table {self.table}"

    def cell(self, row: str, column: str) -> SavedCell:
        """Find a number.

        Args:
            row: Name of the row.
            column: Name of the column.

        Returns:
            The cell; an empty one where nothing was planned.
        """
        found = [cell for cell in self.cells if (cell.row, cell.column) == (row, column)]
        return found[0] if found else SavedCell(row=row, column=column)


def read_saved_table(path: Path) -> SavedTable:
    """Read a table that `skelshot table` saved.

    Args:
        path: The file `table-NUMBER.json`.

    Returns:
        The table.

    Raises:
        SkelshotError: It cannot be read, is of another version, or is no saved table; the message
            names file and entry.
    """
    document = read_mapping(path)
    version = document.get("version", 1)
    if {"table", "cells"} <= document.keys() and version != VERSION:
        again = "run `skelshot table` again, which keeps what its cache has"
        newer = isinstance(version, int) and version > VERSION
        raise SkelshotError(
            f"{path}: found version {version!r:.20} of saved tables, expected {VERSION}; "
            f"{'update Skelshot' if newer else again}"
        )
    advice = "expected a table that `skelshot table` saved"
    return read_document(SavedTable, document, str(path), advice)
