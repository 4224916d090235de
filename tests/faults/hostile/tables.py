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
    texts,
    videos,
    words,
    yaml_files,
)  # fmt: skip

DOORS = (
    yaml_files, json_files, archives, features, pickles, clips, bombs, texts, videos, words,
)  # fmt: skip
EVERY = 8
"""Of so many cases `make test` takes one, besides the first of each kind."""

CASES: tuple[Case, ...] = tuple(case for door in DOORS for case in door.cases())


def _short() -> frozenset[str]:
    first = {case.kind: case.identity for case in reversed(CASES)}
    return frozenset({*first.values(), *(case.identity for case in CASES[::EVERY])})


SHORT = _short()


def counts() -> dict[str, Counter[str]]:
    """Count the cases by door and kind."""
    found: dict[str, Counter[str]] = {}
    for case in CASES:
        found.setdefault(case.door, Counter())[case.kind] += 1
    return found
