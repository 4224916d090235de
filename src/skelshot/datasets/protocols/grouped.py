"""Protocols whose classes come in groups, such as pairs, that stay together on one side."""

from collections.abc import Sequence
from itertools import combinations
from typing import Self

from pydantic import Field, model_validator

from skelshot.datasets.protocols.contract import IntervalOver
from skelshot.datasets.protocols.named import NamedProtocol
from skelshot.datasets.protocols.protocol_file import ProtocolFile
from skelshot.datasets.protocols.tasks import LabelledClips, Split, Task
from skelshot.ground import SkelshotError


class GroupedProtocol(ProtocolFile):
    """Every choice of some groups of classes as novel ones; the other groups are the base.

    Choices stand in the order of the groups. Exemplars are drawn by the hash of names as
    `NamedProtocol` draws them, the same on every machine; five shots hold the one shot, and every
    other clip of the novel classes is a query.

    Args:
        name: The protocol's name.
        groups: Names of the classes, group by group.
        novel_groups: How many groups are novel.
        draws: Exemplar draws a split and shot.

    Raises:
        SkelshotError: A class is named twice, or there are too few groups for base and novel.

    Example:
        >>> from types import SimpleNamespace
        >>> pairs = GroupedProtocol(
        ...     name="pairs", groups=(("push", "pull"), ("lift", "lower")), novel_groups=1, draws=1)
        >>> store = SimpleNamespace(class_names=("lift", "lower", "pull", "push"), clips=[])
        >>> [split.novel for split in pairs.split_list(store)]
        [(2, 3), (0, 1)]
    """

    groups: tuple[tuple[str, ...], ...] = Field(min_length=2, max_length=16)
    novel_groups: int = Field(ge=1)
    draws: int = Field(ge=1, le=1000)

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [name for group in self.groups for name in group]
        twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
        if twice is not None:
            raise SkelshotError(
                f"protocol {self.name}: class {twice!r} is named twice in groups, expected each "
                "class once"
            )
        if self.novel_groups >= len(self.groups):
            raise SkelshotError(
                f"protocol {self.name}: found novel_groups {self.novel_groups}, expected at most "
                f"{len(self.groups) - 1}, so that a group is left to train on"
            )
        return self

    @property
    def draws_as(self) -> str:
        """The protocol's own name seeds the draws."""
        return self.name

    @property
    def interval_over(self) -> IntervalOver:
        """The splits, which are the choices of groups."""
        return "splits"

    def split_list(self, store: LabelledClips) -> tuple[Split, ...]:
        """List every choice of novel groups.

        Args:
            store: The clips and all class names.

        Returns:
            The splits, numbered from 0.

        Raises:
            SkelshotError: The store has no class of such a name.
        """
        chosen = combinations(range(len(self.groups)), self.novel_groups)
        return tuple(self._split(store, index, novel) for index, novel in enumerate(chosen))

    def check_clips(self, store: LabelledClips, split: Split, shots: int) -> None:
        """Refuse a task that the clips cannot fill, before any work starts.

        Args:
            store: The clips.
            split: One of `split_list`.
            shots: Exemplars a class, K.

        Raises:
            SkelshotError: A class has too few clips; the message names it and the split.
        """
        self._within(store, split).check_clips(store, split, shots)

    def tasks(self, store: LabelledClips, split: Split, shots: int) -> list[Task]:
        """Draw the tasks of one split.

        Args:
            store: The clips.
            split: One of `split_list`.
            shots: Exemplars a class, K.

        Returns:
            `draws` tasks.

        Raises:
            SkelshotError: As `check_clips`, or no clip is left as a query.
        """
        return self._within(store, split).tasks(store, split, shots)

    def _split(self, store: LabelledClips, index: int, novel: Sequence[int]) -> Split:
        sides: tuple[list[str], list[str]] = ([], [])
        for place, group in enumerate(self.groups):
            sides[place in novel].extend(group)
        named = NamedProtocol(name=self.name, base=tuple(sides[0]), novel=tuple(sides[1]))
        (split,) = named.split_list(store)
        return Split(index, split.base, split.novel)

    def _within(self, store: LabelledClips, split: Split) -> NamedProtocol:
        """Return what draws the tasks of a split."""
        return NamedProtocol(
            name=f"{self.name} split {split.index}",
            novel=tuple(store.class_names[label] for label in split.novel),
            draws=self.draws,
        )
