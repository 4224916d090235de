"""The weight of a method beside encoders, chosen in each task by what its exemplars tell."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from skelshot.datasets.protocols.tasks import Task
from skelshot.evaluation.answers import Answers
from skelshot.evaluation.fusion import FUSIONS, Fusion
from skelshot.fewshot import FewShotMethod
from skelshot.ground import SkelshotError

LEAVE_ONE_OUT: Literal["leave-one-out"] = "leave-one-out"
"""Asks for weights that are chosen so."""

CANDIDATES = (0.0, 0.125, 0.25, 0.5, 1.0, 2.0)
"""The weights among which is chosen; each encoder has 1."""

Tasks = Mapping[int, Sequence[Sequence[Task]]]


@dataclass(frozen=True)
class ChosenWeight:
    """Choice of the weight of the method beside: what names the exemplars best.

    K times one exemplar of each class is asked in the place of a query, with the others as
    exemplars; the weight that has most of these right is taken. With one exemplar there is
    nothing to leave out.

    Args:
        prior: The weight with one exemplar; of weights that do as well, the one nearest to it is
            taken.

    Example:
        >>> ChosenWeight(prior=0.25).prior
        0.25
    """

    prior: float = 0.0


def left_out(task: Task) -> list[Task]:
    """Make the tasks that leave one exemplar of each class out.

    Args:
        task: With K exemplars a class.

    Returns:
        K tasks of K - 1 exemplars, whose queries are the exemplars that are left out, a class
        each in the order of the classes; none where K is 1.

    Example:
        >>> task = Task(0, 0, np.array([[3, 4], [7, 8]]), np.array([9]), np.array([1]), (0, 1))
        >>> [(fold.support.tolist(), fold.queries.tolist()) for fold in left_out(task)]
        [([[4], [8]], [3, 7]), ([[3], [7]], [4, 8])]
    """
    ways, shots = task.support.shape
    return [
        Task(
            task.split,
            task.draw,
            np.delete(task.support, place, axis=1),
            task.support[:, place],
            np.arange(ways),
            task.classes,
        )
        for place in range(shots if shots > 1 else 0)
    ]


class Folds:
    """The tasks of an evaluation together with those that leave exemplars out.

    All of them go through a classifier at once, so that clips are encoded once.

    Args:
        tasks: For each number of shots the tasks of each split.

    Attributes:
        together: All tasks, by their numbers of shots.
    """

    def __init__(self, tasks: Tasks) -> None:
        self._asked = {shots: list(chain(*groups)) for shots, groups in tasks.items()}
        self._folds = {task: left_out(task) for task in chain(*self._asked.values())}
        self.together: dict[int, list[list[Task]]] = {
            shots: [list(group) for group in groups] for shots, groups in tasks.items()
        }
        for shots, groups in tasks.items():
            if shots > 1:
                fewer = self.together.setdefault(shots - 1, [[] for _ in groups])
                for place, group in enumerate(groups):
                    fewer[place] += [fold for task in group for fold in self._folds[task]]

    def asked(self, answers: Iterable[Answers]) -> list[Answers]:
        """Take the answers to the evaluation's own tasks.

        Args:
            answers: Answers to `together`.

        Returns:
            One for each number of shots that was asked for, in that order.
        """
        found = _by_task(answers)
        return [_answers(shots, own, found) for shots, own in self._asked.items()]

    def check(self, method: FewShotMethod) -> None:
        """Refuse a method that cannot take one exemplar less.

        Args:
            method: The few-shot method.

        Raises:
            SkelshotError: It cannot.
        """
        for shots, ways in {(k, len(t.classes)) for k, own in self._asked.items() for t in own}:
            if shots > 1:
                try:
                    method.check_shape(ways, shots - 1)
                except SkelshotError as error:
                    raise SkelshotError(
                        f"--weights {LEAVE_ONE_OUT}, {shots} shots: leaves {shots - 1} ({error}); "
                        "say the weights, or give more --shots"
                    ) from error

    def weights(
        self,
        scored: Sequence[Sequence[Answers]],
        weights: Sequence[float],
        fusion: Fusion,
        prior: float,
    ) -> list[list[float | Tensor]]:
        """Choose the weight of the last classifier in each task.

        Args:
            scored: Answers of each classifier to `together`, that of the method beside last.
            weights: Weights of the classifiers; the last is chosen anew.
            fusion: Name of the kind of scores that are added up.
            prior: As for `best_weights`; the weight with one exemplar.

        Returns:
            For each number of shots the weights: numbers, the last one a task where it is chosen,
            (B,).
        """
        every: list[list[float | Tensor]] = []
        for shots, own in self._asked.items():
            chosen: float | Tensor = prior
            if shots > 1:
                *encoders, beside = (self.of(own, answers) for answers in scored)
                chosen = best_weights(encoders, beside, fusion, prior)
            every.append([*weights[:-1], chosen])
        return every

    def of(self, tasks: Sequence[Task], answers: Iterable[Answers]) -> Tensor:
        """Take the answers to what was left out of some tasks.

        Args:
            tasks: B tasks of the evaluation, with K exemplars.
            answers: Answers to `together`.

        Returns:
            Scores (B, K, N, N): of fold, exemplar's class and class.
        """
        found = _by_task(answers)
        rows = [[found[fold][: len(fold.queries)] for fold in self._folds[task]] for task in tasks]
        return torch.stack([torch.stack(folds) for folds in rows])


def _by_task(answers: Iterable[Answers]) -> dict[Task, Tensor]:
    return {
        task: row for each in answers for task, row in zip(each.tasks, each.logits, strict=True)
    }


def _answers(shots: int, tasks: Sequence[Task], found: Mapping[Task, Tensor]) -> Answers:
    longest = max(len(task.queries) for task in tasks)
    return Answers(shots, tasks, torch.stack([found[task][:longest] for task in tasks]))


def best_weights(
    encoders: Sequence[Tensor], beside: Tensor, fusion: Fusion, prior: float
) -> Tensor:
    """Choose the weight that names most of the exemplars that were left out.

    Args:
        encoders: Scores of each encoder's classifier, (B, K, N, N) of fold, exemplar's class and
            class.
        beside: Those of the method beside.
        fusion: Name of the kind of scores that are added up.
        prior: The weight that is taken before others that do as well, or else the nearest to it.

    Returns:
        One of `CANDIDATES` or `prior` for each task, (B,).

    Example:
        >>> unsure, right = torch.zeros(1, 2, 3, 3), torch.eye(3).expand(1, 2, 3, 3)
        >>> wrong = right.roll(1, -1)
        >>> [best_weights([one], right, "z-scores", 0.25).item() for one in (unsure, right, wrong)]
        [0.25, 0.25, 2.0]
    """
    added = FUSIONS[fusion]
    alone, other = torch.stack([added(each) for each in encoders]).sum(0), added(beside)
    tried = sorted({*CANDIDATES, prior}, key=lambda weight: (abs(weight - prior), weight))
    truth = torch.arange(beside.shape[-1])
    right = torch.stack(
        [(alone + weight * other).argmax(-1).eq(truth).sum((1, 2)) for weight in tried]
    )
    return torch.tensor(tried)[right.argmax(0)]  # the first of those that have most


def told(shots: Iterable[int], weights: Iterable[float | Tensor]) -> dict[str, Any]:
    """Tell which weights were chosen.

    Args:
        shots: Numbers of exemplars.
        weights: For each of them a number, or one a task, (B,).

    Returns:
        By number of exemplars the mean of those that were chosen, and how often each was.

    Example:
        >>> told([1, 5], [0.25, torch.tensor([0.0, 0.5])])
        {'5': {'mean': 0.25, 'chosen': {'0': 1, '0.5': 1}}}
    """
    return {
        str(number): {
            "mean": round(chosen.mean().item(), 4),
            "chosen": dict(Counter(f"{weight:g}" for weight in sorted(chosen.tolist()))),
        }
        for number, chosen in zip(shots, weights, strict=True)
        if isinstance(chosen, Tensor)
    }


def check_beside(uses_run: Sequence[bool]) -> None:
    """Refuse a choice of weights where the last classifier is not the one method beside others.

    Args:
        uses_run: Of each classifier, whether it has a run's encoder.

    Raises:
        SkelshotError: No method stands beside the others, or several do.
    """
    beside = len(uses_run[1:]) - sum(uses_run[1:])
    if beside != 1 or uses_run[-1]:
        raise SkelshotError(
            f"--weights {LEAVE_ONE_OUT}: chooses the weight of one method beside encoders, found "
            f"{beside}; name one, such as --beside raw-dtw"
        )
