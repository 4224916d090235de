"""Tables of queries: what is written is read, what is wrong is refused in one line."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skelshot.evaluation import query_columns, query_table
from skelshot.evaluation.query_table import (
    QueryTable,
    check_query_path,
    read_queries,
    write_queries,
)
from skelshot.ground import SkelshotError

NAN = np.nan


def small() -> QueryTable:
    return QueryTable(
        shots=np.array([1, 1, 1, 5]),
        splits=np.array([0, 0, 1, 0]),
        draws=np.array([0, 0, 2, 0]),
        clips=["a", "b", "a", 'c,"d"'],
        true=["wave", None, "bow, deep", "größe"],
        predicted=["wave", "wave", "größe", "größe"],
        exemplars=[("e", "f"), ("e", "f"), ("g",), ("h, i", '"')],
        classes=("wave", "bow, deep", "größe"),
        scores=np.array(
            [[0.1, 0.2, NAN], [1 / 3, -1e-30, NAN], [NAN, 1, 2], [3, 4, 1e30]], np.float32
        ),
    )


def columns() -> dict[str, list[Any]]:
    """Two rows as another program may write them."""
    return {
        "shots": [1, 1],
        "split": [0, 0],
        "draw": [0, 0],
        "clip": ["a", "b"],
        "true": ["wave", None],
        "predicted": ["wave", "bow"],
        "exemplars": [["e"], ["e"]],
        "score:wave": [0.5, 0.25],
        "score:bow": [0.25, 0.5],
    }


@pytest.mark.parametrize("name", ["queries.parquet", "queries.csv", "QUERIES.CSV"])
def test_what_is_written_is_read(tmp_path: Path, name: str) -> None:
    wrote = small()
    write_queries(tmp_path / name, wrote)
    read = read_queries(tmp_path / name)
    for numbers in ("shots", "splits", "draws", "scores"):
        np.testing.assert_array_equal(getattr(read, numbers), getattr(wrote, numbers))
    for texts in ("clips", "true", "predicted", "exemplars"):
        assert list(getattr(read, texts)) == list(getattr(wrote, texts))
    assert read.classes == wrote.classes
    assert read.scores.dtype == np.float32
    np.testing.assert_array_equal(read.hits, [1, NAN, 0, 1])
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_other_programs_read_the_csv(tmp_path: Path) -> None:
    write_queries(tmp_path / "queries.csv", small())
    with (tmp_path / "queries.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert rows[1]["true"] == ""
    assert rows[0]["score:größe"] == ""
    assert rows[3]["clip"] == 'c,"d"'
    assert rows[3]["exemplars"] == '["h, i", "\\""]'
    assert np.float32(rows[1]["score:wave"]) == np.float32(1 / 3)


@pytest.mark.parametrize(
    "change",
    [
        {"shots": pa.array([1, 1], pa.int8())},
        {"clip": pa.array(["a", "b"]).dictionary_encode()},
        {"clip": pa.array(["a", "b"], pa.large_string())},
        {"exemplars": pa.array([["e"], ["e"]], pa.large_list(pa.large_string()))},
        {"exemplars": pa.array(['["e"]', '["e"]'])},
        {"score:wave": pa.array([1, 0], pa.int32())},
        {"score:bow": pa.array([0.25, 0.5], pa.float16())},
    ],
    ids=lambda change: f"{next(iter(change))} {next(iter(change.values())).type}",
)
def test_types_of_other_programs_are_read(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "queries.parquet"
    shuffled = dict(reversed((columns() | change).items()))
    pq.write_table(pa.table(shuffled), path)
    read = read_queries(path)
    assert list(read.clips) == ["a", "b"]
    assert read.exemplars == [("e",), ("e",)]
    assert read.shots.dtype == np.int64
    assert read.hits[0] == 1


def test_a_table_without_any_known_class_is_read(tmp_path: Path) -> None:
    pq.write_table(pa.table(columns() | {"true": pa.nulls(2)}), tmp_path / "queries.parquet")
    assert np.isnan(read_queries(tmp_path / "queries.parquet").hits).all()


HOSTILE: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "no clip": (lambda: {**columns(), "clip": ["a", None]}, "row 2, clip: found nothing"),
    "empty answer": (lambda: {**columns(), "predicted": ["", "bow"]}, "row 1, predicted"),
    "clips are numbers": (lambda: {**columns(), "clip": [1, 2]}, "clip: found int64, expected"),
    "shots are texts": (lambda: {**columns(), "shots": ["1", "1"]}, "shots: found string"),
    "shots are gaps": (
        lambda: {**columns(), "shots": [1, None]},
        "shots: found int64 with 1 empty",
    ),
    "zero shots": (lambda: {**columns(), "shots": [0, 1]}, "shots: found .* from 0, expected"),
    "split below 0": (lambda: {**columns(), "split": [-1, 1]}, "split: found .* from -1"),
    "beyond 64 bits": (
        lambda: {**columns(), "split": pa.array([2**64 - 1, 0], pa.uint64())},
        "not a table of queries",
    ),
    "scores are truths": (
        lambda: {**columns(), "score:bow": [True, False]},
        "score:bow: found bool, expected numbers",
    ),
    "no such class": (
        lambda: {**columns(), "predicted": ["wve", "bow"]},
        "row 1, a: found the class 'wve' without a score.*did you mean 'wave'",
    ),
    "class not in the task": (
        lambda: {**columns(), "score:bow": [0.5, None]},
        "row 2, b: found the class 'bow' without a score",
    ),
    "true class not in the task": (
        lambda: {**columns(), "true": ["bow", None], "score:bow": [NAN, 0.5]},
        "row 1, a: found the class 'bow' without a score",
    ),
    "twice": (lambda: {**columns(), "clip": ["a", "a"]}, "row 2, a: stands twice"),
    "exemplars are numbers": (
        lambda: {**columns(), "exemplars": [[1], [2]]},
        "exemplars: found int64, expected text",
    ),
    "an exemplar without name": (
        lambda: {**columns(), "exemplars": [["e"], [None]]},
        "row 2, exemplars: found nothing",
    ),
    "exemplars in other notation": (
        lambda: {**columns(), "exemplars": ["e", "e"]},
        "exemplars.*: not valid JSON",
    ),
    "exemplars are no list": (
        lambda: {**columns(), "exemplars": ['{"e": 1}', "[]"]},
        "expected a JSON list of names",
    ),
    "another column": (
        lambda: {**columns(), "shot": [1, 1]},
        "found the unknown column 'shot'.*did you mean 'shots'",
    ),
    "no queries": (
        lambda: {name: pa.array([], pa.array(entry).type) for name, entry in columns().items()},
        "found no query",
    ),
    "no scores": (
        lambda: {name: entry for name, entry in columns().items() if "score" not in name},
        "without a score",
    ),
    **{
        f"no column {name}": (
            lambda name=name: {key: entry for key, entry in columns().items() if key != name},
            f"found no column {name}",
        )
        for name in query_columns.COLUMNS
    },
}


@pytest.mark.parametrize("case", HOSTILE)
def test_wrong_tables_are_refused_in_one_line(tmp_path: Path, case: str) -> None:
    make, reason = HOSTILE[case]
    path = tmp_path / "queries.parquet"
    pq.write_table(pa.table(make()), path)
    with pytest.raises(SkelshotError, match=reason) as told:
        read_queries(path)
    assert str(told.value).startswith(str(path))
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 600 + len(str(path))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a table of queries"),
        ("\0\1\2", "not a table of queries"),
        ("a;b\n1;2\n", "found no column shots"),
        ("x" * 2_000_000, "not a table of queries"),
        ("{head}\n1,0,0,a,wave,wave,[],1,0,7\n", "Expected 9 columns, got 10"),
        ("{head}\none,0,0,a,wave,wave,[],1,0\n", "invalid value 'one'"),
        ("{head}\n1,0,0,a,wave,wave,[],much,0\n", "score:wave: found string, expected numbers"),
        ("{head},score:wave\n1,0,0,a,wave,wave,[],1,0,1\n", "'score:wave' stands twice"),
        ("{head}\n1,0,0,,wave,wave,[],1,0\n", "row 1, clip: found nothing"),
        ('{head}\n1,0,0,"a,wave,wave,[],1,0\n', "not a table of queries|found"),
        ("{head}\n1,0,0,a,wave,wave,[[[[,1,0\n", "exemplars.*: not valid JSON"),
        ("{head}\n1,0,0,a,wave,wave,,1,0\n", "exemplars.*: not valid JSON"),
    ],
)
def test_wrong_csv_files_are_refused_in_one_line(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "queries.csv"
    path.write_text(text.replace("{head}", ",".join(columns())), encoding="utf-8")
    with pytest.raises(SkelshotError, match=reason) as told:
        read_queries(path)
    assert str(told.value).startswith(str(path))
    assert len(str(told.value)) < 600 + len(str(path))


def test_bytes_that_are_no_table_are_refused(tmp_path: Path) -> None:
    good = tmp_path / "good.parquet"
    write_queries(good, small())
    whole = good.read_bytes()
    damaged = [whole[:-9], whole[: len(whole) // 2], b"PAR1" * 8, b"\xff" * 100]
    damaged += [whole[:place] + b"\xff\xff\xff" + whole[place + 3 :] for place in (4, 60, 700)]
    path = tmp_path / "queries.parquet"
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(SkelshotError) as told:
            read_queries(path)
        assert str(told.value).startswith(str(path))
    with pytest.raises(SkelshotError, match="cannot be read"):
        read_queries(tmp_path / "absent.parquet")
    (tmp_path / "latin.csv").write_bytes(",".join(columns()).encode() + b"\n1,0,0,\xe9,\xe9,")
    with pytest.raises(SkelshotError, match=r"latin\.csv: not a table of queries"):
        read_queries(tmp_path / "latin.csv")


def mutant(good: bytes, rng: np.random.Generator) -> bytes:
    """Change, drop, double or overwrite bytes at some places."""
    data = bytearray(good)
    for _ in range(rng.integers(1, 4)):
        at, kind, value = int(rng.integers(len(data))), rng.integers(5), int(rng.integers(256))
        match kind:
            case 0:
                data[at : at + 1] = bytes([value])
            case 1:
                del data[at : at + value]
            case 2:
                data[at:at] = data[max(0, at - value) : at]
            case 3:
                data[at : at + 4] = bytes([value]) * 4
            case _:
                data[at : at + 8] = rng.bytes(8)
    return bytes(data)


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_damaged_bytes_are_read_or_refused_in_one_line(tmp_path: Path, form: str) -> None:
    write_queries(tmp_path / f"good.{form}", small())
    good, path = (tmp_path / f"good.{form}").read_bytes(), tmp_path / f"mutant.{form}"
    rng, refused = np.random.default_rng(5), 0
    for _ in range(400):
        path.write_bytes(mutant(good, rng))
        try:
            read_queries(path)
        except SkelshotError as error:
            refused += 1
            told = str(error)
            assert told.isprintable(), told
            assert len(told) < 1500, told
    assert refused > 200


@pytest.mark.parametrize(
    ("bound", "reason"),
    [("MOST_QUERIES", "found 4 rows"), ("MOST_VALUES", "of 10 columns"), ("MOST_BYTES", "bytes")],
)
@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_large_tables_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, reason: str, form: str
) -> None:
    path = tmp_path / f"queries.{form}"
    write_queries(path, small())
    monkeypatch.setattr(query_columns, bound, 3)
    with pytest.raises(SkelshotError, match=reason):
        read_queries(path)


def test_a_small_file_of_many_names_takes_little_room(tmp_path: Path) -> None:
    """A row of a long name may stand a hundred thousand times in a few kilobytes."""
    path, rows, name = tmp_path / "queries.parquet", 100_000, "x" * 100_000
    table = {key: [entry[0]] * rows for key, entry in columns().items()}
    table |= {"split": list(range(rows)), "clip": [name] * 2 + ["a"] * (rows - 2)}
    arrow = pa.table(table)
    clips = pa.DictionaryArray.from_arrays(pa.array([0] * rows), pa.array([name]))
    pq.write_table(arrow.set_column(3, "clip", clips), path)
    assert path.stat().st_size < 2 << 20
    read = read_queries(path)  # as texts of their own these would be 10 GB
    assert read.clips[0] is read.clips[-1]
    assert read.exemplars[0] is read.exemplars[-1]


def test_a_row_of_more_names_than_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, names = tmp_path / "queries.parquet", 1_000_000
    once = pa.DictionaryArray.from_arrays(pa.array(np.zeros(names, np.int32)), pa.array(["e"]))
    lists = pa.ListArray.from_arrays(pa.array([0, names], pa.int32()), once)
    table = {name: entry[:1] for name, entry in columns().items()} | {"exemplars": lists}
    pq.write_table(pa.table(table), path)
    assert path.stat().st_size < 10_000
    assert len(read_queries(path).exemplars[0]) == names
    monkeypatch.setattr(query_columns, "MOST_VALUES", names - 1)
    with pytest.raises(SkelshotError, match="holds 1000000 values in a column, expected at most"):
        read_queries(path)


def test_a_file_in_the_way_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "queries.csv"
    path.write_text("mine")
    with pytest.raises(SkelshotError, match="found a file, expected none: name another --queries"):
        write_queries(path, small())
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("queries.json", "found the ending '.json', expected .parquet or .csv"),
        ("queries", "found the ending ''"),
        ("absent/queries.csv", "found no folder"),
        ("folder.csv", "found a folder"),
    ],
)
def test_places_where_no_table_can_stand_are_refused(
    tmp_path: Path, name: str, reason: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(SkelshotError, match=reason):
        check_query_path(tmp_path / name)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"classes": ("wave", "wave", "größe")}, "the class 'wave' stands twice"),
        ({"scores": np.zeros((4, 2), np.float32)}, r"found scores \(4, 2\), expected \(4, 3\)"),
        ({"scores": np.full((4, 3), NAN, np.float32)}, "'wave' without a score"),
        ({"splits": np.zeros(3, np.int64)}, "split: found"),
        ({"clips": ["a", "a", "a", "c"]}, "row 2, a: stands twice"),
    ],
)
def test_nothing_is_written_that_could_not_be_read(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    with pytest.raises(SkelshotError, match=reason):
        write_queries(tmp_path / "queries.csv", replace(small(), **change))
    assert not list(tmp_path.iterdir())


def test_a_file_that_would_be_too_large_to_read_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_table, "MOST_BYTES", 100)
    with pytest.raises(SkelshotError, match=r"expected at most 100; write \.parquet"):
        write_queries(tmp_path / "queries.csv", small())
    assert not list(tmp_path.iterdir())
