"""Labels of the classes reach the methods that read names, and no others."""

import torch

from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.evaluation.evaluate import evaluate, score_queries
from skelshot.evaluation.task_batches import TaskBatch
from skelshot.fewshot import FewShotMethod, NearestNeighbour
from skelshot.fewshot.class_names import NamedClassMethod
from skelshot.pretraining.text_encoders import text_encoder

PROTOCOL = protocol_named("toy")


class Knowing(NamedClassMethod):
    """Needs no exemplars: a feature of the queries is the label."""

    name = "knowing"

    def meet_classes(self, class_names, layout, text_encoders) -> None:
        self.met = (tuple(class_names), layout.name)

    def forward(self, support, queries, labels=None):
        return -(queries[..., :1] - labels[:, None].float()).abs()


def test_each_task_gets_the_labels_of_its_split(toy_store: Store) -> None:
    splits = PROTOCOL.split_list(toy_store)[:2]
    assert splits[0].novel != splits[1].novel

    def features(split, indices):
        return torch.tensor([[float(toy_store.clips[i].label)] for i in indices])

    (result,) = evaluate(toy_store, PROTOCOL, splits, Knowing(), [1], features)
    assert result.per_split == [1.0, 1.0]


def test_groups_of_tasks_get_their_own_labels(monkeypatch) -> None:
    bank = torch.arange(8.0)[:, None]
    batch = TaskBatch(
        support=torch.zeros(4, 2, 1, dtype=torch.int64),
        queries=torch.tensor([[1, 0], [2, 3], [4, 5], [7, 6]]),
        targets=torch.zeros(4, 2, dtype=torch.int64),
        counts=torch.ones(4, 2, dtype=torch.bool),
    )
    labels = torch.tensor([[0, 1], [2, 3], [4, 5], [6, 7]])
    expected = [[1, 0], [0, 1], [0, 1], [1, 0]]
    assert score_queries(Knowing(), bank, batch, labels).argmax(-1).tolist() == expected
    monkeypatch.setattr("skelshot.evaluation.evaluate.FLOATS_AT_ONCE", 4)
    assert score_queries(Knowing(), bank, batch, labels).argmax(-1).tolist() == expected


def test_names_and_skeleton_are_told_once_to_those_who_read_them(toy_store: Store) -> None:
    knowing, other = Knowing(), NearestNeighbour()
    knowing.meet_classes(toy_store.class_names, toy_store.layout, text_encoder)
    assert knowing.met == (tuple(toy_store.class_names), toy_store.layout.name)
    other.meet_classes(toy_store.class_names, toy_store.layout, text_encoder)
    assert not other.uses_class_names
    assert FewShotMethod.uses_class_names is False
