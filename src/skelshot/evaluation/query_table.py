"""The table of queries: what an evaluation answered for every single clip."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from skelshot.evaluation.query_columns import (
    EXEMPLARS,
    MOST_BYTES,
    NUMBERS,
    SCORE,
    TEXTS,
    QueryColumns,
    query_form,
)
from skelshot.ground import SkelshotError
from skelshot.ground.files import check_writable, whole_file
from skelshot.ground.printable import printable
from skelshot.ground.regular import check_regular
from skelshot.ground.suggestions import did_you_mean


@dataclass(frozen=True, eq=False)
class QueryTable:
    """Every query of an evaluation, n rows, with its task, its answer and its scores.

    Args:
        shots: Exemplars a class of the query's task, (n,) int64, from 1.
        splits: Number of its split, (n,) int64.
        draws: Number of its draw within the split, (n,) int64.
        clips: Its name, n of them.
        true: Its class; None where that is not known.
        predicted: The class that was answered.
        exemplars: Names of the exemplars of its task.
        classes: Names of the classes, in the order of the scores.
        scores: (n, classes) float32, larger for likelier; NaN where a class is not in the task.
    """

    shots: NDArray[np.int64]
    splits: NDArray[np.int64]
    draws: NDArray[np.int64]
    clips: Sequence[str]
    true: Sequence[str | None]
    predicted: Sequence[str]
    exemplars: Sequence[Sequence[str]]
    classes: tuple[str, ...]
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def hits(self) -> NDArray[np.float64]:
        """1 for a query that was recognised, 0 for one that was not, NaN without its class."""
        pairs = zip(self.true, self.predicted, strict=True)
        return np.array([np.nan if true is None else true == said for true, said in pairs], float)


def check_query_path(path: Path) -> None:
    """Refuse a place where no table of queries can be written, before any work is done.

    Args:
        path: Where the table is to stand.

    Raises:
        SkelshotError: The ending is neither `.parquet` nor `.csv`, something stands there, or the
            folder does not, or nothing can be written in it.

    Example:
        >>> check_query_path(Path("queries.json"))
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: queries.json: found the ending '.json', expected
        .parquet or .csv; name --queries so
    """
    query_form(path)
    check_regular(path)
    if path.exists():
        raise SkelshotError(
            f"{path}: found a file, expected none: name another --queries, or delete it"
        )
    if not path.parent.is_dir():
        raise SkelshotError(
            f"{path}: found no folder {path.parent}, expected it; make it, or name another "
            "--queries"
        )
    check_writable(path.parent, "--queries")


def write_queries(path: Path, table: QueryTable) -> None:
    """Write a table of queries as Parquet or CSV, whole or not at all.

    Args:
        path: The file; its ending tells which.
        table: The queries.

    Raises:
        SkelshotError: As for `check_query_path`, or the table is not one that `read_queries`
            would take.

    Example:
        >>> import tempfile
        >>> one, path = np.ones(1, np.int64), Path(tempfile.mkdtemp()) / "queries.csv"
        >>> scores = np.array([[0.75, 0.25]], np.float32)
        >>> wave = QueryTable(
        ...     one, one, one, ["a"], ["wave"], ["bow"], [["b", "c"]], ("bow", "wave"), scores
        ... )
        >>> write_queries(path, wave)
        >>> read_queries(path).hits.tolist()
        [0.0]
    """
    check_query_path(path)
    _check(table, str(path))
    as_csv = query_form(path) == ".csv"
    write: Callable[[pa.Table, Path], None] = pa.csv.write_csv if as_csv else pq.write_table
    with whole_file(path) as partial:
        write(_as_arrow(table, as_csv), partial)
        if (size := partial.stat().st_size) > MOST_BYTES:
            raise SkelshotError(
                f"{path}: found {size} bytes to write, expected at most {MOST_BYTES}; write "
                ".parquet, or fewer splits"
            )


def _as_arrow(table: QueryTable, as_csv: bool) -> pa.Table:
    """Make columns; exemplars are lists, in CSV files JSON; NaN is null."""
    numbers = zip(NUMBERS, (table.shots, table.splits, table.draws), strict=True)
    texts = zip(TEXTS, (table.clips, table.true, table.predicted), strict=True)
    scores = zip(table.classes, table.scores.T, strict=True)
    columns: dict[str, Any] = {name: pa.array(column, pa.int64()) for name, column in numbers}
    columns |= {name: pa.array(column, pa.string()) for name, column in texts}
    places: dict[tuple[str, ...], int] = {}  # the many queries of a task share their exemplars
    rows = pa.array([places.setdefault(tuple(names), len(places)) for names in table.exemplars])
    if as_csv:
        written = pa.array([json.dumps(names, ensure_ascii=False) for names in places], pa.string())
    else:
        written = pa.array([list(names) for names in places], pa.list_(pa.string()))
    columns[EXEMPLARS] = written.take(rows)
    for name, column in scores:
        columns[SCORE + name] = pa.array(column, pa.float32(), from_pandas=True)
    return pa.table(columns)


def read_queries(path: Path) -> QueryTable:
    """Read a table of queries.

    Args:
        path: A `.parquet` or `.csv` file as `write_queries` makes them. Columns may stand in any
            order, numbers have any width.

    Returns:
        The queries.

    Raises:
        SkelshotError: It cannot be read or is too large, a column is missing, unknown or of
            another type, a row lacks its clip or answer, names a class without a score, or
            stands twice.
    """
    found = QueryColumns(path)
    shots, splits, draws = map(found.numbers, NUMBERS)
    clips, predicted = found.names("clip"), found.names("predicted")
    true, exemplars = found.texts("true"), found.exemplars()
    table = QueryTable(
        shots, splits, draws, clips, true, predicted, exemplars, found.classes, found.scores()
    )
    _check(table, str(path))
    return table


def _check(table: QueryTable, place: str) -> None:
    """Refuse rows that do not go together."""
    n, classes = len(table), table.classes
    if n == 0:
        raise SkelshotError(f"{place}: found no query, expected at least one")
    if table.scores.shape != (n, len(classes)):
        raise SkelshotError(
            f"{place}: found scores {table.scores.shape}, expected {(n, len(classes))}"
        )
    if len(set(classes)) < len(classes):
        twice = next(name for name in classes if classes.count(name) > 1)
        raise SkelshotError(f"{place}: the class {printable(twice)!r} stands twice, expected once")
    for name, numbers, least in (
        ("shots", table.shots, 1),
        ("split", table.splits, 0),
        ("draw", table.draws, 0),
    ):
        if numbers.shape != (n,) or numbers.min() < least:
            raise SkelshotError(
                f"{place}, {name}: found {numbers.shape} numbers from {numbers.min()}, expected "
                f"({n},) from {least}"
            )
    _check_rows(table, place)


def _check_rows(table: QueryTable, place: str) -> None:
    """Refuse a class without a score, and a clip that stands twice in a task."""
    column = {name: number for number, name in enumerate(table.classes)}
    seen: set[tuple[int, int, int, str]] = set()
    numbers = (table.shots.tolist(), table.splits.tolist(), table.draws.tolist())
    keys = zip(*numbers, table.clips, strict=True)
    scored = ~np.isnan(table.scores)
    for row, (key, *named) in enumerate(zip(keys, table.true, table.predicted, strict=True)):
        for name in named:
            if name is not None and not (name in column and scored[row, column[name]]):
                raise SkelshotError(
                    f"{_where(place, row, key[-1])}: found the class {printable(name)!r} without "
                    f"a score, expected one in {SCORE}{printable(name)}"
                    f"{did_you_mean(name, table.classes)}"
                )
        if key in seen:
            raise SkelshotError(
                f"{_where(place, row, key[-1])}: stands twice in the same task, expected it once"
            )
        seen.add(key)


def _where(place: str, row: int, clip: str) -> str:
    return f"{place}, row {row + 1}, {printable(clip)}"
