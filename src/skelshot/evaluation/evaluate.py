"""Stage 3 on every split: exemplars in, accuracy with an interval out."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from skelshot.datasets.protocols.contract import FewShotProtocol, IntervalOver
from skelshot.datasets.protocols.tasks import Split, Task
from skelshot.datasets.store import Store
from skelshot.evaluation.metrics import Interval, confusion_matrix, mean_interval
from skelshot.evaluation.query_intervals import subject_interval, wilson_interval
from skelshot.evaluation.task_batches import TaskBatch, batch_tasks
from skelshot.fewshot import METHODS, FewShotMethod
from skelshot.ground import SkelshotError

FeatureSource = Callable[[Split, Sequence[int]], Tensor]
"""Gives what a method reads of a split's clips, (n, ...), one row an index."""

FLOATS_AT_ONCE = 64_000_000


@dataclass(frozen=True, eq=False)
class ShotResult:
    """What came out for one number of shots.

    Args:
        shots: K.
        per_split: Accuracy of each split, averaged over its draws.
        interval: Mean and 95 % interval over the splits, cut at 0 and 1; or, of a protocol with
            one fixed task, the accuracy and Wilson's interval over its queries.
        interval_over: Which of the two.
        interval_subjects: The interval over queries that lets those of one performer go
            together; None where the interval is over splits.
        queries: Queries in all tasks together.
        confusion: How often each class (row) was called each class (column), over all splits.
        protocol_hash: Fingerprint of the splits and of every task's clips.
    """

    shots: int
    per_split: list[float]
    interval: Interval
    interval_over: IntervalOver
    interval_subjects: Interval | None
    queries: int
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


def evaluate(
    store: Store,
    protocol: FewShotProtocol,
    splits: Sequence[Split],
    method: FewShotMethod,
    shots: Sequence[int],
    features: FeatureSource,
    seconds: dict[str, float] | None = None,
) -> list[ShotResult]:
    """Evaluate a few-shot method on every draw of every split.

    Features are asked for once a split, whatever the shots. The tasks of all splits and draws
    then form one batch.

    Args:
        store: The clips.
        protocol: Draws the tasks.
        splits: Which splits.
        method: The few-shot method.
        shots: Numbers of exemplars a class.
        features: Gives the features of a split's clips; asked once a split.
        seconds: Filled with wall time by part, if given.

    Returns:
        One result a number of shots.

    Raises:
        SkelshotError: A task cannot be filled.
    """
    tasks = {k: [protocol.tasks(store, split, k) for split in splits] for k in shots}
    clock = time.perf_counter()
    bank, places = _bank(store, splits, features)
    spent = {"features": time.perf_counter() - clock}
    results = []
    for k, per_split in tasks.items():
        clock = time.perf_counter()
        flat = [task for tasks_of_split in per_split for task in tasks_of_split]
        where = [places[i] for i, group in enumerate(per_split) for _ in group]
        batch = batch_tasks(flat, where)
        labels = torch.tensor([splits[i].novel for i, group in enumerate(per_split) for _ in group])
        predicted = classify(method, bank, batch, labels)
        right = (predicted == batch.targets) & batch.counts
        accuracies = (right.sum(1).double() / batch.counts.sum(1)).view(len(splits), -1).mean(1)
        confusion = confusion_matrix(
            labels.gather(1, batch.targets)[batch.counts],
            labels.gather(1, predicted)[batch.counts],
            len(store.class_names),
        )
        interval, by_subject = _intervals(store, protocol, flat, right, accuracies.tolist())
        results.append(
            ShotResult(
                shots=k,
                per_split=accuracies.tolist(),
                interval=interval,
                interval_over=protocol.interval_over,
                interval_subjects=by_subject,
                queries=int(batch.counts.sum()),
                confusion=confusion,
                protocol_hash=protocol.fingerprint(store, splits, k),
            )
        )
        spent[f"{k}-shot"] = time.perf_counter() - clock
    if seconds is not None:
        seconds.update({name: round(value, 3) for name, value in spent.items()})
    return results


