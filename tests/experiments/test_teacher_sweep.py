"""The comparison of teachers: every row with every seed, once, and paired over seeds."""

from pathlib import Path
from typing import Any

import pytest

from skelshot.experiments.tables import difference_table
from skelshot.experiments.teacher_sweep import CLASSIFIERS, TeacherSweep, teacher_rows
from skelshot.ground import SkelshotError


def document(out: Path) -> dict[str, Any]:
    """Return a result whose accuracy follows from its row and seed."""
    if "seed" not in out.stem or out.suffix != ".json":
        return {}
    seed = int(out.stem.split("seed")[1][0])
    mean = 0.5 + 0.1 * seed + 0.2 * out.stem.startswith("f_t+f_v")
    return {"accuracy": {"1": {"mean": mean, "queries": 7}}}


@pytest.fixture
def calls(commands: Any) -> Any:
    commands.document = document
    return commands


@pytest.fixture
def sweep(tmp_path: Path) -> TeacherSweep:
    return TeacherSweep(
        store=tmp_path / "store",
        out=tmp_path,
        protocol="ntu60-one-shot",
        preset="cpu",
        jobs=1,
        changes=("strategy.epochs=3",),
    )


def measured(sweep: TeacherSweep, seeds: list[int]) -> dict[str, dict[str, Any]]:
    rows = teacher_rows()
    sweep.make_features()
    sweep.pretrain(rows, seeds)
    return sweep.evaluate(list(rows), seeds)


def test_every_row_and_seed_runs_once(sweep: TeacherSweep, calls: Any) -> None:
    measured(sweep, [0, 1])
    assert len(calls.of("teach")) == 2
    assert len(calls.of("pretrain")) == 2 * len(teacher_rows())
    assert len(calls.of("evaluate")) == 2 * len(teacher_rows()) * len(CLASSIFIERS)
    before = len(calls.words)
    measured(sweep, [0, 1])
    assert len(calls.words) == before


def test_rows_differ_only_in_the_first_stage(sweep: TeacherSweep, calls: Any) -> None:
    measured(sweep, [0])
    for words in calls.of("pretrain"):
        assert words[words.index("--episodes") + 1] == "cosine"
        assert "strategy.epochs=3" in words
        transfer = words[words.index("--strategy") + 1] == "transfer"
        assert ("--features" in words) == transfer


def test_differences_are_paired_over_seeds(sweep: TeacherSweep, calls: Any) -> None:
    results = measured(sweep, [0, 1, 2])
    one = results["f_t + f_v/cosine"]["accuracy"]["1"]
    assert one["per_seed"] == pytest.approx([0.7, 0.8, 0.9])
    assert one["mean"] == pytest.approx(0.8)
    pair = [("f_t + f_v/cosine", "none/cosine")]
    text = difference_table(results, pair, ("1",))
    assert "| f_t + f_v/cosine - none/cosine | +20.0 (+20.0 to +20.0) |" in text


def test_seeds_are_averaged_over_the_same_tasks_alone(sweep: TeacherSweep, calls: Any) -> None:
    def tasks_by_seed(out: Path) -> dict[str, Any]:
        made = document(out)
        if made:
            made |= {"splits": [0], "data_hash": "d"}
            made["accuracy"]["1"]["protocol_hash"] = "b" if "seed2" in out.stem else "a"
        return made

    calls.document = tasks_by_seed
    result = measured(sweep, [0, 1])["none/cosine"]
    assert (result["seeds"], result["splits"], result["data_hash"]) == ([0, 1], [0], "d")
    one = result["accuracy"]["1"]
    assert (one["protocol_hash"], one["interval"]) == ("a", "seeds")
    assert "training seeds" in one["interval_note"]
    with pytest.raises(SkelshotError, match=r"^seed 2, accuracy\.1\.protocol_hash: found b, exp"):
        measured(sweep, [0, 1, 2])


def test_text_teachers_are_taught_every_class(
    sweep: TeacherSweep, calls: Any, tmp_path: Path
) -> None:
    words = ("--teacher", "minilm")
    texts = TeacherSweep(sweep.store, tmp_path / "t", "ntu60-one-shot", "cpu", 1, teach=words)
    texts.make_features()
    assert all("--protocol" not in words for words in calls.of("teach"))
