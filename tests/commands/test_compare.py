"""`skelshot compare`: results and tables of queries, in every form, and what it refuses."""

import json
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import skelshot as sk
from skelshot.datasets.store import Store
from skelshot.evaluation.query_table import QueryTable, read_queries, write_queries

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def results(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two methods on three splits, without an encoder."""
    folder = tmp_path_factory.mktemp("results")
    paths = folder / "raw.json", folder / "again.json"
    for path, shots in zip(paths, ([1, 5], [1]), strict=True):
        sk.evaluate(
            toy_store, protocol="toy", method="raw-nearest", preset="smoke", splits=[0, 1, 2],
            shots=shots, out=path,
        )  # fmt: skip
    document = json.loads(paths[1].read_text())
    document["accuracy"]["1"]["per_split"] = [0.1, 0.3, 0.2]
    paths[1].write_text(json.dumps(document))
    return paths


def tables(folder: Path, store: Store) -> list[Path]:
    clips = [clip.name for clip in store.clips]
    n, paths = len(clips), []
    for number in (0, 1):
        predicted = [("wave", "bow")[(at % 5 < 2) if number else at % 2] for at in range(n)]
        table = QueryTable(
            *(np.ones(n, np.int64) for _ in range(3)), clips, ["wave"] * n, predicted,
            [("x",)] * n, ("wave", "bow"), np.zeros((n, 2), np.float32),
        )  # fmt: skip
        paths.append(folder / f"{number}.{('csv', 'parquet')[number]}")
        write_queries(paths[-1], table)
    return paths


def test_results_are_compared(run: Run, results: tuple[Path, Path]) -> None:
    document = run("compare", *results, "--shots", 1, "--json").json
    assert {"rows", "difference", "ci95"} <= document.keys()
    (row,) = document["rows"]
    assert (row["baseline"], row["name"], row["over"], row["n"]) == ("raw", "again", "splits", 3)
    assert document["difference"] == row["difference"] == row["mean"] - row["baseline_mean"]
    text = run("compare", *results, "--shots", 1, "--names", "old", "new").out
    assert "new vs old" in text
    assert "over splits" in text


def test_tables_of_queries_are_compared_over_performers(
    run: Run, toy_store: Store, tmp_path: Path
) -> None:
    paths = tables(tmp_path, toy_store)
    alone = run("compare", *paths, "--json").json
    assert alone["rows"][0]["over"] == "queries"
    people = run("compare", *paths, "--store", toy_store.path, "--json").json
    assert (people["rows"][0]["over"], people["rows"][0]["n"]) == ("performers", 4)
    assert people["difference"] == alone["difference"]
    from_python = sk_compare(*paths)
    assert from_python["difference"] == alone["difference"]


def test_a_store_that_changes_nothing_is_noted(run: Run, toy_store: Store, tmp_path: Path) -> None:
    one_task = [read_queries(path) for path in tables(tmp_path, toy_store)]
    draws = np.arange(len(one_task[0])) % 3
    several = [replace(table, draws=draws) for table in one_task]
    nobody = copy(toy_store)
    nobody.clips = [replace(clip, subject=None) for clip in toy_store.clips]  # type: ignore[misc]
    told = "2, 1-shot: --store changes nothing, "
    for of, store, why in (
        (several, toy_store, "its tasks are several"),
        (one_task, nobody, "a performer is not known"),
    ):
        found = sk_compare(*of, store=store)
        assert found["notes"][-1] == told + why
        assert {**found, "notes": found["notes"][:-1]} == sk_compare(*of)
    assert not any(told in note for note in sk_compare(*one_task, store=toy_store)["notes"])
    paths = [tmp_path / f"several{place}.csv" for place in (0, 1)]
    for path, table in zip(paths, several, strict=True):
        write_queries(path, table)
    assert "--store changes nothing" in run("compare", *paths, "--store", toy_store.path).out


def sk_compare(*evaluations: Any, **options: Any) -> dict[str, Any]:
    from skelshot.reports import compare

    return compare(*evaluations, **options)


def test_python_takes_documents_and_tables(results: tuple[Path, Path]) -> None:
    first, second = (json.loads(path.read_text()) for path in results)
    document = sk_compare(first, second, shots=[1])
    assert (document["rows"][0]["baseline"], document["rows"][0]["name"]) == ("1", "2")


@pytest.mark.parametrize(
    ("name", "words", "begins"),
    [
        ("table.md", (), "| shots |"),
        ("table.tex", (), "\\begin{tabular}"),
        ("table.csv", (), "baseline,name,shots"),
        ("table.txt", (), "shots  compared"),
        ("table.txt", ("--format", "markdown"), "| shots |"),
    ],
)
def test_the_table_goes_to_a_file(
    run: Run, results: tuple[Path, Path], tmp_path: Path, name: str, words: Any, begins: str
) -> None:
    answer = run("compare", *results, "--shots", 1, "--out", tmp_path / name, *words)
    assert answer.code == 0
    assert (tmp_path / name).read_text() == answer.out
    assert answer.out.startswith(begins)


def test_what_is_no_pair_is_one_line(
    run: Run, results: tuple[Path, Path], toy_store: Store, tmp_path: Path
) -> None:
    first, second = results
    document = json.loads(second.read_text())
    other = tmp_path / "other.json"
    other.write_text(json.dumps(document | {"splits": [7, 8, 9]}))
    (tmp_path / "text.json").write_text("[]")
    table, _ = tables(tmp_path, toy_store)
    wrong: dict[str, tuple[object, ...]] = {
        "other.json, splits: found [7, 8, 9], expected [0, 1, 2]": (first, other),
        "shots: found [1], expected [1, 5]": (first, second),
        "expected two or more": (first,),
        "given twice": (first, first),
        "found list, expected a JSON mapping": (first, tmp_path / "text.json"),
        "cannot be read": (first, tmp_path / "absent.json"),
        "found a table of queries, expected a result": (first, table, "--shots", 1),
        "--names: found one, expected 2": (first, second, "--names", "one"),
        "--names: found a, a, expected 2": (first, second, "--names", "a", "a"),
        "--store: ": (first, second, "--store", toy_store.path),
        "is what is compared": (first, second, "--shots", 1, "--out", second),
        "invalid choice: 'word'": (first, second, "--format", "word"),
        "a folder": (first, second, "--shots", 1, "--out", tmp_path),
    }
    for reason, words in wrong.items():
        answer = run("compare", *words)
        assert answer.code == 2, words
        assert reason in answer.err
        assert answer.err.count("\n") == 1
        assert answer.out == ""
    assert json.loads(second.read_text()) == document
