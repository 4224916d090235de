"""Rows x splits: each run is made once, and evaluated by the methods its row names."""

from pathlib import Path
from typing import Any

import pytest

from skelshot.experiments.rows import Row, read_rows
from skelshot.experiments.sweep import WAYS, Sweep, nw_ucla_rows
from skelshot.fewshot import METHODS, method_named
from skelshot.ground import SkelshotError


def sweep_in(folder: Path) -> Sweep:
    return Sweep(folder / "store", folder, "nw-ucla", "cpu", jobs=1)


def test_rows_of_strategies_evaluate_by_methods_that_they_have_weights_for() -> None:
    rows = read_rows("strategy_rows.yaml", Row)
    names = {method.name for method in METHODS.shipped}
    for row in rows.values():
        assert row.methods
        assert set(row.methods) <= names
        trained = {name for name in row.methods if method_named(name).from_options({}).has_weights}
        assert trained <= {row.episodes}
    for strategy in ("byol", "aimclr"):
        alone, meta = rows[strategy], rows[f"{strategy}-meta"]
        assert (alone.episodes, meta.episodes) == ("none", "cosine")
        assert alone.strategy == meta.strategy == strategy


def test_every_run_and_result_is_made_once(commands: Any, tmp_path: Path) -> None:
    rows = read_rows("strategy_rows.yaml", Row)
    for _ in range(2):
        sweep = sweep_in(tmp_path)
        sweep.pretrain(rows, [0, 3])
        results = sweep.evaluate_methods(rows, [0, 3])
    assert len(commands.of("pretrain")) == 2 * len(rows)
    assert len(results) == sum(len(row.methods) for row in rows.values())
    assert results["transfer/soft-dtw"] == {"name": "transfer--soft-dtw"}
    for words in commands.of("evaluate"):
        first = words.index("--split")
        assert words[first + 1 : first + 3] == ["0", "3"]


def test_every_row_is_evaluated_in_every_way(commands: Any, tmp_path: Path) -> None:
    rows = list(nw_ucla_rows())
    results = sweep_in(tmp_path).evaluate(rows, [0, 3])
    assert set(results) == {f"{row}/{way}" for row in rows for way in WAYS} | {"raw-nearest/cosine"}
    for words in commands.of("evaluate"):
        assert words[words.index("--split") + 1 :][:2] == ["0", "3"]
        strict = words[words.index("--out") + 1].endswith("--cross-subject.json")
        expected = "nw-ucla-cross-subject" if strict else "nw-ucla"
        assert words[words.index("--protocol") + 1] == expected


def test_kept_results_of_other_splits_are_refused(commands: Any, tmp_path: Path) -> None:
    commands.document = lambda out: {"splits": [0, 3], "accuracy": {"1": {}, "5": {}}}
    rows = {"supervised": read_rows("strategy_rows.yaml", Row)["supervised"]}
    sweep = sweep_in(tmp_path)
    assert sweep.evaluate_methods(rows, [0, 3])
    before = len(commands.words)
    for again in (lambda: sweep.evaluate_methods(rows, [0, 1]), lambda: sweep.evaluate([], [3])):
        with pytest.raises(SkelshotError, match=r"found the splits \[0, 3\], this call asks for"):
            again()
    assert len(commands.words) == before + 1  # raw-nearest, which was not there
