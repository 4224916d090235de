"""Rows x splits: each run is made once, and evaluated by the methods its row names."""

from pathlib import Path
from typing import Any

from skelshot.experiments.rows import Row, read_rows
from skelshot.experiments.sweep import WAYS, Sweep, nw_ucla_rows
from skelshot.fewshot import METHODS, method_named


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
    results = sweep_in(tmp_path).evaluate(rows)
    assert set(results) == {f"{row}/{way}" for row in rows for way in WAYS} | {"raw-nearest/cosine"}
    for words in commands.of("evaluate"):
        strict = words[words.index("--out") + 1].endswith("--cross-subject.json")
        expected = "nw-ucla-cross-subject" if strict else "nw-ucla"
        assert words[words.index("--protocol") + 1] == expected
