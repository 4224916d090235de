"""Splits and tasks: which classes train, which clips are exemplars and which are queries."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol as Structure

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.clips import UNLABELLED
from skelshot.ground import SkelshotError

IntArray = NDArray[np.int64]


class LabelledClip(Structure):
    """A clip as protocols see it."""

    @property
    def name(self) -> str:
        """The clip's name, unique in its store."""
        ...

    @property
    def label(self) -> int:
        """The class, or `UNLABELLED`."""
        ...

    @property
    def subject(self) -> int | None:
        """The performer, where known."""
        ...


class LabelledClips(Structure):
    """A store as protocols see it."""

    @property
    def clips(self) -> Sequence[LabelledClip]:
        """All clips."""
        ...

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names in label order."""
        ...


@dataclass(frozen=True)
class Split:
    """One choice of base and novel classes.

    Args:
        index: The split's number.
        base: Labels to train on, rising.
        novel: Labels to recognise from exemplars, rising.

    Raises:
        SkelshotError: A class is both base and novel.
    """

    index: int
    base: tuple[int, ...]
    novel: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse overlap."""
        both = sorted(set(self.base) & set(self.novel))
        if both:
            raise SkelshotError(
                f"split {self.index}: classes {both} are both base and novel; each class may "
                "stand on one side only"
            )


@dataclass(frozen=True, eq=False)
class Task:
    """One N-way K-shot task of an evaluation.

    Args:
        split: The split's number.
        draw: Which draw of exemplars.
        support: Clip indices (N, K), a row a class of the task.
        queries: Clip indices (Q,).
        targets: The row of `support` that each query belongs to, (Q,); `UNLABELLED` where
            nobody knows.
        classes: The label of each row of `support`.
    """

    split: int
    draw: int
    support: IntArray
    queries: IntArray
    targets: IntArray
    classes: tuple[int, ...]


def clips_by_label(store: LabelledClips, labels: Collection[int]) -> dict[int, list[int]]:
    """Gather the clips of some classes, and those without a label, which are always queries.

    Args:
        store: The clips.
        labels: The classes.

    Returns:
        Clip indices in the order of the store, by label; those under `UNLABELLED` come last.
    """
    found: dict[int, list[int]] = {label: [] for label in (*labels, UNLABELLED)}
    for index, clip in enumerate(store.clips):
        if clip.label in found:
            found[clip.label].append(index)
    return found


def task_of(
    split: int,
    draw: int,
    rows: Mapping[int, Sequence[int]],
    candidates: Mapping[int, Sequence[int]],
    is_query: Callable[[int], bool] | None = None,
) -> Task:
    """Gather a task: what is no exemplar is a query.

    Args:
        split: The split's number.
        draw: Which draw of exemplars.
        rows: Exemplars (K) of each class of the task, by label.
        candidates: Clips by label, as `clips_by_label` gives them; the queries keep this order.
        is_query: Tells which of them may be queries; all unless told.

    Returns:
        The task.
    """
    places = {label: row for row, label in enumerate(rows)} | {UNLABELLED: UNLABELLED}
    taken = {index for row in rows.values() for index in row}
    pairs = [
        (index, place)
        for label, place in places.items()
        for index in candidates.get(label, ())
        if index not in taken and (is_query is None or is_query(index))
    ]
    queries, targets = np.array(pairs, np.int64).reshape(-1, 2).T
    support = np.array(list(rows.values()), np.int64)
    return Task(split, draw, support, queries.copy(), targets.copy(), tuple(rows))


def labels_with_clips(store: LabelledClips) -> frozenset[int]:
    """Gather the labels of all clips: the classes that have any.

    Args:
        store: The clips.

    Returns:
        The labels.
    """
    return frozenset(clip.label for clip in store.clips if clip.label != UNLABELLED)


def base_clips(store: LabelledClips, split: Split) -> IntArray:
    """List the clips that pre-training may see.

    Args:
        store: The clips.
        split: Names the base classes.

    Returns:
        Indices (n,) of the base classes' clips, ordered by clip name, so that the order does
        not depend on what else the store holds.

    Raises:
        SkelshotError: There is no base class, or one has no clip.
    """
    if not split.base:
        raise SkelshotError(
            f"split {split.index}: the protocol has no base classes to train on; choose one that "
            "has, or only evaluate with it (--run RUN of other data)"
        )
    base = set(split.base)
    chosen = [i for i, clip in enumerate(store.clips) if clip.label in base]
    missing = base - {store.clips[i].label for i in chosen}
    if missing:
        names = ", ".join(store.class_names[label] for label in sorted(missing)[:5])
        others = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise SkelshotError(
            f"split {split.index}: no clips of the base classes {names}{others}; "
            f"{len(labels_with_clips(store))} of {len(store.class_names)} classes have clips, "
            "choose a protocol of fewer classes or prepare clips of these"
        )
    return np.array(sorted(chosen, key=lambda i: store.clips[i].name), np.int64)


def fingerprint_of(
    options: str, store: LabelledClips, tasks: Iterable[tuple[Split, Sequence[Task]]]
) -> str:
    """Hash a protocol as it falls out on a store.

    Args:
        options: The protocol's fields as text.
        store: The clips.
        tasks: The tasks of each split.

    Returns:
        16 hexadecimal digits over the options, the splits, and every task's clip names.
    """
    digest = hashlib.sha256(options.encode())
    for split, of_split in tasks:
        digest.update(json.dumps([split.base, split.novel]).encode())
        for task in of_split:
            for indices in (task.support.ravel(), task.queries):
                names = [store.clips[int(i)].name for i in indices]
                digest.update(json.dumps(names).encode())
    return digest.hexdigest()[:16]
