"""The entries of synthetic twins: what decides one, and how it is written."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from skelshot.synthesis.plan import NOVEL_ACTIONS, SynthesisPlan, performers_of
from skelshot.synthesis.synthesise import GENERATOR_VERSION, programs_hash, synthesise
from skelshot.synthesis.twins import TWINS
from skelshot.synthesis.twins.twin import Twin, synthesise_twin
from skelshot.tables.amounts import TwinSize
from skelshot.tables.definitions import Role
from skelshot.tables.entries import Entry
from skelshot.tables.steps import TWIN


def twin_entry(role: Role, size: TwinSize, workers: int = 1) -> Entry:
    """Plan the twin of a data set: in its own format where there is one, else in NTU's.

    Args:
        role: What the twin stands in for.
        size: How much of it.
        workers: Processes that write it.

    Returns:
        The entry.

    Raises:
        SkelshotError: A number is out of the data set's range.

    Example:
        >>> size = TwinSize(last_class=12, performers=2, cameras=(1,), replications=(1,))
        >>> twin_entry("msr-action-pairs", size).config["actions"]
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    """
    if role in TWINS:
        twin = _twin(role, size, Path())
        decided = {name: value for name, value in asdict(twin).items() if name != "raw"}
        call = {"write": partial(_write_twin, role, size), "format": role, "workers": workers}
        return Entry(TWIN, decided | twin.manifest(), call=call)
    plan = _plan(size)
    decided = {"generator": GENERATOR_VERSION, "programs": programs_hash(), **asdict(plan)}
    return Entry(
        TWIN,
        decided,
        call={"write": partial(synthesise, plan), "format": "ntu", "workers": workers},
    )


def _plan(size: TwinSize) -> SynthesisPlan:
    """List the clips of a twin in NTU's format; of the base classes alone there are videos."""
    actions = size.actions
    filmed = [action for action in actions if size.filmed and action not in NOVEL_ACTIONS]
    performers = performers_of(size.performers)
    return SynthesisPlan(actions, performers, size.cameras, size.replications, tuple(filmed))


def _twin(role: Role, size: TwinSize, raw: Path) -> Twin[Any]:
    performers = tuple(range(1, size.performers + 1))
    return TWINS[role](raw, size.actions, performers, size.replications, size.cameras, size.filmed)


def _write_twin(role: Role, size: TwinSize, raw: Path, workers: int) -> None:
    synthesise_twin(_twin(role, size, raw), workers)
