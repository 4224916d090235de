"""The comparison of teachers: every row with every seed, once, and paired over seeds."""

import json
from pathlib import Path
from typing import Any

import pytest

from skelshot.experiments import teacher_sweep
from skelshot.experiments.tables import difference_table
from skelshot.experiments.teacher_sweep import CLASSIFIERS, TeacherSweep, teacher_rows
from skelshot.pretraining.runs import split_folder


class Calls:
    """Stands in for the commands: notes the words, and writes what each would write."""

    def __init__(self) -> None:
        self.words: list[list[str]] = []

    def __call__(self, *words: object) -> None:
        texts = [str(word) for word in words]
        self.words.append(texts)
        if texts[0] == "teach":
            out = Path(texts[texts.index("--out") + 1])
            out.mkdir(parents=True)
            (out / "features.json").touch()
        if texts[0] == "pretrain":
            result = split_folder(Path(texts[texts.index("--out") + 1]), 0) / "result.json"
            result.parent.mkdir(parents=True)
            result.write_text("{}")
        if texts[0] == "evaluate":
            out = Path(texts[texts.index("--out") + 1])
            out.parent.mkdir(parents=True, exist_ok=True)
            seed = int(out.stem.split("seed")[1][0])
            mean = 0.5 + 0.1 * seed + 0.2 * out.stem.startswith("f_t+f_v")
            out.write_text(json.dumps({"accuracy": {"1": {"mean": mean, "queries": 7}}}))

    def of(self, command: str) -> list[list[str]]:
        return [words for words in self.words if words[0] == command]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    calls = Calls()
    monkeypatch.setattr(teacher_sweep, "call", calls)
    return calls


@pytest.fixture
def sweep(tmp_path: Path) -> TeacherSweep:
    return TeacherSweep(
        store=tmp_path / "store",
        out=tmp_path,
        protocol="ntu60-one-shot",
        preset="cpu",
        jobs=1,
        changes=("transfer.epochs=3",),
    )


def measured(sweep: TeacherSweep, seeds: list[int]) -> dict[str, dict[str, Any]]:
    rows = teacher_rows()
    sweep.make_features()
    sweep.pretrain(rows, seeds)
    return sweep.evaluate(list(rows), seeds)


def test_every_row_and_seed_runs_once(sweep: TeacherSweep, calls: Calls) -> None:
    measured(sweep, [0, 1])
    assert len(calls.of("teach")) == 2
    assert len(calls.of("pretrain")) == 2 * len(teacher_rows())
    assert len(calls.of("evaluate")) == 2 * len(teacher_rows()) * len(CLASSIFIERS)
    before = len(calls.words)
    measured(sweep, [0, 1])
    assert len(calls.words) == before


def test_rows_differ_only_in_the_first_stage(sweep: TeacherSweep, calls: Calls) -> None:
    measured(sweep, [0])
    for words in calls.of("pretrain"):
        assert words[words.index("--episodes") + 1] == "cosine"
        assert "transfer.epochs=3" in words
        transfer = words[words.index("--strategy") + 1] == "transfer"
        assert ("--features" in words) == transfer


def test_differences_are_paired_over_seeds(sweep: TeacherSweep, calls: Calls) -> None:
    results = measured(sweep, [0, 1, 2])
    one = results["f_t + f_v/cosine"]["accuracy"]["1"]
    assert one["per_seed"] == pytest.approx([0.7, 0.8, 0.9])
    assert one["mean"] == pytest.approx(0.8)
    pair = [("f_t + f_v/cosine", "none/cosine")]
    text = difference_table(results, pair, ("1",), over="per_seed")
    assert "| f_t + f_v/cosine - none/cosine | +20.0 (+20.0 to +20.0) |" in text


def test_text_teachers_are_taught_every_class(
    sweep: TeacherSweep, calls: Calls, tmp_path: Path
) -> None:
    TeacherSweep(
        sweep.store, tmp_path, "ntu60-one-shot", "cpu", 1, ("--teacher", "minilm")
    ).make_features()
    assert all("--protocol" not in words for words in calls.of("teach"))
