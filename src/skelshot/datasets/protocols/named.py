"""Protocols of named classes: exemplars and queries by list, by file or by a recording's split."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from pydantic import Field, model_validator

from skelshot.datasets.clips import UNLABELLED
from skelshot.datasets.protocols.clip_choice import ClipChoice, first_twice
from skelshot.datasets.protocols.clip_counts import ClipCounts
from skelshot.datasets.protocols.contract import IntervalOver
from skelshot.datasets.protocols.protocol_file import ProtocolFile, check_shots
from skelshot.datasets.protocols.tasks import (
    LabelledClips,
    Split,
    Task,
    task_of,
)
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import shuffled_by_hash
from skelshot.ground.suggestions import did_you_mean

MOST_TOLD = 8
"""The most class names that are none of the store's and are told at once."""


class NamedProtocol(ProtocolFile):
    """Classes by name, and N-way K-shot episodes drawn among them or named clip by clip.

    With one draw, exemplars that are named are taken in their order; otherwise they are drawn by
    the hash of their names, the same on every machine. Five shots hold the one shot.

    Args:
        name: The protocol's name.
        novel: Names of the classes to recognise, at least two; none where encoders are trained for
            other data, which is pre-training alone.
        base: Names of the classes to train on; none where encoders come from elsewhere.
        exemplars: The clips to choose exemplars from; all of the novel classes unless told.
        queries: The clips to recognise; all that are no exemplars unless told. Clips without a
            label may be among them.
        ways: Classes an episode, N; all novel ones unless told.
        draws: Episodes.
        queries_per_class: Queries of each class an episode, as many of all; all unless told.
        official_clips: Clips of the whole data set as published, if they are to be counted; no
            part of what is drawn.

    Raises:
        SkelshotError: A class is named twice, or there are fewer than are to be drawn, or none.

    Example:
        >>> NamedProtocol(name="own", novel=("wave", "bow", "sit"), ways=2, draws=600).interval_over
        'draws'
    """

    novel: tuple[str, ...] = ()
    base: tuple[str, ...] = ()
    exemplars: ClipChoice = ClipChoice()
    queries: ClipChoice = ClipChoice()
    ways: int | None = Field(None, ge=2)
    draws: int = Field(1, ge=1, le=100_000)
    queries_per_class: int | None = Field(None, ge=1)
    official_clips: int | None = Field(None, ge=1, exclude=True)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (twice := first_twice([*self.novel, *self.base])) is not None:
            raise SkelshotError(
                f"protocol {self.name}: class {twice!r:.80} is named twice in novel and base, "
                "expected each class once"
            )
        if len(self.novel) == 1 or not (self.novel or self.base):
            raise SkelshotError(
                f"protocol {self.name}, novel: found {len(self.novel)} classes, expected at least "
                "2, or none beside base classes, for pre-training alone"
            )
        if self.ways is not None and self.ways > len(self.novel):
            raise SkelshotError(
                f"protocol {self.name}: found ways {self.ways}, expected at most "
                f"{len(self.novel)}, as many as are novel"
            )
        both = set(self.exemplars.clips or ()) & set(self.queries.clips or ())
        if both and self.draws == 1:
            raise SkelshotError(
                f"protocol {self.name}: clip {min(both)!r:.80} is an exemplar and a query, "
                "expected different clips"
            )
        return self

    @property
    def draws_as(self) -> str:
        """The protocol's own name seeds the draws."""
        return self.name

    @property
    def interval_over(self) -> IntervalOver:
        """The episodes, or the queries of the only one."""
        return "queries" if self.draws == 1 else "draws"

    def split_list(self, store: LabelledClips) -> tuple[Split, ...]:
        """Return the one split.

        Args:
            store: The clips and all class names.

        Returns:
            Split 0.

        Raises:
            SkelshotError: The store has no class of such a name.

        Example:
            >>> from types import SimpleNamespace
            >>> store = SimpleNamespace(class_names=("bow", "sit", "wave"), clips=[])
            >>> NamedProtocol(name="own", novel=("wave", "bow")).split_list(store)
            (Split(index=0, base=(), novel=(0, 2)),)
        """
        known = {name: label for label, name in enumerate(store.class_names)}
        unknown = [name for name in (*self.novel, *self.base) if name not in known]
        if unknown:
            raise SkelshotError(
                f"protocol {self.name}: the store has no class {_with_nearest(unknown, known)}"
            )
        base, novel = (sorted(map(known.__getitem__, part)) for part in (self.base, self.novel))
        return (Split(0, tuple(base), tuple(novel)),)

    def counts(self, store: LabelledClips) -> ClipCounts | None:
        """Count the clips by their part, where the published number of clips is told.

        Args:
            store: The clips.

        Returns:
            The counts, as they are for one shot.
        """
        if self.official_clips is None:
            return None
        (split,) = self.split_list(store)
        found = Counter(clip.label for clip in store.clips)
        base, novel = (sum(found[label] for label in p) for p in (split.base, split.novel))
        exemplars = sum(found[label] > 0 for label in split.novel)
        return ClipCounts(
            base + novel,
            base,
            exemplars,
            novel - exemplars,
            "complete" if base + novel == self.official_clips else "partial",
        )

    def check_clips(self, store: LabelledClips, split: Split, shots: int) -> None:
        """Refuse tasks that the clips cannot fill.

        Args:
            store: The clips.
            split: The one of `split_list`.
            shots: Exemplars a class, K.

        Raises:
            SkelshotError: A named clip is missing or of another class, or a class has too few.
        """
        self._pools(store, split, shots)

    def tasks(self, store: LabelledClips, split: Split, shots: int) -> list[Task]:
        """Draw the episodes.

        Args:
            store: The clips.
            split: The one of `split_list`.
            shots: Exemplars a class, K.

        Returns:
            `draws` tasks.

        Raises:
            SkelshotError: As `check_clips`, or an episode has no query.
        """
        pools, queries = self._pools(store, split, shots)
        return [
            self._episode(store, split, shots, draw, pools, queries) for draw in range(self.draws)
        ]

    def _episode(
        self,
        store: LabelledClips,
        split: Split,
        shots: int,
        draw: int,
        pools: dict[int, list[int]],
        queries: dict[int, list[int]],
    ) -> Task:
        """Draw one episode of the exemplars and queries that there are of each class."""
        keys = ("skelshot", self.name, "draw", draw)
        rows = {}
        for label in self._classes(store, split, keys):
            members = pools[label]
            if self.draws > 1 or self.exemplars.clips is None:
                members = _by_hash(store, members, *keys, "exemplars")
            rows[label] = members[:shots]
        taken = {index for row in rows.values() for index in row}
        left = {label: [i for i in of if i not in taken] for label, of in queries.items()}
        self._check_queries(store, rows, left)
        if self.queries_per_class is not None:
            for label in rows:
                chosen = _by_hash(store, left[label], *keys, "queries")
                left[label] = chosen[: self.queries_per_class]
        task = task_of(split.index, draw, rows, left)
        if not len(task.queries):
            raise SkelshotError(
                f"protocol {self.name}: draw {draw} has no query, all {len(taken)} clips of its "
                "classes are exemplars; lower --shots or name more queries"
            )
        return task

    def _check_queries(
        self, store: LabelledClips, rows: Iterable[int], left: Mapping[int, Sequence[int]]
    ) -> None:
        """Refuse a class that nothing tests, unless the queries were told or lack labels."""
        all_are = self.queries == ClipChoice() and not left[UNLABELLED]
        needed = self.queries_per_class or int(all_are)
        for label in rows:
            if (found := len(left[label])) < needed:
                raise SkelshotError(
                    f"protocol {self.name}: class {store.class_names[label]!r:.80} has {found} "
                    f"clips left to recognise, expected {needed} of each class; lower --shots"
                    + (" or queries_per_class" if self.queries_per_class else "")
                )

    def _classes(
        self, store: LabelledClips, split: Split, keys: tuple[object, ...]
    ) -> Sequence[int]:
        if self.ways is None:
            return split.novel
        names = {store.class_names[label]: label for label in split.novel}
        return sorted(names[name] for name in shuffled_by_hash(names, *keys)[: self.ways])

    def _pools(
        self, store: LabelledClips, split: Split, shots: int
    ) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """Gather what may be an exemplar and what a query, by label."""
        check_shots(shots)
        if not split.novel:
            raise SkelshotError(
                f"protocol {self.name}: names no novel classes, it is for pre-training alone; name "
                "at least 2 under novel to recognise them"
            )
        pools = self._chosen(store, split, self.exemplars, "exemplars")
        for label in split.novel:
            if len(pools[label]) < shots:
                advice = "name more" if shots == 1 else "lower --shots or name more"
                raise SkelshotError(
                    f"protocol {self.name}, exemplars: class {store.class_names[label]!r:.80} has "
                    f"{len(pools[label])}, {shots} shots need {shots}; {advice}"
                )
        return pools, self._chosen(store, split, self.queries, "queries")

    def _chosen(
        self, store: LabelledClips, split: Split, choice: ClipChoice, part: str
    ) -> dict[int, list[int]]:
        """Gather the clips of a choice by label; named ones must be of a class that is novel."""
        asked = f"protocol {self.name}, {part}"
        found: dict[int, list[int]] = {label: [] for label in (*split.novel, UNLABELLED)}
        for place in choice.places(store, asked):
            clip = store.clips[place]
            usable = clip.label in found and (clip.label != UNLABELLED or part == "queries")
            if usable:
                found[clip.label].append(place)
            elif choice.clips is not None:
                of = f"{store.class_names[clip.label]!r:.80}" if clip.label >= 0 else "no class"
                raise SkelshotError(
                    f"{asked}: clip {clip.name!r:.80} is of {of}, expected one of the novel classes"
                )
        return found


def _by_hash(store: LabelledClips, places: Sequence[int], *keys: object) -> list[int]:
    names = {store.clips[place].name: place for place in places}
    return [names[name] for name in shuffled_by_hash(names, *keys)]


def _with_nearest(unknown: Sequence[str], known: Iterable[str]) -> str:
    """Tell names that are none, each with the nearest that is one, or else some that there are."""
    near = {name: did_you_mean(name, known) for name in unknown[:MOST_TOLD]}
    told = " nor ".join(f"{name!r:.80}{hint}" for name, hint in near.items())
    if not any(near.values()):
        told += f", it has {', '.join(map('{!r:.80}'.format, list(known)[:3]))}, ..."
    more = len(unknown) - len(near)
    return told + (f" (and {more} more)" if more else "")
