"""The compared methods: the page of trials, the overview and a page each."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from skelshot.evaluation.metrics import mean_interval

from .published import DOCS, SHOTS, Table, accuracies, differences, means, results, table_in

METHODS = "docs/research/2026-11-24-methods.md"


def _methods_on_five_splits() -> Table:
    found = results("methods-nw-ucla-5-splits")
    printed = table_in(METHODS, "method")
    accuracy = accuracies(found, {name: name for name in printed}, SHOTS)
    gain = differences(
        found, {name: (name, "cosine") for name in printed if name != "cosine"}, SHOTS
    )
    return {
        name: [
            printed[name][0],  # the paper's number
            *accuracy[name],
            " / ".join(gain.get(name, [])),
            printed[name][4],  # of the training, which an evaluation does not know
            " / ".join(f"{found[name]['seconds_by_part'][f'{k}-shot'] / 5:.2f}" for k in SHOTS),
            f"{found[name]['peak_memory_mb']:.0f}",
        ]
        for name in printed
    }


def _methods_on_all_splits() -> Table:
    found = results("methods-nw-ucla-20-splits")
    accuracy = accuracies(found, {name: name for name in found}, SHOTS)
    gain = differences(found, {name: (name, "cosine") for name in found if name != "cosine"}, SHOTS)
    return {name: [*accuracy[name], " / ".join(gain.get(name, []))] for name in found}


def _methods_on_toys() -> Table:
    found = results("methods-toy")
    names = [name for name in found if name != "feat-lr-factor-10"]
    return accuracies(found, {name: name for name in names}, SHOTS)


def _methods_on_synthetic_ntu60() -> Table:
    found = results("methods-synthetic-ntu60")
    printed = table_in(METHODS, "method", 3)
    made = {}
    for name, cells in printed.items():
        one = found[f"{name}/seed0"]
        [accuracy] = accuracies({name: one}, {name: name}, ("1",))[name]
        spent = f"{one['seconds_by_part']['1-shot']:.2f}"
        made[name] = [accuracy, cells[1], spent, f"{one['peak_memory_mb']:.0f}"]
    return made


def _methods_over_seeds() -> Table:
    found = results("methods-synthetic-ntu60")
    over_seeds = {}
    for name in (key.removesuffix("/seed4") for key in found if key.endswith("/seed4")):
        seeds = [found[f"{name}/seed{seed}"]["accuracy"]["1"]["mean"] for seed in range(5)]
        interval = mean_interval(seeds)
        accuracy = {"mean": interval.mean, "ci95": interval.ci95, "per_seed": seeds}
        over_seeds[name] = {"accuracy": {"1": accuracy}}
    levels = accuracies(over_seeds, {name: name for name in over_seeds}, ("1",))
    pairs = {name: (name, "cosine") for name in over_seeds if name != "cosine"}
    gain = differences(over_seeds, pairs, ("1",))
    return {name: [*levels[name], *gain.get(name, [""])] for name in over_seeds}


@pytest.mark.parametrize(
    ("which", "made", "count"),
    [
        (0, _methods_on_five_splits, 20),
        (1, _methods_on_all_splits, 6),
        (2, _methods_on_toys, 20),
        (3, _methods_on_synthetic_ntu60, 20),
        (4, _methods_over_seeds, 5),
    ],
)
def test_methods(which: int, made: Callable[[], Table], count: int) -> None:
    printed = table_in(METHODS, "method", which)
    assert len(printed) == count
    assert printed == made()


def _short(name: str) -> list[str]:
    """Return both levels of a method as the short tables have them."""
    nw_ucla = results("methods-nw-ucla-5-splits")[name]["accuracy"]
    synthetic = results("methods-synthetic-ntu60")[f"{name}/seed0"]["accuracy"]
    return [means(nw_ucla), f"{100 * synthetic['1']['mean']:.1f}"]


def test_the_methods_page() -> None:
    page = "docs/methods/index.md"
    printed = table_in(page, "method", 2)
    assert len(printed) == 20
    assert printed == {name: _short(name) for name in printed}


@pytest.mark.parametrize(
    "page", sorted((DOCS / "methods").glob("*.md")), ids=lambda page: str(page.stem)
)
def test_each_method_s_page(page: Path) -> None:
    text = page.read_text()
    said = re.findall(
        r"(?:`(\S+)` )?NW-UCLA, five splits, ([\d.]+ / [\d.]+); "
        r"synthetic NTU-60, one exemplar, ([\d.]+)",
        text,
    )
    assert said or page.stem in (
        "index",
        "raw-dtw",
        "multi-level",
    )  # the latter came after that table
    for name, *levels in said:
        assert levels == _short(name or page.stem)
