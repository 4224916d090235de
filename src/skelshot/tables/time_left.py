"""Time that entries still to be made will take, judged by those that were made."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from skelshot.tables.entries import Entry

UNLIKE = frozenset({"seed", "split"})
"""What entries may differ in and take as long."""


class TimeLeft:
    """Estimate of the seconds that entries take.

    An entry takes as long as others of its kind on average: those that differ from it in seed and
    split alone, where none of these was made those of its stage, else all of them.

    Example:
        >>> from skelshot.tables.entries import GridStage
        >>> stage = GridStage("train", 1, print, "run")
        >>> times = TimeLeft()
        >>> times.learn(Entry(stage, {"width": 1, "seed": 0}), 10.0)
        >>> times.learn(Entry(stage, {"width": 4, "seed": 0}), 40.0)
        >>> times.of([Entry(stage, {"width": 4, "seed": 1}), Entry(stage, {"width": 2})])
        65.0
    """

    def __init__(self) -> None:
        self._known: dict[str, _Mean] = defaultdict(_Mean)
        self._kinds_of: dict[str, tuple[str, ...]] = {}

    def learn(self, entry: Entry, seconds: float) -> None:
        """Note how long an entry took.

        Args:
            entry: The entry.
            seconds: Its wall time.
        """
        for kind in self._kinds(entry):
            self._known[kind].add(seconds)

    def of(self, entries: Iterable[Entry]) -> float | None:
        """Estimate how long entries take one after the other.

        Args:
            entries: The entries.

        Returns:
            Seconds; None where nothing is known yet.
        """
        if not self._known:
            return None
        total = 0.0
        for entry in entries:
            total += next(self._known[k].mean for k in self._kinds(entry) if k in self._known)
        return total

    def _kinds(self, entry: Entry) -> tuple[str, ...]:
        """Name what an entry is alike in with others, the nearest first; each entry once."""
        if entry.key not in self._kinds_of:
            of_config = json.dumps(_without_unlike(entry.config), sort_keys=True)
            kinds = (f"{entry.stage.name} {of_config}", entry.stage.name, "")
            self._kinds_of[entry.key] = kinds
        return self._kinds_of[entry.key]


@dataclass
class _Mean:
    """Mean of what was added so far."""

    total: float = 0.0
    count: int = 0

    def add(self, value: float) -> None:
        self.total += value
        self.count += 1

    @property
    def mean(self) -> float:
        return self.total / self.count


def _without_unlike(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_unlike(one) for key, one in value.items() if key not in UNLIKE}
    return value
