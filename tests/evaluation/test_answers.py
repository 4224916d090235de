"""Answers against the truth: ragged tasks, queries without a label, and what intervals are over."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from skelshot.datasets.clips import UNLABELLED
from skelshot.datasets.protocols.tasks import Split, Task
from skelshot.evaluation.answers import Answers, judge
from skelshot.evaluation.metrics import mean_interval


@dataclass(frozen=True)
class Clip:
    subject: int | None = None


@dataclass(frozen=True)
class Clips:
    clips: tuple[Clip, ...] = tuple(Clip(n % 2) for n in range(9))
    class_names: tuple[str, ...] = ("a", "b", "c")


@dataclass(frozen=True)
class Rule:
    interval_over: str

    def fingerprint(self, *_: object) -> str:
        return "hash"


def task(draw: int, targets: list[int], classes: tuple[int, ...] = (0, 2)) -> Task:
    queries = np.arange(2, 2 + len(targets))
    return Task(0, draw, np.array([[0], [1]]), queries, np.array(targets), classes)


def said(*rows: list[int], ways: int = 2) -> torch.Tensor:
    longest = max(map(len, rows))
    filled = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    return torch.nn.functional.one_hot(filled, ways).float()


SPLIT = Split(0, (), (0, 2))


def judged(over: str, tasks: list[Task], logits: torch.Tensor):  # type: ignore[no-untyped-def]
    return judge(Clips(), Rule(over), [SPLIT], Answers(1, tasks, logits))  # type: ignore[arg-type]


def test_padding_and_unlabelled_queries_count_nowhere() -> None:
    tasks = [task(0, [0, 1, UNLABELLED]), task(1, [1]), task(2, [UNLABELLED, UNLABELLED])]
    found = judged("draws", tasks, said([0, 0, 1], [1], [0, 1]))
    assert found.per_draw == [0.5, 1.0]
    assert found.per_split == [0.75]
    assert (found.queries, found.unlabelled) == (3, 3)
    assert found.confusion.tolist() == [[1, 0, 0], [0, 0, 0], [1, 0, 1]]
    assert found.interval.ci95 == [0.0, 1.0]  # cut where Student's t leaves [0, 1]
    assert found.interval.mean == mean_interval([0.5, 1.0]).mean


def test_classes_of_each_task_are_its_own() -> None:
    tasks = [task(0, [0, 1], (0, 1)), task(1, [0, 1], (1, 2))]
    found = judged("draws", tasks, said([0, 1], [1, 1]))
    assert found.confusion.tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 1]]
    assert found.per_class(("a", "b", "c")) == {"a": 1.0, "b": 0.5, "c": 1.0}


def test_the_interval_over_queries_leaves_unlabelled_ones_out() -> None:
    with_one = judged("queries", [task(0, [0, UNLABELLED, 1, 1])], said([0, 0, 1, 0]))
    without = judged("queries", [task(0, [0, 1, 1])], said([0, 1, 0]))
    assert with_one.interval == without.interval
    assert with_one.interval.mean == pytest.approx(2 / 3)


@pytest.mark.parametrize("over", ["queries", "draws", "splits"])
def test_without_any_label_there_is_no_accuracy(over: str) -> None:
    found = judged(over, [task(0, [UNLABELLED] * 3)], said([0, 1, 1]))
    assert (found.interval, found.per_split, found.queries, found.unlabelled) == (None, [], 0, 3)
    assert found.per_class(("a", "b", "c")) == {}
