"""Tables: the numbers of the results, and paired differences."""

from typing import Any

import pytest

from skelshot.experiments.sweep import WAYS, nw_ucla_rows
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


@pytest.mark.parametrize(
    ("key", "found", "expected"),
    [("splits", [0, 1, 2], [7, 8, 9]), ("protocol", "toy", "nw-ucla")],
)
def test_results_that_are_no_pairs_are_refused(key: str, found: object, expected: object) -> None:
    results = {"a": {**RESULTS["a"], key: found}, "b": {**RESULTS["b"], key: expected}}
    with pytest.raises(SkelshotError, match=f"a - b, {key}: found .*; these are no pairs") as told:
        difference_table(results, [("a", "b")], ["1"])
    assert str(found) in str(told.value)
    assert str(expected) in str(told.value)


def test_results_of_other_tasks_are_refused() -> None:
    results = {name: document([0.5, 0.6]) for name in "ab"}
    for name, result in results.items():
        result["accuracy"]["1"]["protocol_hash"] = name
    with pytest.raises(SkelshotError, match="protocol_hash: found a and b"):
        difference_table(results, [("a", "b")], ["1"])


def test_the_rows_are_those_of_the_issue() -> None:
    rows = nw_ucla_rows()
    assert rows["random-code-transfer"].teacher == "random-code"
    assert {"untrained", "supervised", "episodic", "text-transfer"} <= rows.keys()
    assert "cross-subject" in WAYS