def _intervals(
    store: Store,
    protocol: FewShotProtocol,
    tasks: Sequence[Task],
    right: Tensor,
    accuracies: Sequence[float],
) -> tuple[Interval, Interval | None]:
    """Take the interval over splits, or over the queries of the one fixed task."""
    if protocol.interval_over == "splits":
        return within_unit(mean_interval(accuracies)), None
    (task,) = tasks
    hits = right[0].tolist()
    subjects = [store.clips[int(index)].subject for index in task.queries]
    return wilson_interval(sum(hits), len(hits)), subject_interval(hits, subjects)


def within_unit(interval: Interval) -> Interval:
    """Cut an interval of accuracies at 0 and 1, which few splits can overshoot.

    Args:
        interval: Mean and interval.

    Returns:
        The same mean, and ends within [0, 1].

    Example:
        >>> within_unit(Interval(0.9, 0.7, 1.1, 3)).high
        1.0
    """
    if interval.low is None or interval.high is None:
        return interval
    return replace(interval, low=max(0.0, interval.low), high=min(1.0, interval.high))


def classify(
    method: FewShotMethod, bank: Tensor, batch: TaskBatch, labels: Tensor | None = None
) -> Tensor:
    """Run a method on all tasks, as many at once as memory allows.

    A task too large for that goes through some queries at a time, unless the method looks at
    all of them together; a method that fits itself to the support set then does so each time.
    A method that looks at all of them is shown no padding: only tasks with as many queries as
    each other go through together.

    Args:
        method: The few-shot method.
        bank: Features of all clips (n, ...).
        batch: The tasks.
        labels: The classes of each task, (B, N), for methods that read their names.

    Returns:
        Predicted classes (B, Q); those of padding mean nothing.
    """
    predicted = torch.zeros_like(batch.targets)
    for rows, columns in _parts(method, batch, room=max(1, FLOATS_AT_ONCE // bank[0].numel())):
        logits = _scores(
            method,
            bank[batch.support[rows]],
            bank[batch.queries[rows, columns]],
            None if labels is None else labels[rows],
        )
        predicted[rows, columns] = logits.argmax(-1)
    return predicted


def _parts(method: FewShotMethod, batch: TaskBatch, room: int) -> Iterator[tuple[Tensor, slice]]:
    """Cut the batch into the tasks and the queries that go through at once."""
    support, whole = batch.support[0].numel(), method.is_transductive
    together = [(torch.arange(len(batch)), batch.queries.shape[1])]
    for tasks, queries in batch.equally_long() if whole else together:
        width = queries if whole else min(queries, max(1, room - support))
        for rows in torch.split(tasks, max(1, room // (support + queries))):
            for first in range(0, queries, width):
                yield rows, slice(first, min(first + width, queries))


def _scores(
    method: FewShotMethod, support: Tensor, queries: Tensor, labels: Tensor | None
) -> Tensor:
    """Return the logits (B, Q, N) of some tasks, or tell what the method gives instead."""
    with METHODS.telling(method.name):
        logits = method.score(support, queries, labels)
        found, expected = tuple(logits.shape), (*queries.shape[:2], support.shape[1])
    if found != expected:
        raise SkelshotError(
            f"method {method.name}{METHODS.origin(method.name)}: forward gives logits of shape "
            f"{found}, expected (B, Q, N) = {expected}; mend it"
        )
    return logits


def _bank(
    store: Store, splits: Sequence[Split], features: FeatureSource
) -> tuple[Tensor, list[dict[int, int]]]:
    """Gather the features of every split's novel clips, and where each clip stands."""
    parts: list[Tensor] = []
    places: list[dict[int, int]] = []
    done = 0
    for split in splits:
        novel = set(split.novel)
        indices = [i for i, clip in enumerate(store.clips) if clip.label in novel]
        parts.append(features(split, indices))
        places.append({index: done + place for place, index in enumerate(indices)})
        done += len(indices)
    return parts[0] if len(parts) == 1 else torch.cat(parts), places
