"""Tasks with unlike numbers of queries in one batch: each gets the answers that it gets alone."""

import typing
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from skelshot.datasets.protocols.tasks import Task
from skelshot.evaluation import evaluate as room
from skelshot.evaluation.evaluate import score_queries
from skelshot.evaluation.task_batches import TaskBatch, batch_tasks
from skelshot.fewshot import METHODS, FewShotMethod, NearestNeighbour
from skelshot.fewshot.base import FORMS

QUERIES = (3, 24, 10, 24, 1, 5, 8, 2, 6, 7, 4, 9)
WAYS, SHOTS = 5, 2
SHAPES = {"vector": (16,), "map": (8, 4, 5), "clip": (3, 6, 5, 1)}
FAR = {"lr": 0.5}
"""Steps of fine-tuning so wide that what they are taken of shows in the answers."""


class OfTheTask(NearestNeighbour):
    """A method of somebody else's, which knows of no padding: queries about their own mean."""

    name = "of-the-task"
    is_transductive = True

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        exemplars = support - support.mean((1, 2), keepdim=True)
        return super().forward(exemplars, queries - queries.mean(1, keepdim=True))


def transductive_options() -> Iterator[FewShotMethod]:
    """Find every value of an option that makes a method transductive."""
    for kind in METHODS.shipped:
        for name, field in kind.options_type.model_fields.items():
            choices = {bool: (True, False)}.get(field.annotation) or typing.get_args(
                field.annotation
            )
            far = FAR if "lr" in kind.options_type.model_fields else {}
            for value in choices:
                if isinstance(value, bool | str):
                    method = kind.from_options({name: value, **far})
                    if method.is_transductive:
                        yield method


TRANSDUCTIVE = [*transductive_options(), OfTheTask()]
INDUCTIVE = [kind.from_options({}) for kind in METHODS.shipped if kind.reads != "clip"]


def bank_of(method: FewShotMethod) -> Tensor:
    """Make features of clips that are hard to tell apart."""
    torch.manual_seed(0)
    method.make_weights(SHAPES[method.reads])
    method.eval()
    views = (1 + len(method.views),) if method.views else ()
    return torch.randn(120, *views, *SHAPES[method.reads])


def batch_of(*tasks: int) -> TaskBatch:
    """Draw tasks that have some clips in common; the same by number in any company."""
    drawn = []
    for number in tasks:
        order = np.random.default_rng(number).permutation(120)
        support, rest = order[: WAYS * SHOTS].reshape(WAYS, SHOTS), order[WAYS * SHOTS :]
        queries = rest[: QUERIES[number]]
        drawn.append(Task(0, number, support, queries, queries % WAYS, tuple(range(WAYS))))
    return batch_tasks(drawn, [{place: place for place in range(120)}] * len(drawn))


def test_the_options_are_found() -> None:
    assert [method.name for method in TRANSDUCTIVE] == ["cosine", "linear", "smam", "of-the-task"]
    assert SHAPES.keys() == FORMS.keys()


@pytest.mark.parametrize("method", TRANSDUCTIVE + INDUCTIVE, ids=lambda method: method.name)
def test_each_task_gets_the_answers_that_it_gets_alone(
    method: FewShotMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = bank_of(method)
    alone = [
        score_queries(method, bank, batch_of(task)).argmax(-1)[0] for task in range(len(QUERIES))
    ]
    for at_once in (room.FLOATS_AT_ONCE, 40 * bank[0].numel()):  # all, or one task at a time
        monkeypatch.setattr(room, "FLOATS_AT_ONCE", at_once)
        together = score_queries(method, bank, batch_of(*range(len(QUERIES)))).argmax(-1)
        for task, queries in enumerate(QUERIES):
            assert torch.equal(together[task, :queries], alone[task])


@pytest.mark.parametrize("method", TRANSDUCTIVE, ids=lambda method: method.name)
def test_padding_would_change_the_answers(method: FewShotMethod) -> None:
    bank, batch = bank_of(method), batch_of(*range(len(QUERIES)))
    padded = method(bank[batch.support], bank[batch.queries]).argmax(-1)
    changed = (padded != score_queries(method, bank, batch).argmax(-1)) & batch.counts
    assert changed.any()
    assert not changed[1].any()  # it is one of the longest, which have none
