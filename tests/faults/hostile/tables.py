"""All tables, which part of them every test run takes, and how many cases there are."""

from collections import Counter

from .cases import Case
from .doors import (
    archives,
    bombs,
    clips,
    features,
    json_files,
    pickles,
    results,
    texts,
    videos,
    words,
    yaml_files,
)  # fmt: skip

DOORS = (
    yaml_files, json_files, archives, features, pickles, clips, bombs, texts, videos, words,
    results,
)  # fmt: skip
EVERY = 48
"""Of so many cases `make test` takes one, besides a door's first and every third kind."""

CASES: tuple[Case, ...] = tuple(case for door in DOORS for case in door.cases())


def family(case: Case) -> str:
    """Return what a kind is one of: `array` of `array, negative shape`."""
    return case.kind.partition(",")[0]


def _short() -> frozenset[str]:
    first = {family(case): case.identity for case in reversed(CASES)}
    doors = {case.door: case.identity for case in reversed(CASES)}
    every = (case.identity for case in CASES[::EVERY])
    return frozenset({*list(first.values())[::3], *doors.values(), *every})


SHORT = _short()
"""The cases of `make test`; `make faults` runs all."""


def counts() -> dict[str, Counter[str]]:
    """Count the cases by door and family of kinds."""
    found: dict[str, Counter[str]] = {}
    for case in CASES:
        found.setdefault(case.door, Counter())[family(case)] += 1
    return found


def as_page() -> str:
    """Write the counts as a table for a page: a line a door."""
    lines = ["| door | kinds | cases |", "|---|---|---|"]
    lines += [f"| {door} | {len(kinds)} | {kinds.total()} |" for door, kinds in counts().items()]
    kinds = {family(case) for case in CASES}
    return "\n".join([*lines, f"| all | {len(kinds)} | {len(CASES)} |"])
