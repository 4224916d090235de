"""Stage 3 on every split: exemplars in, accuracy with an interval out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from skelshot.datasets.protocols import ClassSplitProtocol
from skelshot.datasets.store import Store
from skelshot.datasets.tasks import Split
from skelshot.evaluation.metrics import Interval, confusion_matrix, mean_interval
from skelshot.evaluation.task_batches import TaskBatch, batch_tasks
from skelshot.fewshot import FewShotMethod
from skelshot.ground.progress import progress_bar

FeatureSource = Callable[[Split, Sequence[int]], Tensor]
"""Gives what a method reads of a split's clips, (n, ...), one row an index."""

FLOATS_AT_ONCE = 64_000_000


@dataclass(frozen=True, eq=False)
class ShotResult:
    """What came out for one number of shots.

    Args:
        shots: K.
        per_split: Accuracy of each split, averaged over its draws.
        interval: Mean and 95 % interval over the splits, cut at 0 and 1.
        confusion: How often each class (row) was called each class (column), over all splits.
        protocol_hash: Fingerprint of the splits and of every task's clips.
    """

    shots: int
    per_split: list[float]
    interval: Interval
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
    protocol: ClassSplitProtocol,
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
        predicted = classify(method, bank, batch)
        hits = ((predicted == batch.targets) & batch.counts).sum(1) / batch.counts.sum(1)
        accuracies = hits.view(len(splits), -1).mean(1).tolist()
        labels = torch.tensor([splits[i].novel for i, group in enumerate(per_split) for _ in group])
        confusion = confusion_matrix(
            labels.gather(1, batch.targets)[batch.counts],
            labels.gather(1, predicted)[batch.counts],
            len(store.class_names),
        )
        fingerprint = protocol.fingerprint(store, splits, k)
        interval = within_unit(mean_interval(accuracies))
        results.append(ShotResult(k, accuracies, interval, confusion, fingerprint))
        spent[f"{k}-shot"] = time.perf_counter() - clock
    if seconds is not None:
        seconds.update({name: round(value, 3) for name, value in spent.items()})
    return results


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


def classify(method: FewShotMethod, bank: Tensor, batch: TaskBatch) -> Tensor:
    """Run a method on all tasks, as many at once as memory allows.

    Args:
        method: The few-shot method.
        bank: Features of all clips (n, ...).
        batch: The tasks.

    Returns:
        Predicted classes (B, Q).
    """
    width = bank[0].numel()
    per_task = width * (batch.support[0].numel() + batch.queries.shape[1])
    size = max(1, FLOATS_AT_ONCE // per_task)
    parts = []
    for start in range(0, len(batch), size):
        part = batch.part(slice(start, start + size))
        logits = method(bank[part.support], bank[part.queries])
        parts.append(logits.argmax(-1))
    return torch.cat(parts)


def _bank(
    store: Store, splits: Sequence[Split], features: FeatureSource
) -> tuple[Tensor, list[dict[int, int]]]:
    """Gather the features of every split's novel clips, and where each clip stands."""
    parts: list[Tensor] = []
    places: list[dict[int, int]] = []
    done = 0
    with progress_bar("features", total=len(splits)) as bar:
        for split in splits:
            indices = [i for i, clip in enumerate(store.clips) if clip.label in split.novel]
            parts.append(features(split, indices))
            places.append({index: done + place for place, index in enumerate(indices)})
            done += len(indices)
            bar.advance()
    return torch.cat(parts), places
