"""Tables: the numbers of the results, and paired differences."""

from typing import Any

import pytest

from skelshot.experiments.tables import accuracy_table, difference_table
from skelshot.ground import SkelshotError


def document(per_split: list[float]) -> dict[str, Any]:
    mean = sum(per_split) / len(per_split)
    return {"accuracy": {"1": {"mean": mean, "ci95": [0.1, 0.9], "per_split": per_split}}}


RESULTS = {"a": document([0.5, 0.6, 0.7]), "b": document([0.4, 0.5, 0.6])}


def test_accuracies_are_percent_with_their_interval() -> None:
    assert accuracy_table(RESULTS, ["1"]).splitlines() == [
        "| row | 1-shot % |",
        "|---|---|",
        "| a | 60.0 (10.0 to 90.0) |",
        "| b | 50.0 (10.0 to 90.0) |",
    ]


def test_differences_are_paired_by_split() -> None:
    line = difference_table(RESULTS, [("a", "b")], ["1"]).splitlines()[-1]
    assert line == "| a - b | +10.0 (+10.0 to +10.0) |"


def test_results_of_other_splits_or_tasks_are_no_pairs() -> None:
    """Ten points between splits 0 to 2 and 7 to 9 are no difference of anything."""
    first, second = document([0.5, 0.6, 0.7]), document([0.4, 0.5, 0.6])
    first["splits"], second["splits"] = [0, 1, 2], [7, 8, 9]
    with pytest.raises(SkelshotError, match=r"^a, splits: found \[0, 1, 2\], expected \[7, 8, 9\]"):
        difference_table({"a": first, "b": second}, [("a", "b")], ["1"])
    for table in (
        lambda: accuracy_table(RESULTS, ["1", "5"]),
        lambda: difference_table(RESULTS, [("a", "b")], ["1", "5"]),
    ):
        with pytest.raises(
            SkelshotError, match=r"[ab]: found 1, expected 5 among the numbers of sh"
        ):
            table()
