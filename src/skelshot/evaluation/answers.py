"""A method's answers to the tasks of an evaluation, and what they come to."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from skelshot.datasets.protocols.contract import FewShotProtocol, IntervalOver
from skelshot.datasets.protocols.tasks import Split, Task
from skelshot.datasets.store import Store
from skelshot.evaluation.metrics import Interval, confusion_matrix, mean_interval, within_unit
from skelshot.evaluation.query_intervals import cluster_interval, wilson_interval
from skelshot.evaluation.task_batches import masked_targets


@dataclass(frozen=True, eq=False)
class Answers:
    """The scores of every query of B tasks with K shots.

    Args:
        shots: K.
        tasks: The tasks, split by split and draw by draw.
        logits: Scores (B, Q, N); rows of tasks with fewer queries are filled up.
    """

    shots: int
    tasks: Sequence[Task]
    logits: Tensor

    @property
    def classes(self) -> Tensor:
        """The label of each row of each task, (B, N)."""
        return torch.tensor([task.classes for task in self.tasks])

    @property
    def predicted(self) -> Tensor:
        """The row that each query is given, (B, Q)."""
        return self.logits.argmax(-1)


@dataclass(frozen=True, eq=False)
class ShotResult:
    """Accuracies and confusion for one number of shots.

    Args:
        shots: K.
        per_split: Accuracy of each split, averaged over its draws; none where no query has a
            label.
        per_draw: Accuracy of each draw, where the interval is over draws.
        interval: Mean and 95 % interval over splits or draws, cut at 0 and 1; or, of a protocol
            with one fixed task, the accuracy and Wilson's interval over its queries. None where
            no query has a label.
        interval_over: Which of these.
        interval_subjects: The interval over queries that lets those of one performer go
            together; None where the interval is not over queries.
        queries: Labelled queries in all tasks together.
        unlabelled: Queries without a label in all tasks together.
        confusion: How often each class (row) was called each class (column), over all splits.
        protocol_hash: Fingerprint of the splits and of every task's clips.
    """

    shots: int
    per_split: list[float]
    per_draw: list[float]
    interval: Interval | None
    interval_over: IntervalOver
    interval_subjects: Interval | None
    queries: int
    unlabelled: int
    confusion: Tensor
    protocol_hash: str

    def per_class(self, class_names: Sequence[str]) -> dict[str, float]:
        """Tell the accuracy of each class that was ever novel.

        Args:
            class_names: Names in label order.

        Returns:
            Accuracy by class name.
        """
        totals = self.confusion.sum(1)
        return {
            name: float(self.confusion[label, label] / totals[label])
            for label, name in enumerate(class_names)
            if totals[label] > 0
        }


def judge(
    store: Store, protocol: FewShotProtocol, splits: Sequence[Split], answers: Answers
) -> ShotResult:
    """Compare answers with the truth.

    Args:
        store: The clips.
        protocol: Which drew the tasks.
        splits: Which splits.
        answers: The scores of all their tasks.

    Returns:
        Accuracies, intervals and confusion; queries without a label count nowhere.
    """
    targets, real = masked_targets(answers.tasks)
    labelled = real & (targets >= 0)
    predicted, classes = answers.predicted, answers.classes
    right = (predicted == targets) & labelled
    of_task = right.sum(1).double() / labelled.sum(1)
    per_draw = of_task[labelled.any(1)].tolist()
    per_split = _split_means(of_task, labelled.any(1), len(splits)) if per_draw else []
    names = len(store.class_names)
    confusion = torch.zeros(names, names, dtype=torch.int64)
    if per_draw:
        confusion = confusion_matrix(
            classes.gather(1, targets.clamp(min=0))[labelled],
            classes.gather(1, predicted)[labelled],
            names,
        )
    interval, by_subject = None, None
    over = protocol.interval_over
    if per_draw and over == "queries":
        interval, by_subject = _over_queries(store, answers.tasks[0], right[0], labelled[0])
    elif per_draw:
        interval = within_unit(mean_interval(per_split if over == "splits" else per_draw))
    return ShotResult(
        shots=answers.shots,
        per_split=per_split,
        per_draw=per_draw if over == "draws" else [],
        interval=interval,
        interval_over=over,
        interval_subjects=by_subject,
        queries=int(labelled.sum()),
        unlabelled=int((real & ~labelled).sum()),
        confusion=confusion,
        protocol_hash=protocol.fingerprint(store, splits, answers.shots),
    )


def _split_means(of_task: Tensor, known: Tensor, splits: int) -> list[float]:
    """Average the tasks of each split; those without a labelled query are left out."""
    rows = zip(of_task.view(splits, -1), known.view(splits, -1), strict=True)
    return [float(row[there].mean()) for row, there in rows if bool(there.any())]


def _over_queries(
    store: Store, task: Task, right: Tensor, labelled: Tensor
) -> tuple[Interval, Interval | None]:
    """Take the intervals over the queries of the one fixed task."""
    hits = right[labelled].tolist()
    places = task.queries[labelled[: len(task.queries)].numpy()]
    subjects = [store.clips[int(index)].subject for index in places]
    return wilson_interval(sum(hits), len(hits)), within_unit(cluster_interval(hits, subjects))
