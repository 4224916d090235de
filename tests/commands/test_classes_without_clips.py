"""Stores of which some classes have no clip: labels from one, labels with gaps, a part of NTU."""

import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Run = Callable[..., Any]
SMALL = ("--preset", "smoke")
TRAIN = (*SMALL, "--set", "encoder.width=0.125", "--set", "strategy.epochs=1")
MINE = "{name: mine, draws_as: mine, splits: 2, base: 3, novel: 3, draws: 1}"


def write_clips(path: Path, labels: Sequence[int], clips: int = 4) -> Path:
    """Write a PYSKL file of clips that move a little, named as NTU's."""
    rng = np.random.default_rng(0)
    annotations = []
    for label in labels:
        start = rng.normal(0, 0.4, (25, 3)) + np.array([0, 0, 3])
        for number in range(clips):
            steps = rng.normal(0, 0.02, (1, 8, 25, 3)).cumsum(axis=1)
            annotations.append(
                {
                    "frame_dir": f"S001C001P{number + 1:03d}R001A{label + 1:03d}",
                    "label": label,
                    "total_frames": 8,
                    "keypoint": (start + steps).astype(np.float32),
                }
            )
    path.write_bytes(pickle.dumps({"annotations": annotations}))
    return path


@pytest.mark.parametrize(
    ("labels", "named"),
    [(range(1, 7), 7), ((3, 17, 40, 59, 77, 99), 100), ((0, 8, 25, 42, 61, 98), 120)],
    ids=["from one", "gaps", "a part of NTU"],
)
def test_they_are_prepared_trained_on_and_evaluated(
    run: Run, tmp_path: Path, labels: Sequence[int], named: int
) -> None:
    raw, store, out = write_clips(tmp_path / "a.pkl", labels), tmp_path / "store", tmp_path / "run"
    (tmp_path / "mine.yaml").write_text(MINE)
    (tmp_path / "names.txt").write_text("".join(f"class {n}\n" for n in range(named)))
    words = ("prepare", "pyskl", raw, "--class-names", tmp_path / "names.txt", "--out", store)
    assert run(*words).code == 0
    common = (store, "--protocol", tmp_path / "mine.yaml")
    trained = run("pretrain", *common, *TRAIN, "--out", out, "--json")
    assert trained.code == 0, trained.err
    assert trained.json["classes"] == {"with_clips": 6, "named": named}
    there = {f"class {label}" for label in labels}
    for split in trained.json["splits"]:
        assert {*split["base"], *split["novel"]} == there
    tested = run("evaluate", *common, *SMALL, "--run", out, "--shots", 1, "--json")
    assert tested.code == 0, tested.err
    assert tested.json["classes"] == {"with_clips": 6, "named": named}
    assert tested.json["accuracy"]["1"]["per_class"].keys() <= there
    taught = ("teach", store, "--teacher", "random-code", "--out", tmp_path / "codes")
    for words in (
        ("pretrain", *common, *TRAIN, "--out", out),
        ("evaluate", *common, *SMALL, "--run", out, "--shots", 1),
        taught,
    ):
        assert f"classes: 6 of {named} have clips" in run(*words).out


def test_a_store_of_whole_classes_says_nothing_of_them(run: Run, toy_store: Any) -> None:
    words = ("evaluate", toy_store.path, "--protocol", "toy", "--method", "raw-nearest")
    assert run(*words, "--json").json["classes"] == {"with_clips": 10, "named": 10}
    assert "classes:" not in run(*words).out


def test_a_part_of_ntu_under_the_one_shot_protocol(run: Run, tmp_path: Path) -> None:
    """The auxiliary classes that have clips train; the result says that it is not the list."""
    raw, store = write_clips(tmp_path / "a.pkl", (7, 8, 25)), tmp_path / "store"
    (tmp_path / "names.txt").write_text("".join(f"class {n}\n" for n in range(120)))
    run("prepare", "pyskl", raw, "--class-names", tmp_path / "names.txt", "--out", store)
    words = ("pretrain", store, "--protocol", "ntu120-one-shot", *TRAIN, "--out", tmp_path / "run")
    answer = run(*words)
    assert answer.code == 0, answer.err
    assert "classes: 3 of 120 have clips" in answer.out
    assert "12 clips: 12 base, 0 exemplars, 0 queries (partial: not the official" in answer.out
    assert "split 0: class 7, class 8, class 25 (" in answer.out


def test_too_few_classes_are_refused_with_both_counts(run: Run, tmp_path: Path) -> None:
    raw, store = write_clips(tmp_path / "a.pkl", (3, 9)), tmp_path / "store"
    run("prepare", "pyskl", raw, "--out", store)
    (tmp_path / "mine.yaml").write_text(MINE)
    words = ("pretrain", store, "--protocol", tmp_path / "mine.yaml", *TRAIN)
    answer = run(*words, "--out", tmp_path / "run")
    assert answer.code == 2
    assert "2 of 10 classes have clips" in answer.err
    assert not (tmp_path / "run").exists()
