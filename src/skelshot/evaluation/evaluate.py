"""Stage 3 on every split: exemplars in, accuracy with an interval out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from skelshot.datasets.protocols import ClassSplitProtocol, Split
from skelshot.datasets.store import Store
from skelshot.encoders import Encoder
from skelshot.evaluation.features import encode_clips, input_clips
from skelshot.evaluation.metrics import Interval, confusion_matrix, mean_interval
from skelshot.evaluation.options import EvaluateOptions
from skelshot.evaluation.tasks import TaskBatch, batch_tasks
from skelshot.fewshot import FewShotMethod
from skelshot.ground import SkelshotError
from skelshot.ground.progress import progress_bar
from skelshot.skeletons import InputSpec

LoadEncoder = Callable[[Split], tuple[Encoder, InputSpec]]
"""Gives the encoder of a split and the input it was trained on."""

FLOATS_AT_ONCE = 64_000_000


@dataclass(frozen=True, eq=False)
class ShotResult:
    """What came out for one number of shots.

    Args:
        shots: K.
        per_split: Accuracy of each split, averaged over its draws.
        interval: Mean and 95 % interval over the splits.
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
    options: EvaluateOptions,
    load_encoder: LoadEncoder | None,
    seconds: dict[str, float] | None = None,
) -> list[ShotResult]:
    """Evaluate a few-shot method on every draw of every split.

    The encoder of a split runs once over the split's novel clips. The tasks of all splits and
    draws then form one batch.

    Args:
        store: The clips.
        protocol: Draws the tasks.
        splits: Which splits.
        method: The few-shot method.
        shots: Numbers of exemplars a class.
        options: Read-out, views and batch size.
        load_encoder: Gives each split's encoder; None for a method that reads clips.
        seconds: Filled with wall time by part, if given.

    Returns:
        One result a number of shots.

    Raises:
        SkelshotError: A task cannot be filled, or the method needs an encoder.
    """
    tasks = {k: [protocol.tasks(store, split, k) for split in splits] for k in shots}
    clock = time.perf_counter()
    bank, places = _bank(store, splits, method, options, load_encoder)
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
        results.append(ShotResult(k, accuracies, mean_interval(accuracies), confusion, fingerprint))
        spent[f"{k}-shot"] = time.perf_counter() - clock
    if seconds is not None:
        seconds.update({name: round(value, 3) for name, value in spent.items()})
    return results


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
    store: Store,
    splits: Sequence[Split],
    method: FewShotMethod,
    options: EvaluateOptions,
    load_encoder: LoadEncoder | None,
) -> tuple[Tensor, list[dict[int, int]]]:
    """Gather the features of every split's novel clips, and where each clip stands."""
    parts: list[Tensor] = []
    places: list[dict[int, int]] = []
    done = 0
    with progress_bar("features", total=len(splits)) as bar:
        for split in splits:
            indices = [i for i, clip in enumerate(store.clips) if clip.label in split.novel]
            if method.reads == "clip":
                spec = InputSpec(layout=store.layout.name, **method.inputs)
                parts.append(input_clips(store, spec, indices, options.batch))
            elif load_encoder is None:
                raise SkelshotError(
                    f"method {method.name}: reads an encoder's features; give --run RUN"
                )
            else:
                encoder, spec = load_encoder(split)
                keep_map = method.reads == "map"
                parts.append(encode_clips(encoder, store, spec, indices, options, keep_map))
            places.append({index: done + place for place, index in enumerate(indices)})
            done += len(indices)
            bar.advance()
    return torch.cat(parts), places
