"""The comparison of methods: each trained and evaluated once, from one shared encoder."""

from pathlib import Path
from typing import Any

import pytest

from skelshot.experiments.method_sweep import MethodSweep, method_rows
from skelshot.fewshot import METHODS
from skelshot.ground import SkelshotError


def test_every_method_has_a_row_that_fits_it() -> None:
    rows = method_rows()
    assert sorted(rows) == sorted(method.name for method in METHODS.shipped)
    for method in METHODS.shipped:
        row = rows[method.name]
        made = method.from_options({})
        assert row.episodes or not made.has_weights
        assert (row.start == "none") == (method.reads == "clip")


def test_each_run_is_made_once_and_shared(commands: Any, tmp_path: Path) -> None:
    sweep = MethodSweep(tmp_path / "store", tmp_path, "nw-ucla", "cpu", jobs=1)
    rows = {name: method_rows()[name] for name in ("cosine", "feat", "sl-dml", "raw-nearest")}
    for _ in range(2):
        sweep.pretrain(rows, [0, 3])
        results = sweep.evaluate(rows, [0, 3])
    assert list(results) == list(rows)
    assert len(commands.of("pretrain")) == 2 * 3  # supervised, feat, sl-dml
    assert len(commands.of("evaluate")) == 4
    shared = str(tmp_path / "runs" / "supervised")
    starts = {
        words[words.index("--episodes") + 1]: "--from" in words and shared in words
        for words in commands.of("pretrain")
    }
    assert starts == {"none": False, "feat": True, "sl-dml": False}
    runs = {
        words[words.index("--method") + 1]: words[words.index("--run") + 1]
        for words in commands.of("evaluate")
        if "--run" in words
    }
    assert {name: Path(run).name for name, run in runs.items()} == {
        "cosine": "supervised",
        "feat": "feat",
        "sl-dml": "sl-dml",
    }


def test_seed_and_shots_reach_the_commands(commands: Any, tmp_path: Path) -> None:
    sweep = MethodSweep(tmp_path / "s", tmp_path, "ntu60-one-shot", "cpu", 1, (), (1,), seed=4)
    rows = {"cosine": method_rows()["cosine"]}
    sweep.pretrain(rows, [0])
    sweep.evaluate(rows, [0])
    (trained,), (tested,) = commands.of("pretrain"), commands.of("evaluate")
    assert trained[trained.index("--seed") + 1] == "4"
    first = tested.index("--shots")
    assert tested[first + 1 : first + 3] == ["1", "--split"]


def test_kept_results_of_other_shots_are_refused(commands: Any, tmp_path: Path) -> None:
    commands.document = lambda out: {"splits": [0], "accuracy": {"1": {}, "5": {}}}
    rows = {"cosine": method_rows()["cosine"]}
    five = MethodSweep(tmp_path / "s", tmp_path, "nw-ucla", "cpu", 1)
    assert list(five.evaluate(rows, [0])) == ["cosine"]
    with pytest.raises(SkelshotError, match=r"another shots \(found \[1, 5\], now asked for \[1\]"):
        MethodSweep(tmp_path / "s", tmp_path, "nw-ucla", "cpu", 1, shots=(1,))
    with pytest.raises(SkelshotError, match=r"found the splits \[0\], this call asks for \[0, 1\]"):
        five.evaluate(rows, [0, 1])
