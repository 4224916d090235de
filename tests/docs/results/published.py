"""Results that are published beside the pages, and tables in the pages."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from skelshot.experiments.result_archive import read_results
from skelshot.experiments.tables import accuracy_table, difference_table

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
SHOTS = ("1", "5")

Results = Mapping[str, Mapping[str, Any]]
Table = dict[str, list[str]]


@cache
def results(table: str) -> Results:
    return read_results(DOCS / "results" / f"{table}.jsonl.gz")


def table_in(page: str, header: str, which: int = 0) -> Table:
    """Return the cells of the table whose head line begins so, by the first cell of each row."""
    lines = (ROOT / page).read_text().splitlines()
    heads = [number for number, line in enumerate(lines) if line.startswith(f"| {header} |")]
    found: Table = {}
    for line in lines[heads[which] + 2 :]:
        if not line.startswith("|"):
            break
        label, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        found[label.strip("`")] = cells
    return found


def cells_of(markdown: str) -> Table:
    return {
        label.strip(): [cell.strip() for cell in cells]
        for label, *cells in (line.strip("|").split("|") for line in markdown.splitlines()[2:])
    }


def accuracies(found: Results, names: Mapping[str, str], shots: tuple[str, ...]) -> Table:
    return cells_of(accuracy_table({label: found[name] for label, name in names.items()}, shots))


def differences(
    found: Results,
    pairs: Mapping[str, tuple[str, str]],
    shots: tuple[str, ...],
) -> Table:
    made = cells_of(difference_table(found, pairs.values(), shots))
    return {label: made[f"{a} - {b}"] for label, (a, b) in pairs.items()}


def means(accuracy: Mapping[str, Any], shots: tuple[str, ...] = SHOTS) -> str:
    """Write accuracies with some numbers of exemplars as a cell."""
    return " / ".join(f"{100 * accuracy[one]['mean']:.1f}" for one in shots)


def one_and_three(accuracy: Mapping[str, Any]) -> str:
    """Write accuracies with one and three exemplars as a cell."""
    return means(accuracy, ("1", "3"))


def over_seeds(found: Results, row: str, shots: str) -> list[float]:
    """Accuracies of the runs of a row, in percent, by rising seed."""
    names = sorted(name for name in found if re.fullmatch(rf"{re.escape(row)} seed\d", name))
    return [100 * found[name]["accuracy"][shots]["mean"] for name in names]
