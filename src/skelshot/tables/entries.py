"""Entries of the cache: one output of one stage, named by all that decides it."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

Make = Callable[[Path, Mapping[str, Any], Sequence[Path]], object]
"""Called with an entry's output, its call, and the outputs of what it needs."""

QUERIES = "queries.parquet"
"""The table of queries beside a result, where there is one."""


@dataclass(frozen=True)
class GridStage:
    """One kind of step.

    Args:
        name: Also the folder of its entries.
        version: Of its code: another one makes all its entries anew.
        make: Writes one entry's output; a function of a module, called in other processes. What
            a stopped call left at its place is there to go on from.
        output: Name of the file or folder that `make` writes.
    """

    name: str
    version: int
    make: Make
    output: str


@dataclass(frozen=True, eq=False)
class Entry:
    """One output that is to be made once.

    Args:
        stage: What makes it.
        config: All that decides it besides `needs`: numbers, texts, lists and mappings of them.
        needs: The entries it is made from.
        call: What `make` is told; decides nothing that `config` does not.

    Example:
        >>> stage = GridStage("sum", 1, print, "sum.json")
        >>> first = Entry(stage, {"a": 1, "b": 2})
        >>> first.key == Entry(stage, {"b": 2, "a": 1}, call={"threads": 1}).key
        True
        >>> first.key == Entry(GridStage("sum", 2, print, "sum.json"), first.config).key
        False
    """

    stage: GridStage
    config: Mapping[str, Any]
    needs: tuple["Entry", ...] = ()
    call: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """The hash of all that decides the output: 24 hexadecimal digits."""
        text = json.dumps(self.record, sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    @property
    def record(self) -> dict[str, Any]:
        """The document that the key is the hash of."""
        return {
            "stage": self.stage.name,
            "version": self.stage.version,
            "config": self.config,
            "needs": [entry.key for entry in self.needs],
        }

    @property
    def name(self) -> str:
        """Stage and key, as messages and the cache have it."""
        return f"{self.stage.name}/{self.key}"

    @cached_property
    def depth(self) -> int:
        """The number of entries that must be made before it, one after the other."""
        return 1 + max((entry.depth for entry in self.needs), default=-1)


def all_entries(
    wanted: Sequence[Entry], done: Callable[[Entry], bool] = lambda entry: False
) -> list[Entry]:
    """List entries with all that they need, each once, what is needed first.

    Args:
        wanted: The entries.
        done: Tells which are left out, with what they alone need.

    Returns:
        By depth, within it in the order in which they are first met.
    """
    found: dict[str, Entry | None] = {}

    def meet(entry: Entry) -> None:
        if entry.key not in found:
            found[entry.key] = None if done(entry) else entry
            for needed in entry.needs if found[entry.key] else ():
                meet(needed)

    for entry in wanted:
        meet(entry)
    return sorted((entry for entry in found.values() if entry), key=lambda entry: entry.depth)
