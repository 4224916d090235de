"""Random choices of base and novel classes, the same for ever."""

import hashlib
from functools import partial
from typing import Literal

from pydantic import Field

from skelshot.datasets.class_counts import ClassCounts
from skelshot.datasets.protocols.contract import IntervalOver
from skelshot.datasets.protocols.protocol_file import ProtocolFile, check_shots
from skelshot.datasets.protocols.tasks import (
    LabelledClips,
    Split,
    Task,
    clips_by_label,
    labels_with_clips,
    task_of,
)
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import shuffled_by_hash


class ClassSplitProtocol(ProtocolFile):
    """Random class splits of one data set, with several exemplar draws each.

    Splits and exemplars are ordered by SHA-256 of names, never by a seeded shuffle, so they are
    the same on every machine and in every version. Splits depend on which classes have clips
    alone, so deleting some clips of a class never changes them. Base classes come first in the
    order, so deleting the novel ones does not change what a split trains on. Equal splits are
    drawn again.

    Args:
        name: The protocol's name.
        draws_as: Seeds the draws; protocols that share it share their splits.
        splits: How many choices of classes.
        base: Number of base classes a split; 0 where encoders come from elsewhere.
        novel: Number of novel classes a split (N of the tasks).
        draws: Exemplar draws a split and shot.
        exemplars: `any-clips`: K clips a class, every other novel clip is a query.
            `same-subjects`: the same K subjects show every class, one clip each, and only
            clips of other subjects are queries.
    """

    draws_as: str
    splits: int = Field(ge=1)
    base: int = Field(ge=0)
    novel: int = Field(ge=2)
    draws: int = Field(ge=1)
    exemplars: Literal["any-clips", "same-subjects"] = "any-clips"

    @property
    def interval_over(self) -> IntervalOver:
        """The splits, which are independent choices of classes."""
        return "splits"

    def split_list(self, store: LabelledClips) -> tuple[Split, ...]:
        """Draw the splits among the classes that have clips.

        Where fewer have clips than a split takes, as when a split's novel clips are deleted, all
        classes are drawn from. If no such split has clips of all its base or all its novel
        classes, those with clips come first, and splits may be equal.

        Args:
            store: The clips and all class names.

        Returns:
            `splits` splits, numbered from 0.

        Raises:
            SkelshotError: There are too few classes, or too few different choices of them.

        Example:
            >>> from types import SimpleNamespace
            >>> protocol = ClassSplitProtocol(
            ...     name="toy", draws_as="toy", splits=2, base=1, novel=2, draws=1)
            >>> store = SimpleNamespace(
            ...     class_names=("a", "b", "c", "d"),
            ...     clips=[SimpleNamespace(label=label) for label in (0, 0, 2, 3)])
            >>> [(split.base, split.novel) for split in protocol.split_list(store)]
            [((0,), (2, 3)), ((3,), (0, 2))]
        """
        counts, wanted = ClassCounts.of(store), self.base + self.novel
        if wanted > counts.named:
            spare = ", or base: 0 for an encoder of other data" if self.base else ""
            raise SkelshotError(
                f"protocol {self.name}: needs {self.base} base and {self.novel} novel classes, "
                f"the store has {counts.named} ({counts}); choose a protocol with fewer classes"
                f"{spare}"
            )
        there = labels_with_clips(store)
        if counts.with_clips >= wanted:
            return self._drawn(counts, there)
        splits = self._drawn(counts, frozenset(range(counts.named)))
        parts = [part for split in splits for part in (split.base, split.novel)]
        if any(map(there.issuperset, parts)):
            return splits
        return self._drawn(counts, there, different=False)

    def _drawn(
        self, counts: ClassCounts, first: frozenset[int], different: bool = True
    ) -> tuple[Split, ...]:
        """Draw splits; the classes `first` are taken before any other."""
        found: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
        wanted = self.base + self.novel

        def place(attempt: int, label: int) -> tuple[bool, str]:
            return label not in first, self._split_key(attempt, label)

        for attempt in range(100 * self.splits):
            order = sorted(range(counts.named), key=partial(place, attempt))
            chosen = (tuple(sorted(order[: self.base])), tuple(sorted(order[self.base : wanted])))
            if not different or chosen not in found:
                found.append(chosen)
            if len(found) == self.splits:
                return tuple(Split(index, *parts) for index, parts in enumerate(found))
        raise SkelshotError(
            f"protocol {self.name}: only {len(found)} different splits of {len(first)} classes "
            f"were found, {self.splits} are asked for ({counts}); ask for fewer"
        )

    def _split_key(self, attempt: int, label: int) -> str:
        text = f"skelshot {self.draws_as} split {attempt} class {label + 1}"
        return hashlib.sha256(text.encode()).hexdigest()

    def tasks(self, store: LabelledClips, split: Split, shots: int) -> list[Task]:
        """Draw the tasks of one split.

        Args:
            store: The clips.
            split: One of `split_list`.
            shots: Exemplars a class, K.

        Returns:
            `draws` tasks.

        Raises:
            SkelshotError: A class has too few clips or subjects for K exemplars and a query.
        """
        self.check_clips(store, split, shots)
        draw = self._draw_clips if self.exemplars == "any-clips" else self._draw_subjects
        return [draw(store, split, shots, number) for number in range(self.draws)]

    def check_clips(self, store: LabelledClips, split: Split, shots: int) -> None:
        """Refuse a task that the clips cannot fill, before any work starts.

        Args:
            store: The clips.
            split: One of `split_list`.
            shots: Exemplars a class, K.

        Raises:
            SkelshotError: The message names the class, its clips and what is needed.
        """
        check_shots(shots)
        for label in split.novel:
            count = sum(clip.label == label for clip in store.clips)
            if count < shots + 1:
                raise SkelshotError(
                    f"protocol {self.name}, split {split.index}: class "
                    f"{store.class_names[label]!r} has {count} clips, {shots} shots and a query "
                    f"need {shots + 1}; lower --shots or prepare more clips "
                    f"({ClassCounts.of(store)})"
                )

    def _keys(self, split: Split, draw: int) -> tuple[object, ...]:
        return ("skelshot", self.draws_as, self.exemplars, "split", split.index, "draw", draw)

    def _draw_clips(self, store: LabelledClips, split: Split, shots: int, draw: int) -> Task:
        clips, rows = store.clips, {}
        by_class = clips_by_label(store, split.novel)
        for label in split.novel:
            names = {clips[i].name: i for i in by_class[label]}
            order = shuffled_by_hash(names, *self._keys(split, draw), label)
            rows[label] = [names[name] for name in order[:shots]]
        return task_of(split.index, draw, rows, by_class)

    def _draw_subjects(self, store: LabelledClips, split: Split, shots: int, draw: int) -> Task:
        clips = store.clips
        by_class = clips_by_label(store, split.novel)
        showing = [{clips[i].subject for i in by_class[label]} for label in split.novel]
        common = sorted(s for s in set.intersection(*showing) if s is not None)
        if len(common) < shots + 1:
            raise SkelshotError(
                f"protocol {self.name}, split {split.index}: {len(common)} subjects show every "
                f"novel class, {shots} shots and other people's queries need {shots + 1}; "
                "lower --shots"
            )
        chosen = shuffled_by_hash(common, *self._keys(split, draw), "subjects")[:shots]
        rows: dict[int, list[int]] = {label: [] for label in split.novel}
        for label, row in rows.items():
            for subject in chosen:
                names = {clips[i].name: i for i in by_class[label] if clips[i].subject == subject}
                row.append(names[shuffled_by_hash(names, *self._keys(split, draw), label)[0]])
        return task_of(split.index, draw, rows, by_class, lambda i: clips[i].subject not in chosen)
