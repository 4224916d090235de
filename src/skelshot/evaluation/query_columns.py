"""Columns of a table of queries in Parquet and CSV files, read within bounds."""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.ground.json_text import parse_json
from skelshot.ground.printable import printable
from skelshot.ground.regular import read_regular
from skelshot.ground.suggestions import did_you_mean

MOST_BYTES = 256 << 20
"""The largest table that is read, packed and unpacked."""

MOST_QUERIES = 2_000_000
"""The most rows of a table."""

MOST_VALUES = 32_000_000
"""The most cells, and the most names of exemplars, of a table."""

SCORE = "score:"
"""How the name of a column of scores begins; the class's name follows."""

NUMBERS, TEXTS, EXEMPLARS = ("shots", "split", "draw"), ("clip", "true", "predicted"), "exemplars"
COLUMNS = (*NUMBERS, *TEXTS, EXEMPLARS)
"""The columns before those of scores."""


class QueryColumns:
    """The columns of a file of queries, each of its kind.

    Args:
        path: The file, `.parquet` or `.csv`.

    Raises:
        SkelshotError: It cannot be read, is too large, or a column is missing, unknown or there
            twice.
    """

    def __init__(self, path: Path) -> None:
        self._place = str(path)
        content = read_regular(path, MOST_BYTES)
        read = self._read_csv if query_form(path) == ".csv" else self._read_parquet
        try:
            self._found = read(content)
            self._found.validate(full=True)  # a damaged file may name texts that are not there
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._unreadable(error) from error

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that have scores."""
        names = self._found.column_names
        return tuple(name.removeprefix(SCORE) for name in names if name.startswith(SCORE))

    def numbers(self, name: str) -> NDArray[np.int64]:
        """Return a column of whole numbers.

        Args:
            name: One of `NUMBERS`.

        Returns:
            (n,) int64.

        Raises:
            SkelshotError: It holds anything else, or gaps.
        """
        column = self._found.column(name)
        if not pa.types.is_integer(column.type) or column.null_count:
            raise self._wrong_type(name, column, "a whole number in every row")
        try:
            return np.asarray(column.cast(pa.int64()).to_numpy())
        except pa.ArrowInvalid as error:
            raise self._unreadable(error) from error

    def texts(self, name: str) -> list[str | None]:
        """Return a column of texts, equal ones as one object.

        Args:
            name: One of `TEXTS`.

        Returns:
            n texts; None for gaps.

        Raises:
            SkelshotError: It holds anything else.
        """
        return self._text(name, self._found.column(name))

    def names(self, name: str) -> list[str]:
        """Return a column of texts without gaps.

        Args:
            name: One of `TEXTS`.

        Returns:
            n texts.

        Raises:
            SkelshotError: It holds anything else, or a text is empty.
        """
        return self._all_there(name, self.texts(name))

    def exemplars(self) -> list[tuple[str, ...]]:
        """Return the names of each row's exemplars, equal rows as one object.

        Returns:
            n tuples.

        Raises:
            SkelshotError: The column holds neither lists of names nor JSON of such.
        """
        column, types = self._found.column(EXEMPLARS), pa.types
        if not (types.is_list(column.type) or types.is_large_list(column.type)):
            return list(self._named_in_json(self._text(EXEMPLARS, column)))
        if column.null_count:
            raise self._wrong_type(EXEMPLARS, column, "a list of names in every row")
        flat = self._all_there(EXEMPLARS, self._text(EXEMPLARS, pc.list_flatten(column)))
        ends = np.cumsum(pc.list_value_length(column).to_numpy(), dtype=np.int64).tolist()
        known: dict[tuple[str, ...], tuple[str, ...]] = {}
        lists = (tuple(flat[start:end]) for start, end in zip([0, *ends], ends, strict=False))
        return [known.setdefault(names, names) for names in lists]

    def scores(self) -> NDArray[np.float32]:
        """Return the scores of all classes.

        Returns:
            (n, classes) float32, NaN for gaps.

        Raises:
            SkelshotError: A column holds anything but numbers.
        """
        known = (pa.types.is_floating, pa.types.is_integer, pa.types.is_null)
        scores = np.full((len(self._found), len(self.classes)), np.nan, np.float32)
        for number, name in enumerate(self.classes):
            column = self._found.column(SCORE + name)
            if not any(is_known(column.type) for is_known in known):
                raise self._wrong_type(SCORE + name, column, "numbers")
            with np.errstate(over="ignore"):
                scores[:, number] = column.cast(pa.float64(), safe=False).to_numpy()
        return scores

    def _read_csv(self, content: bytes) -> pa.Table:
        numbers = dict.fromkeys(NUMBERS, pa.int64())
        texts = dict.fromkeys((*TEXTS, EXEMPLARS), pa.string())
        convert = pa.csv.ConvertOptions(
            column_types=numbers | texts,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )
        alone = pa.csv.ReadOptions(use_threads=False)  # then errors name the row
        table = pa.csv.read_csv(BytesIO(content), read_options=alone, convert_options=convert)
        self._check_size(len(table), table.column_names)
        return table

    def _read_parquet(self, content: bytes) -> pa.Table:
        file = pq.ParquetFile(BytesIO(content), pre_buffer=False)
        self._check_size(file.metadata.num_rows, file.schema_arrow.names)
        file.scan_contents()  # refuses chunks whose description, asked for below, ends the process
        leaves = [file.schema.column(number) for number in range(file.metadata.num_columns)]
        parts = [
            file.metadata.row_group(group).column(number)
            for group in range(file.metadata.num_row_groups)
            for number in range(len(leaves))
        ]
        for what, found, most in (
            ("bytes", sum(part.total_uncompressed_size for part in parts), MOST_BYTES),
            (
                "values in a column",
                max((part.num_values for part in parts), default=0),
                MOST_VALUES,
            ),
        ):
            if found > most:
                raise SkelshotError(f"{self._place}: holds {found} {what}, expected at most {most}")
        # A name that stands in a million rows is kept once.
        texts = [
            leaf.path
            for leaf in leaves
            if leaf.physical_type == "BYTE_ARRAY" and leaf.path.split(".")[0] in (*TEXTS, EXEMPLARS)
        ]
        again = pq.ParquetFile(BytesIO(content), metadata=file.metadata, read_dictionary=texts)
        return again.read(use_threads=False)

    def _check_size(self, rows: int, names: Sequence[str]) -> None:
        """Refuse too many cells, and columns that are missing, unknown or there twice."""
        if rows > MOST_QUERIES or rows * len(names) > MOST_VALUES:
            raise SkelshotError(
                f"{self._place}: found {rows} rows of {len(names)} columns, expected at most "
                f"{MOST_QUERIES} rows and {MOST_VALUES} cells; evaluate fewer splits at a time"
            )
        for name in COLUMNS:
            if name not in names:
                raise SkelshotError(
                    f"{self._place}: found no column {name}, expected {', '.join(COLUMNS)}"
                )
        for name in names:
            if name not in COLUMNS and not name.startswith(SCORE):
                raise SkelshotError(
                    f"{self._place}: found the unknown column {printable(name)!r}, expected "
                    f"{', '.join(COLUMNS)} and {SCORE}CLASS{did_you_mean(name, COLUMNS)}"
                )
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise SkelshotError(
                f"{self._place}: the column {printable(twice)!r} stands twice, expected once"
            )

    def _text(self, name: str, column: pa.ChunkedArray) -> list[str | None]:
        if pa.types.is_null(column.type):
            return [None] * len(column)
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            raise self._wrong_type(name, column, "text")
        texts: list[str | None] = []
        for chunk in column.chunks:
            encoded = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
            try:
                known = [*encoded.dictionary.to_pylist(), None]
            except ValueError as error:  # not UTF-8
                raise self._unreadable(error) from error
            texts += [known[-1 if at is None else at] for at in encoded.indices.to_pylist()]
        return texts

    def _named_in_json(self, texts: Iterable[str | None]) -> Iterator[tuple[str, ...]]:
        known: dict[str | None, tuple[str, ...]] = {}
        for text in texts:
            if text not in known:
                names = parse_json(text or "", f"{self._place}, {EXEMPLARS}")
                if type(names) is not list or any(type(name) is not str for name in names):
                    raise SkelshotError(
                        f"{self._place}, {EXEMPLARS}: found {printable(text or '')!r}, expected a "
                        "JSON list of names"
                    )
                known[text] = tuple(names)
            yield known[text]

    def _all_there(self, name: str, texts: list[str | None]) -> list[str]:
        """Refuse a column that lacks a text."""
        there = [text for text in texts if text]
        if len(there) < len(texts):
            row = next(row for row, text in enumerate(texts, 1) if not text)
            raise SkelshotError(f"{self._place}, row {row}, {name}: found nothing, expected a name")
        return there

    def _wrong_type(self, name: str, column: pa.ChunkedArray, expected: str) -> SkelshotError:
        gaps = f" with {column.null_count} empty" if column.null_count else ""
        return SkelshotError(
            f"{self._place}, {printable(name)}: found {column.type!s:.60}{gaps}, expected "
            f"{expected}"
        )

    def _unreadable(self, error: Exception) -> SkelshotError:
        reason = printable(next(iter(str(error).splitlines()), "damaged"), 200)
        return SkelshotError(
            f"{self._place}: not a table of queries ({reason}); write it anew with `skelshot "
            "evaluate --queries FILE`"
        )


def query_form(path: Path) -> str:
    """Tell the form of a table of queries from its file's ending.

    Args:
        path: The file.

    Returns:
        `.parquet` or `.csv`.

    Raises:
        SkelshotError: The ending is another.

    Example:
        >>> query_form(Path("Queries.CSV"))
        '.csv'
    """
    form = path.suffix.lower()
    if form not in (".parquet", ".csv"):
        raise SkelshotError(
            f"{path}: found the ending {form!r}, expected .parquet or .csv; name --queries so"
        )
    return form
