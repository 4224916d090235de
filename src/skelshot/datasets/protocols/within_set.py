"""A protocol within one set of a store of several: what the other sets have is trained on too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skelshot.datasets.clips import UNLABELLED
from skelshot.datasets.protocols.clip_counts import ClipCounts
from skelshot.datasets.protocols.contract import FewShotProtocol, IntervalOver
from skelshot.datasets.protocols.tasks import (
    LabelledClip,
    LabelledClips,
    Split,
    Task,
    fingerprint_of,
    labels_with_clips,
)
from skelshot.ground import SkelshotError
from skelshot.ground.suggestions import did_you_mean


@dataclass(frozen=True)
class WithinSet:
    """A protocol that sees one set of a store that `prepare sets` made of several.

    Splits, exemplars and queries are those of the set's own store, clip by clip, where no class of
    it was left out and exemplars are not drawn by people, whose numbers are others here. Every
    class with clips that the set does not have is a base class of every split.

    Args:
        protocol: Draws within the set.
        set_name: The set, as the clips' names begin.

    Example:
        >>> from skelshot.datasets.protocols import protocol_named
        >>> protocol_named("nw-ucla@ucla").name
        'nw-ucla@ucla'
    """

    protocol: FewShotProtocol
    set_name: str

    @property
    def name(self) -> str:
        """The names of the protocol and of the set."""
        return f"{self.protocol.name}@{self.set_name}"

    @property
    def about(self) -> str:
        """The protocol and the set."""
        return f"{self.protocol.name} within the set {self.set_name}"

    @property
    def draws_as(self) -> str:
        """The name that seeds the draws, and the set."""
        return f"{self.protocol.draws_as}@{self.set_name}"

    @property
    def interval_over(self) -> IntervalOver:
        """The units that the interval of a result is taken over."""
        return self.protocol.interval_over

    def split_list(self, store: LabelledClips) -> tuple[Split, ...]:
        """Draw the splits within the set.

        Args:
            store: The clips of all sets.

        Returns:
            The protocol's splits; the other sets' classes are base classes of each.

        Raises:
            SkelshotError: No clip is of that set, or the protocol cannot draw from it.
        """
        part = self._part(store)
        beside = labels_with_clips(store) - set(part.labels)
        return tuple(
            Split(
                split.index,
                tuple(sorted({part.labels[label] for label in split.base} | beside)),
                tuple(sorted(part.labels[label] for label in split.novel)),
            )
            for split in self.protocol.split_list(part)
        )

    def check_clips(self, store: LabelledClips, split: Split, shots: int) -> None:
        """Refuse tasks that the set's clips cannot fill.

        Args:
            store: The clips of all sets.
            split: One of `split_list`.
            shots: Exemplars a class, K.

        Raises:
            SkelshotError: They cannot.
        """
        part = self._part(store)
        self.protocol.check_clips(part, part.own(split), shots)

    def tasks(self, store: LabelledClips, split: Split, shots: int) -> list[Task]:
        """Draw the tasks of one split within the set.

        Args:
            store: The clips of all sets.
            split: One of `split_list`.
            shots: Exemplars a class, K.

        Returns:
            The protocol's tasks, of the store's clips and labels.

        Raises:
            SkelshotError: The set's clips cannot fill them.
        """
        part = self._part(store)
        places = np.array(part.places, np.int64)
        return [
            Task(
                task.split,
                task.draw,
                places[task.support],
                places[task.queries],
                task.targets,
                tuple(part.labels[label] for label in task.classes),
            )
            for task in self.protocol.tasks(part, part.own(split), shots)
        ]

    def counts(self, store: LabelledClips) -> ClipCounts | None:
        """Count the set's clips by their part, if the protocol names them.

        Args:
            store: The clips of all sets.

        Returns:
            The counts, or None.

        Raises:
            SkelshotError: The set is not what the protocol is for.
        """
        return self.protocol.counts(self._part(store))

    def fingerprint(self, store: LabelledClips, splits: Sequence[Split], shots: int) -> str:
        """Hash the protocol as it falls out on this store.

        Args:
            store: The clips of all sets.
            splits: Which splits were used.
            shots: Exemplars a class, K.

        Returns:
            16 hexadecimal digits.
        """
        part = self._part(store)
        own = self.protocol.fingerprint(part, [part.own(split) for split in splits], shots)
        chosen = [(split, ()) for split in splits]  # the tasks are in the set's own hash
        return fingerprint_of(f"{own}@{self.set_name}", store, chosen)

    def _part(self, store: LabelledClips) -> "_OneSet":
        part = _OneSet(store, f"{self.set_name}/")
        if not part.places:
            there = sorted(
                {clip.name.partition("/")[0] for clip in store.clips if "/" in clip.name}
            )
            expected = f"one of {', '.join(there[:10])}" if there else "a store of `prepare sets`"
            raise SkelshotError(
                f"protocol {self.name}: found no clip of the set {self.set_name!r:.80}, expected "
                f"{expected}{did_you_mean(self.set_name, there)}"
            )
        if part.joined:
            raise SkelshotError(
                f"protocol {self.name}: found the class {part.joined[0]!r:.80}, in which classes "
                f"of {self.set_name} are joined with others, expected the set's own alone, as "
                "splits are drawn by their order; leave it out of `joined`"
            )
        return part


class _OneSet:
    """The clips and classes of one set, named and numbered as in the set's own store.

    Attributes:
        places: Where each of its clips stands in the store of all.
        labels: The label in the store of all of each of its classes.
        joined: Names of classes that hold its clips and bear no set's name.
    """

    def __init__(self, store: LabelledClips, prefix: str) -> None:
        self._store, self._prefix = store, prefix
        self.places = [
            place for place, clip in enumerate(store.clips) if clip.name.startswith(prefix)
        ]
        named = {label for label, name in enumerate(store.class_names) if name.startswith(prefix)}
        shown = {store.clips[place].label for place in self.places} - {UNLABELLED}
        self.labels = sorted(named | shown)
        self.joined = [store.class_names[label] for label in sorted(shown - named)]

    @cached_property
    def class_names(self) -> tuple[str, ...]:
        """Class names in label order, as in the set's own store."""
        names = self._store.class_names
        return tuple(names[label].removeprefix(self._prefix) for label in self.labels)

    @cached_property
    def clips(self) -> Sequence[LabelledClip]:
        """The set's clips."""
        own: Mapping[int, int] = {label: place for place, label in enumerate(self.labels)}
        return [
            _Renamed(clip, clip.name.removeprefix(self._prefix), own.get(clip.label, UNLABELLED))
            for clip in (self._store.clips[place] for place in self.places)
        ]

    def own(self, split: Split) -> Split:
        """Number the classes of a split as the set's own store does."""
        base, novel = (
            tuple(place for place, label in enumerate(self.labels) if label in part)
            for part in (set(split.base), set(split.novel))
        )
        return Split(split.index, base, novel)


@dataclass(frozen=True)
class _Renamed:
    """A clip by the name and label of the set's own store."""

    clip: LabelledClip
    name: str
    label: int

    @property
    def subject(self) -> int | None:
        """The performer, where known."""
        return self.clip.subject

    def __getattr__(self, field: str) -> object:
        """Give what else is known of the clip, such as its camera."""
        if field == "clip":  # not there yet, where it is being copied
            raise AttributeError(field)
        return getattr(self.clip, field)
