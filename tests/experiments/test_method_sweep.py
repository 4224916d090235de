"""The comparison of methods: each trained and evaluated once, from one shared encoder."""

import json
from pathlib import Path

import pytest

from skelshot.experiments import method_sweep
from skelshot.experiments.method_sweep import MethodSweep, method_rows
from skelshot.fewshot import METHODS
from skelshot.pretraining.runs import split_folder


class Calls:
    """Stands in for the commands: notes the words, and writes what each would write."""

    def __init__(self) -> None:
        self.words: list[list[str]] = []

    def __call__(self, *words: object) -> None:
        texts = [str(word) for word in words]
        self.words.append(texts)
        out = Path(texts[texts.index("--out") + 1])
        if texts[0] == "pretrain":
            split = int(texts[texts.index("--split") + 1])
            out = split_folder(out, split) / "result.json"
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps({"method": texts[-1]}))

    def of(self, command: str) -> list[list[str]]:
        return [words for words in self.words if words[0] == command]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    calls = Calls()
    monkeypatch.setattr(method_sweep, "call", calls)
    return calls


def test_every_method_has_a_row_that_fits_it() -> None:
    rows = method_rows()
    assert sorted(rows) == sorted(method.name for method in METHODS)
    for method in METHODS:
        row = rows[method.name]
        made = method.from_options({})
        assert row.episodes or not made.has_weights
        assert (row.start == "none") == (method.reads == "clip")


def test_each_run_is_made_once_and_shared(calls: Calls, tmp_path: Path) -> None:
    sweep = MethodSweep(tmp_path / "store", tmp_path, "nw-ucla", "cpu", jobs=1)
    rows = {name: method_rows()[name] for name in ("cosine", "feat", "sl-dml", "raw-nearest")}
    for _ in range(2):
        sweep.pretrain(rows, [0, 3])
        results = sweep.evaluate(rows, [0, 3])
    assert list(results) == list(rows)
    assert len(calls.of("pretrain")) == 2 * 3  # supervised, feat, sl-dml
    assert len(calls.of("evaluate")) == 4
    shared = str(tmp_path / "runs" / "supervised")
    starts = {
        words[words.index("--episodes") + 1]: "--from" in words and shared in words
        for words in calls.of("pretrain")
    }
    assert starts == {"none": False, "feat": True, "sl-dml": False}
    runs = {
        words[words.index("--method") + 1]: words[words.index("--run") + 1]
        for words in calls.of("evaluate")
        if "--run" in words
    }
    assert {name: Path(run).name for name, run in runs.items()} == {
        "cosine": "supervised",
        "feat": "feat",
        "sl-dml": "sl-dml",
    }


def test_seed_and_shots_reach_the_commands(calls: Calls, tmp_path: Path) -> None:
    sweep = MethodSweep(tmp_path / "s", tmp_path, "ntu60-one-shot", "cpu", 1, (), (1,), seed=4)
    rows = {"cosine": method_rows()["cosine"]}
    sweep.pretrain(rows, [0])
    sweep.evaluate(rows, [0])
    (trained,), (tested,) = calls.of("pretrain"), calls.of("evaluate")
    assert trained[trained.index("--seed") + 1] == "4"
    first = tested.index("--shots")
    assert tested[first + 1 : first + 3] == ["1", "--split"]
