"""Weights chosen by leaving exemplars out, against a literal search and in a whole evaluation."""

import argparse
import csv
from pathlib import Path

import numpy as np
import pytest
import torch

from skelshot.commands.evaluate import COMMAND
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.tasks import Task
from skelshot.datasets.store import Store
from skelshot.evaluation.answers import Answers
from skelshot.evaluation.chosen_weights import (
    CANDIDATES,
    LEAVE_ONE_OUT,
    ChosenWeight,
    Folds,
    best_weights,
    left_out,
    told,
)
from skelshot.evaluation.evaluate_members import evaluate_members
from skelshot.evaluation.fusion import FUSIONS
from skelshot.evaluation.member import Member
from skelshot.evaluation.options import EvaluateOptions
from skelshot.fewshot import RawDTW, RawNearest, Subspace
from skelshot.ground import SkelshotError

PROTOCOL = protocol_named("toy")


def task(shots: int, ways: int = 3, queries: int = 4) -> Task:
    support = np.arange(ways * shots).reshape(ways, shots)
    asked = np.arange(100, 100 + queries)
    return Task(0, 0, support, asked, np.zeros(queries, int), tuple(range(ways)))


def test_each_exemplar_is_left_out_once() -> None:
    folds = left_out(task(3))
    asked = np.stack([fold.queries for fold in folds], 1)
    assert asked.tolist() == task(3).support.tolist()
    for fold in folds:
        assert fold.targets.tolist() == [0, 1, 2]
        for row, query in zip(fold.support, fold.queries, strict=True):
            assert sorted({*row, query}) == sorted(task(3).support[fold.targets[row[0] // 3]])
    assert left_out(task(1)) == []


def test_folds_go_beside_the_tasks_of_fewer_shots_and_come_back() -> None:
    one, two = [task(1, queries=2), task(1, queries=5)], [task(2, queries=3)]
    folds = Folds({1: [one], 2: [two]})
    assert [len(group) for group in folds.together[1]] == [4]  # two of their own and two folds
    numbered = {each: float(n) for n, each in enumerate([*folds.together[1][0], *two])}
    answers = [
        Answers(shots, group, torch.stack([torch.full((5, 3), numbered[each]) for each in group]))
        for shots, [group] in folds.together.items()
    ]
    first, second = folds.asked(answers)
    assert (first.shots, second.shots) == (1, 2)
    assert first.tasks == one
    assert second.tasks == two
    assert first.logits.shape == (2, 5, 3)
    assert second.logits.shape == (1, 3, 3)
    assert first.logits[:, 0, 0].tolist() == [0.0, 1.0]
    assert folds.of(two, answers)[0, :, 0, 0].tolist() == [2.0, 3.0]
    assert folds.of(two, answers).shape == (1, 2, 3, 3)


@pytest.mark.parametrize("fusion", ["z-scores", "softmax", "logits"])
@pytest.mark.parametrize("prior", [0.0, 0.25, 0.3])
def test_the_weight_that_names_most_exemplars(fusion: str, prior: float) -> None:
    seed = torch.Generator().manual_seed(3)
    one, two, beside = (torch.randn(40, 2, 4, 4, generator=seed) for _ in range(3))
    beside = beside + torch.eye(4)
    found = best_weights([one, two], beside, fusion, prior)  # type: ignore[arg-type]
    add = FUSIONS[fusion]  # type: ignore[index]
    for b in range(40):
        best: tuple[int, float, float] | None = None
        for weight in {*CANDIDATES, prior}:
            right = 0
            for k in range(2):
                for n in range(4):
                    sums = add(one[b, k, n]) + add(two[b, k, n]) + weight * add(beside[b, k, n])
                    right += int(sums.argmax().item() == n)
            case = (-right, abs(weight - prior), weight)
            best = case if best is None else min(best, case)
        assert best is not None
        assert found[b].item() == pytest.approx(best[2])
    assert len(set(found.tolist())) > 2


def test_what_was_chosen_is_told() -> None:
    found = told([1, 2, 5], [0.5, torch.tensor([0.25, 2.0, 0.25]), 0.0])
    assert found == {"2": {"mean": 0.8333, "chosen": {"0.25": 2, "2": 1}}}


def members() -> list[Member]:
    options = EvaluateOptions(batch=64)
    near, align = RawNearest(), RawDTW.from_options({"frames": 4})
    return [Member(None, near, options), Member(None, align, options)]


def test_an_evaluation_with_weights_of_leave_one_out(toy_store: Store, tmp_path: Path) -> None:
    def evaluated(weights: object, name: str, shots: tuple[int, ...] = (1, 2)) -> dict:
        file = tmp_path / f"{name}.json"
        return evaluate_members(
            toy_store,
            PROTOCOL,
            members(),
            shots,
            wanted=[0, 1],
            weights=weights,  # type: ignore[arg-type]
            fusion="z-scores",
            out=file,
        )

    chosen = evaluated(ChosenWeight(0.5), "chosen")
    fixed = evaluated([1, 0.5], "fixed")
    assert chosen["accuracy"]["1"] == fixed["accuracy"]["1"]  # nothing to leave out
    assert chosen["settings"] != fixed["settings"]
    first, beside = chosen["members"]
    assert first["weights_chosen"] == {}
    assert list(beside["weights_chosen"]) == ["2"]
    tasks = 2 * len(PROTOCOL.tasks(toy_store, PROTOCOL.split_list(toy_store)[0], 2))
    assert sum(beside["weights_chosen"]["2"]["chosen"].values()) == tasks
    for one, other in zip(chosen["members"], fixed["members"], strict=True):
        assert one["accuracy"] == other["accuracy"]  # each alone is what it is without folds
    alone = evaluated(ChosenWeight(0.5), "two", shots=(2,))
    assert alone["accuracy"]["2"] == chosen["accuracy"]["2"]


def test_the_weights_that_were_chosen_are_those_that_count(
    toy_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where each task is told another weight, the sums are those of that weight."""
    splits = PROTOCOL.split_list(toy_store)[:1]
    tasks = len(PROTOCOL.tasks(toy_store, splits[0], 2))

    def right(weights: object) -> list[list[bool]]:
        file = tmp_path / "queries.csv"
        evaluate_members(
            toy_store,
            PROTOCOL,
            members(),
            [2],
            wanted=[0],
            weights=weights,  # type: ignore[arg-type]
            fusion="z-scores",
            queries=file,
        )
        with file.open() as lines:
            rows = list(csv.DictReader(lines))
        file.unlink()
        return [
            [row["predicted"] for row in rows if int(row["draw"]) == draw] for draw in range(tasks)
        ]

    told = torch.tensor([0.0, 2.0]).repeat(tasks)[:tasks]
    monkeypatch.setattr("skelshot.evaluation.chosen_weights.best_weights", lambda *_: told)
    each = {weight: right([1.0, weight]) for weight in (0.0, 2.0)}
    assert each[0.0] != each[2.0]
    assert right(ChosenWeight()) == [each[told[draw].item()][draw] for draw in range(tasks)]


def test_a_method_that_cannot_do_with_one_exemplar_less(toy_store: Store) -> None:
    listed = members()
    method = Subspace.from_options({"mirror": "never"})
    tasks = PROTOCOL.tasks(toy_store, PROTOCOL.split_list(toy_store)[0], 2)
    with pytest.raises(SkelshotError, match=r"leave-one-out, 2 shots: leaves 1 \("):
        Folds({2: [tasks]}).check(method)
    Folds({2: [[task(2)]], 1: [[task(1)]]}).check(listed[0].method)


def test_one_method_beside_is_wanted(toy_store: Store) -> None:
    for listed, found in ((members()[:1], 0), ([*members(), members()[0]], 2)):
        with pytest.raises(SkelshotError, match=f"of one method beside encoders, found {found}"):
            evaluate_members(toy_store, PROTOCOL, listed, [1], weights=ChosenWeight())


def test_the_command_line_takes_the_word_that_the_library_takes() -> None:
    parser = argparse.ArgumentParser()
    COMMAND.arguments(parser)
    parsed = parser.parse_args(["store", "--protocol", "toy", "--weights", LEAVE_ONE_OUT])
    assert parsed.weights == [LEAVE_ONE_OUT]
    with pytest.raises(SystemExit):
        parser.parse_args(["store", "--protocol", "toy", "--weights", "leave-two-out"])
