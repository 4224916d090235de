"""Stage 3 on every split: exemplars in, scores of all queries and their accuracy out."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import index
from typing import Protocol as Structure

import torch
from torch import Tensor

from skelshot.datasets.clips import UNLABELLED
from skelshot.datasets.protocols.contract import FewShotProtocol
from skelshot.datasets.protocols.tasks import Split, Task
from skelshot.datasets.store import Store
from skelshot.evaluation.answers import Answers, ShotResult, judge
from skelshot.evaluation.task_batches import TaskBatch, batch_tasks
from skelshot.fewshot import METHODS, FewShotMethod
from skelshot.ground import SkelshotError

FLOATS_AT_ONCE = 64_000_000


class FeatureSource(Structure):
    """Gives what a method reads of a split's clips, (n, ...), one row an index."""

    def __call__(self, split: Split, indices: Sequence[int], /) -> Tensor:
        """Give the features of clips."""
        ...


def chosen_shots(shots: Iterable[int]) -> list[int]:
    """Check the numbers of exemplars that are asked for.

    Args:
        shots: Numbers of exemplars a class.

    Returns:
        The same numbers.

    Raises:
        SkelshotError: There is none, or one is there twice.

    Example:
        >>> chosen_shots(range(1, 3))
        [1, 2]
    """
    chosen = [index(count) for count in shots]
    if not chosen:
        raise SkelshotError("--shots: found none, expected at least one number")
    for count in chosen:
        if chosen.count(count) > 1:
            raise SkelshotError(f"--shots: found {count} twice, expected each number once")
    return chosen


def draw_tasks(
    store: Store, protocol: FewShotProtocol, splits: Sequence[Split], shots: Sequence[int]
) -> dict[int, list[list[Task]]]:
    """Draw all tasks of an evaluation.

    Args:
        store: The clips.
        protocol: Draws the tasks.
        splits: Which splits.
        shots: Numbers of exemplars a class.

    Returns:
        For each number of shots the tasks of each split.

    Raises:
        SkelshotError: A task cannot be filled.
    """
    return {k: [protocol.tasks(store, split, k) for split in splits] for k in shots}


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
    tasks = draw_tasks(store, protocol, splits, shots)
    answers = answer(store, splits, method, tasks, features, seconds)
    return [judge(store, protocol, splits, each) for each in answers]


def answer(
    store: Store,
    splits: Sequence[Split],
    method: FewShotMethod,
    tasks: Mapping[int, Sequence[Sequence[Task]]],
    features: FeatureSource,
    seconds: dict[str, float] | None = None,
    device: torch.device | str = "cpu",
) -> list[Answers]:
    """Score the queries of all tasks with one method.

    Features are asked for once a split, whatever the shots, or once in all where `features` are
    the same for all splits. The tasks of all splits and draws then form one batch.

    Args:
        store: The clips.
        splits: Which splits.
        method: The few-shot method.
        tasks: For each number of shots the tasks of each split.
        features: Gives the features of a split's clips; with an attribute `same_for_all` that
            is true they do not depend on the split.
        seconds: What each part took is added to, if given.
        device: Where the method runs.

    Returns:
        The answers, one for each number of shots.
    """
    clock = time.perf_counter()
    spent = {} if seconds is None else seconds
    bank, places = _bank(store, splits, tasks, features)
    _add(spent, "features", clock)
    answers = []
    for k, per_split in tasks.items():
        clock = time.perf_counter()
        flat = [task for tasks_of_split in per_split for task in tasks_of_split]
        where = [places[i] for i, group in enumerate(per_split) for _ in group]
        labels = torch.tensor([task.classes for task in flat])
        batch = batch_tasks(flat, where)
        logits = score_queries(method, bank, batch, labels, device)
        answers.append(Answers(k, flat, logits))
        _add(spent, f"{k}-shot", clock)
    return answers


def _add(seconds: dict[str, float], part: str, since: float) -> None:
    seconds[part] = round(seconds.get(part, 0.0) + time.perf_counter() - since, 3)


def score_queries(
    method: FewShotMethod,
    bank: Tensor,
    batch: TaskBatch,
    labels: Tensor | None = None,
    device: torch.device | str = "cpu",
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
        device: Where the method runs; only the parts that go through at once lie there.

    Returns:
        Logits (B, Q, N), float32; those of padding mean nothing.
    """
    method.to(device)
    gathered = torch.zeros(*batch.queries.shape, batch.support.shape[1])
    for rows, columns in _parts(method, batch, room=max(1, FLOATS_AT_ONCE // bank[0].numel())):
        gathered[rows, columns] = _scores(
            method,
            bank[batch.support[rows]].to(device),
            bank[batch.queries[rows, columns]].to(device),
            None if labels is None else labels[rows].to(device),
        ).cpu()
    return gathered


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
    store: Store,
    splits: Sequence[Split],
    tasks: Mapping[int, Sequence[Sequence[Task]]],
    features: FeatureSource,
) -> tuple[Tensor, list[dict[int, int]]]:
    """Gather the features of every split's clips, and where each clip stands."""
    if getattr(features, "same_for_all", False):
        used = {
            int(index)
            for per_split in tasks.values()
            for task in (task for group in per_split for task in group)
            for index in (*task.support.flat, *task.queries)
        }
        places = {index: place for place, index in enumerate(sorted(used))}
        return features(splits[0], list(places)), [places] * len(splits)
    parts: list[Tensor] = []
    all_places: list[dict[int, int]] = []
    done = 0
    for split in splits:
        wanted = {*split.novel, UNLABELLED}
        indices = [i for i, clip in enumerate(store.clips) if clip.label in wanted]
        parts.append(features(split, indices))
        all_places.append({index: done + place for place, index in enumerate(indices)})
        done += len(indices)
    return parts[0] if len(parts) == 1 else torch.cat(parts), all_places
