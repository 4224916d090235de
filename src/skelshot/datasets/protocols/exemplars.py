"""Protocols that name their exemplars file by file, such as NTU's one-shot evaluation."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import Field, model_validator

from skelshot.datasets.protocols.clip_counts import ClipCounts, OfficialCounts
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


class ExemplarProtocol(ProtocolFile):
    """One fixed choice of classes, with one named exemplar of each novel class.

    Classes go by their numbers, from 1: class n is label n - 1. There is one split and one
    task. K shots are the named exemplar and the next K - 1 clips of the class in file-name
    order, beginning after the exemplar and wrapping round: first those that are `alike`, then
    the others. Every other clip of the novel classes is a query.

    Args:
        name: The protocol's name.
        auxiliary: Numbers of the classes to train on, in the order in which they are taken.
        auxiliary_classes: How many of them are used, from the front.
        exemplars: Name of the exemplar of each novel class, by class number.
        alike: Regular expression over clip names; clips whose groups equal the exemplar's are
            alike. With "" all are.
        official: Counts of the published list, if there is one.

    Raises:
        SkelshotError: A class is base and novel or named twice, or there are fewer auxiliary
            classes than are to be used.
    """

    auxiliary: tuple[int, ...]
    auxiliary_classes: int = Field(ge=0)
    exemplars: dict[int, str] = Field(min_length=2)
    alike: str = ""
    official: OfficialCounts | None = None

    @model_validator(mode="before")
    @classmethod
    def _none_of_none(cls, fields: Any) -> Any:
        if isinstance(fields, dict) and fields.get("auxiliary") == []:
            return {"auxiliary_classes": 0, **fields}
        return fields

    @model_validator(mode="after")
    def _check(self) -> Self:
        both = sorted(set(self.auxiliary) & set(self.exemplars))
        if both:
            raise SkelshotError(
                f"protocol {self.name}: classes {both} are both auxiliary and novel; each class "
                "may stand on one side only"
            )
        numbers = [*self.auxiliary, *self.exemplars]
        if min(numbers) < 1 or len(set(numbers)) < len(numbers):
            raise SkelshotError(
                f"protocol {self.name}: found class numbers below 1 or twice in auxiliary, "
                "expected different numbers from 1"
            )
        if self.auxiliary_classes > len(self.auxiliary):
            raise SkelshotError(
                f"protocol {self.name}: found auxiliary_classes {self.auxiliary_classes}, "
                f"expected at most {len(self.auxiliary)}, as many as are listed"
            )
        try:
            re.compile(self.alike)
        except re.error as error:
            raise SkelshotError(
                f"protocol {self.name}, alike: {self.alike!r} is no regular expression ({error})"
            ) from error
        return self

    @property
    def draws_as(self) -> str:
        """The protocol's own name: nothing is drawn."""
        return self.name

    @property
    def interval_over(self) -> IntervalOver:
        """The queries: with one split there is no spread over splits."""
        return "queries"

    @property
    def novel(self) -> tuple[int, ...]:
        """Labels of the novel classes, rising."""
        return tuple(sorted(number - 1 for number in self.exemplars))

    def with_auxiliary(self, count: int) -> "ExemplarProtocol":
        """Train on fewer classes.

        Args:
            count: How many, from the front of `auxiliary`.

        Returns:
            The protocol, named `NAME-auxCOUNT`; itself when that is the number it has.

        Raises:
            SkelshotError: There are not so many.
        """
        if count == self.auxiliary_classes:
            return self
        changes = {"name": f"{self.name}-aux{count}", "auxiliary_classes": count}
        if not 1 <= count <= len(self.auxiliary):
            raise SkelshotError(
                f"protocol {changes['name']}: found {count} auxiliary classes, expected 1 to "
                f"{len(self.auxiliary)}"
            )
        return self.model_copy(update=changes)

    def split_list(self, store: LabelledClips) -> tuple[Split, ...]:
        """Return the one split.

        Its base are the auxiliary classes that have clips, as a part of a data set has only
        some of them; with clips of none, all are named and pre-training refuses them.

        Args:
            store: The clips and all class names.

        Returns:
            Split 0.

        Raises:
            SkelshotError: There are fewer classes than the protocol numbers.

        Example:
            >>> from types import SimpleNamespace
            >>> rule = ExemplarProtocol(name="toy", auxiliary=(4, 2), auxiliary_classes=2,
            ...                         exemplars={1: "a", 3: "c"})
            >>> store = SimpleNamespace(
            ...     class_names=("w", "x", "y", "z"), clips=[SimpleNamespace(label=3)])
            >>> rule.split_list(store)
            (Split(index=0, base=(3,), novel=(0, 2)),)
        """
        self._check_numbers(store)
        used = sorted(number - 1 for number in self.auxiliary[: self.auxiliary_classes])
        there = labels_with_clips(store)
        base = [label for label in used if label in there] or used
        return (Split(0, tuple(base), self.novel),)

    def check_clips(self, store: LabelledClips, split: Split, shots: int) -> None:
        """Refuse a task that the clips cannot fill, before any work starts.

        Args:
            store: The clips.
            split: The one of `split_list`.
            shots: Exemplars a class, K.

        Raises:
            SkelshotError: An exemplar is missing or of another class, or a class has too few
                clips; the message names the file or class.
        """
        self._supports(store, shots)

    def tasks(self, store: LabelledClips, split: Split, shots: int) -> list[Task]:
        """Return the one task.

        Args:
            store: The clips.
            split: The one of `split_list`.
            shots: Exemplars a class, K.

        Returns:
            One task; queries stand by class, then by name.

        Raises:
            SkelshotError: As `check_clips`.
        """
        by_class = self._by_class(store)
        rows = dict(zip(self.novel, self._supports(store, shots, by_class), strict=True))
        unlabelled = clips_by_label(store, ())
        return [task_of(split.index, 0, rows, by_class | unlabelled)]

    def counts(self, store: LabelledClips) -> ClipCounts:
        """Count the clips by their part.

        Args:
            store: The clips.

        Returns:
            The counts, as they are for one shot.

        Raises:
            SkelshotError: A novel class has clips but lacks its exemplar, or the store has as many
                clips as the published list with other numbers of them in base and novel classes.
        """
        by_class = self._by_class(store)
        novel = sum(map(len, by_class.values()))
        there = {label: members for label, members in by_class.items() if members}
        exemplars = len(self._exemplars(store, there))
        found = Counter(clip.label for clip in store.clips)
        every = sum(found[number - 1] for number in self.auxiliary)
        base = sum(found[number - 1] for number in self.auxiliary[: self.auxiliary_classes])
        queries = novel - exemplars
        official = (
            self.official.compare(self.name, every, exemplars, queries) if self.official else None
        )
        if official and not all(found[number - 1] for number in (*self.auxiliary, *self.exemplars)):
            official = "partial"
        return ClipCounts(every + novel, base, exemplars, queries, official)

    def _check_numbers(self, store: LabelledClips) -> None:
        """Refuse a store of fewer classes than the protocol numbers."""
        highest, named = max(*self.auxiliary, *self.exemplars), len(store.class_names)
        if highest > named:
            raise SkelshotError(
                f"protocol {self.name}: needs classes up to number {highest}, the store has "
                f"{named}; choose a protocol of this data set"
            )

    def _by_class(self, store: LabelledClips) -> dict[int, list[int]]:
        """Gather the clips of each novel class in file-name order."""
        self._check_numbers(store)
        found = clips_by_label(store, self.novel)
        return {
            label: sorted(found[label], key=lambda index: store.clips[index].name)
            for label in self.novel
        }

    def _exemplars(
        self, store: LabelledClips, by_class: Mapping[int, Sequence[int]]
    ) -> dict[int, int]:
        """Find the named exemplar of each novel class: its place in the class's list."""
        places: dict[int, int] = {}
        missing = []
        for label, members in by_class.items():
            wanted = self.exemplars[label + 1]
            names = [store.clips[index].name for index in members]
            if wanted in names:
                places[label] = names.index(wanted)
            else:
                missing.append((wanted, label))
        if missing:
            wanted, label = missing[0]
            others = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
            raise SkelshotError(
                f"protocol {self.name}: the exemplar {wanted}{others} is not among the clips of "
                f"class {label + 1} {store.class_names[label]!r} in the store; prepare the raw "
                "files again with it, or name exemplars that are there in a protocol of your own"
            )
        return places

    def _supports(
        self,
        store: LabelledClips,
        shots: int,
        by_class: Mapping[int, list[int]] | None = None,
    ) -> list[list[int]]:
        """Choose the K shots of each novel class."""
        check_shots(shots)
        by_class = self._by_class(store) if by_class is None else by_class
        places = self._exemplars(store, by_class)
        rows = []
        for label, members in by_class.items():
            if len(members) < shots + 1:
                raise SkelshotError(
                    f"protocol {self.name}: class {label + 1} {store.class_names[label]!r} has "
                    f"{len(members)} clips, {shots} shots and a query need {shots + 1}; lower "
                    "--shots or prepare more clips"
                )
            place = places[label]
            exemplar, others = members[place], members[place + 1 :] + members[:place]
            wanted = self._traits(store.clips[exemplar].name)
            others.sort(key=lambda i: self._traits(store.clips[i].name) != wanted)
            rows.append([exemplar, *others][:shots])
        return rows

    def _traits(self, name: str) -> tuple[str | None, ...] | None:
        """Return what clips must share to be alike; None for a name that tells nothing."""
        match = re.fullmatch(self.alike, name) if self.alike else None
        return match.groups() if match else None
