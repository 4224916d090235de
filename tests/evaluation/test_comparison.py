"""Paired comparisons: the numbers, and the pairs that are none."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import ttest_rel

from skelshot.evaluation.comparison import Difference, compare, comparison_document
from skelshot.evaluation.metrics import paired_interval
from skelshot.evaluation.pairing import Measured, Side
from skelshot.evaluation.query_table import QueryTable
from skelshot.evaluation.saved_results import saved_result
from skelshot.ground import SkelshotError


def result(*per_split: float, **changes: Any) -> dict[str, Any]:
    accuracy = {
        "mean": float(np.mean(per_split)),
        "ci95": None,
        "interval": "splits",
        "queries": 40,
        "per_split": list(per_split),
        "per_class": {"bow": 0.5},
        "confusion": [[1, 1], [1, 1]],
        "protocol_hash": "f00d",
    }
    document = {
        "method": "cosine",
        "protocol": "toy",
        "splits": list(range(len(per_split))),
        "accuracy": {"1": accuracy, "5": deepcopy(accuracy)},
        "class_names": ["bow", "wave"],
        "data_hash": "abad1dea",
        "config": {},
        "queries": None,
    }
    return document | changes


def table(hits: dict[tuple[int, int], list[int]], shots: int = 1) -> QueryTable:
    """Queries by (split, draw), each recognised or not."""
    keys = [(*task, f"clip{at}") for task, group in hits.items() for at in range(len(group))]
    right = [hit for group in hits.values() for hit in group]
    n = len(keys)
    return QueryTable(
        shots=np.full(n, shots),
        splits=np.array([key[0] for key in keys]),
        draws=np.array([key[1] for key in keys]),
        clips=[key[2] for key in keys],
        true=["bow"] * n,
        predicted=["bow" if hit else "wave" for hit in right],
        exemplars=[("a", "b")] * n,
        classes=("bow", "wave"),
        scores=np.zeros((n, 2), np.float32),
    )


def sides(*measured: Measured | dict[str, Any]) -> list[Side]:
    names = "base", "new", "newer"
    return [
        Side(name, f"{name}.json", saved_result(one, name) if isinstance(one, dict) else one)
        for name, one in zip(names, measured, strict=False)
    ]


def only(rows: list[Difference]) -> Difference:
    (row,) = rows
    return row


def test_results_are_paired_over_splits() -> None:
    base, new = [0.5, 0.9, 0.7], [0.52, 0.95, 0.71]
    row, five = compare(sides(result(*base), result(*new)))
    assert (row.shots, five.shots, row.over, row.n) == (1, 5, "splits", 3)
    assert row.difference == pytest.approx(np.mean(new) - np.mean(base))
    assert row.ci95 == paired_interval(new, base).ci95
    assert row.p == pytest.approx(ttest_rel(new, base).pvalue)
    assert row.p_holm is None
    assert (row.baseline, row.name) == ("base", "new")
    assert (row.baseline_mean, row.mean) == pytest.approx((np.mean(base), np.mean(new)))


def test_several_are_each_against_the_first_and_corrected() -> None:
    base = [0.5, 0.9, 0.7]
    rows = compare(
        sides(result(*base), result(0.52, 0.95, 0.71), result(0.5, 0.8, 0.75)), shots=[1]
    )
    assert [(row.name, row.baseline) for row in rows] == [("new", "base"), ("newer", "base")]
    assert rows[0].p is not None
    assert rows[0].p_holm == pytest.approx(2 * rows[0].p)
    assert rows[1].p_holm == pytest.approx(max(rows[1].p or 0, 2 * rows[0].p))


def test_a_table_of_queries_says_what_its_result_says() -> None:
    """Averages over draws, then splits, as `evaluate` makes them."""
    rng = np.random.default_rng(0)
    first, second = (
        {
            (split, draw): rng.integers(0, 2, 4 + draw).tolist()
            for split in (0, 2)
            for draw in (0, 1)
        }
        for _ in range(2)
    )
    row = only(compare(sides(table(first), table(second))))
    means = [
        [np.mean([np.mean(hits[split, draw]) for draw in (0, 1)]) for split in (0, 2)]
        for hits in (first, second)
    ]
    assert (row.over, row.n) == ("splits", 2)
    assert row.ci95 == pytest.approx(paired_interval(means[1], means[0]).ci95)
    assert row.difference == pytest.approx(np.mean(means[1]) - np.mean(means[0]))
    assert row.only_this is None


def test_draws_of_one_split_are_paired_over_draws() -> None:
    base, new = {(3, 0): [1, 0], (3, 1): [0, 0]}, {(3, 0): [1, 1], (3, 1): [0, 0]}
    row = only(compare(sides(table(base), table(new))))
    assert (row.over, row.n, row.difference) == ("draws", 2, 0.25)


def over_draws(*per_draw: float, **changes: Any) -> dict[str, Any]:
    """A result of episodes, as protocols of named classes give."""
    document = result(float(np.mean(per_draw)), **changes)
    for accuracy in document["accuracy"].values():
        accuracy |= {"interval": "draws", "per_draw": list(per_draw)}
    return document


def test_results_of_episodes_are_paired_over_draws() -> None:
    base, new = [0.5, 0.9, 0.7, 0.6], [0.52, 0.95, 0.71, 0.6]
    row, five = compare(sides(over_draws(*base), over_draws(*new)))
    assert (row.over, row.n, five.over) == ("draws", 4, "draws")
    assert row.p == pytest.approx(ttest_rel(new, base).pvalue)
    with pytest.raises(SkelshotError, match=r"number of draws: found 3, expected 4"):
        compare(sides(over_draws(*base), over_draws(*new[:3])))


def test_results_without_a_labelled_query_are_read_and_not_compared() -> None:
    document = result(0.5)
    for accuracy in document["accuracy"].values():
        accuracy |= {"mean": None, "per_split": [], "interval": "queries", "queries": 0}
    with pytest.raises(SkelshotError, match="found no 1-shot query whose class is known"):
        compare(sides(document, deepcopy(document)))


def test_one_task_is_paired_over_queries_by_mcnemar() -> None:
    base, new = [0] * 9 + [1] + [1] * 10, [1] * 9 + [0] + [1] * 10
    row = only(compare(sides(table({(0, 0): base}), table({(0, 0): new}))))
    assert (row.over, row.n, row.only_baseline, row.only_this) == ("queries", 20, 1, 9)
    assert row.p == pytest.approx(0.021484375)
    assert row.ci95 == pytest.approx(paired_interval(new, base).ci95)
    assert row.difference == pytest.approx(0.4)


def test_queries_of_one_performer_go_together() -> None:
    rng = np.random.default_rng(1)
    people = np.repeat(np.arange(10), 20)
    base = rng.integers(0, 2, 200)
    new = np.where(people % 2, 1, base)  # half of the people get better altogether
    pair = sides(table({(0, 0): base.tolist()}), table({(0, 0): new.tolist()}))
    alone = only(compare(pair))
    performers = {f"clip{at}": int(person) for at, person in enumerate(people)}
    row = only(compare(pair, performers=performers))
    assert (row.over, row.n) == ("performers", 10)
    assert row.difference == alone.difference
    assert row.ci95 is not None
    assert alone.ci95 is not None
    assert row.ci95[1] - row.ci95[0] > 1.5 * (alone.ci95[1] - alone.ci95[0])
    assert (row.p or 0) > (alone.p or 1)
    unknown = only(compare(pair, performers=performers | {"clip3": None}))
    assert unknown.over == "queries"
    with pytest.raises(SkelshotError, match=r"--store: found no clip 'clip0'"):
        compare(pair, performers={"other": 1})


def test_queries_without_a_class_are_left_out() -> None:
    base, new = table({(0, 0): [1, 0, 1]}), table({(0, 0): [1, 1, 0]})
    pair = sides(replace(base, true=["bow", None, "bow"]), replace(new, true=["bow", None, "bow"]))
    row = only(compare(pair))
    assert (row.n, row.only_this, row.only_baseline) == (2, 0, 1)
    none = sides(replace(base, true=[None] * 3), replace(new, true=[None] * 3))
    with pytest.raises(SkelshotError, match="no 1-shot query whose class is known"):
        compare(none)


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_rows_of_a_table_may_stand_in_any_order(order: slice) -> None:
    base, new = table({(0, 0): [1, 0, 1, 0]}), table({(0, 0): [1, 1, 1, 0]})
    turned = replace(
        new, clips=new.clips[order], predicted=new.predicted[order], true=new.true[order]
    )
    assert only(compare(sides(base, turned))).only_this == 1


def test_no_spread_gives_no_interval_and_says_why() -> None:
    document = comparison_document(compare(sides(result(0.6, 0.7), result(0.61, 0.71))))
    assert document["ci95"] is None
    assert document["rows"][0]["p"] is None
    assert document["difference"] == pytest.approx(0.01)
    assert "new, 1-shot: no interval, all 2 splits differ alike" in document["notes"]
    single = comparison_document(compare(sides(result(0.6), result(0.7))))
    assert "one unit tells no spread; compare the tables of queries" in single["notes"][0]
    same = compare(sides(result(0.6, 0.7), result(0.6, 0.7)))[0]
    assert (same.p, same.ci95, same.difference) == (1, None, 0)


def test_the_document_tells_what_intervals_are_over() -> None:
    document = comparison_document(compare(sides(result(0.5, 0.6), result(0.6, 0.8))))
    assert document["rows"][0]["over"] == "splits"
    assert document["notes"][0].startswith("Student's t over splits, taken as")
    assert document["difference"] == document["rows"][0]["difference"]
    assert document["ci95"] == document["rows"][0]["ci95"]


def with_hash(text: str) -> dict[str, Any]:
    other = result(0.5, 0.6)
    other["accuracy"]["5"]["protocol_hash"] = text
    return other


def without_five() -> dict[str, Any]:
    other = result(0.5, 0.6)
    del other["accuracy"]["5"]
    return other


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (result(0.5, 0.6, splits=[7, 8]), r"new\.json, splits: found \[7, 8\], expected \[0, 1\]"),
        (result(0.5, 0.6, 0.7), r"splits: found \[0, 1, 2\], expected \[0, 1\] as in base\.json"),
        (result(0.5, 0.6, data_hash="b0b0"), "data_hash: found b0b0, expected abad1dea"),
        (result(0.5, 0.6, protocol="mine"), "protocol: found mine, expected toy"),
        (with_hash("beef"), r"accuracy\.5\.protocol_hash: found beef, expected f00d"),
        (
            without_five(),
            r"shots: found \[1\], expected \[1, 5\] as in base\.json; choose with --sh",
        ),
        (table({(0, 0): [1]}), "found a table of queries, expected a result as base.json is"),
    ],
)
def test_results_that_are_no_pairs_are_refused(other: Any, reason: str) -> None:
    with pytest.raises(SkelshotError, match=reason):
        compare(sides(result(0.5, 0.6), other))


BASE = table({(0, 0): [1, 0], (1, 0): [1, 1]})


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (table({(7, 0): [1, 0], (8, 0): [1, 1]}), "1-shot splits: found 7, 8, expected 0, 1"),
        (table({(0, 0): [1, 0], (1, 1): [1, 1]}), r"draws .*: found 2 \(one more: 1, 1\), expec"),
        (table({(0, 0): [1, 0], (1, 0): [1]}), r"found 3 \(one fewer: 1, 0, clip1\), expected 4"),
        (
            table({(0, 0): [1, 0], (1, 0): [1, 1]}, shots=5),
            r"shots: found \[5\], expected \[1\] as in base.json",
        ),
        (replace(BASE, true=["wave"] * 4), "class of clip0: found wave, expected bow"),
        (replace(BASE, true=[None] * 4), "class of clip0: found None, expected bow"),
        (
            replace(BASE, exemplars=[("a", "b")] * 3 + [("a", "c")]),
            r"exemplars of clip1: found \('a', 'c'\), expected \('a', 'b'\)",
        ),
    ],
)
def test_tables_that_are_no_pairs_are_refused(other: QueryTable, reason: str) -> None:
    with pytest.raises(SkelshotError, match=reason) as told:
        compare(sides(BASE, other))
    assert str(told.value).startswith("new.json")


def test_what_cannot_be_compared_at_all() -> None:
    with pytest.raises(SkelshotError, match="found 1 results, expected two or more"):
        compare(sides(result(0.5)))
    with pytest.raises(SkelshotError, match=r"shots: found \[1, 5\], expected --shots 3"):
        compare(sides(result(0.5, 0.6), result(0.5, 0.6)), shots=[3])
    assert len(compare(sides(result(0.5, 0.6), without_five()), shots=[1, 1])) == 1


DAMAGE: dict[str, tuple[Any, str]] = {
    "accuracy": ({}, "accuracy"),
    "splits": ([], "splits"),
    "data_hash": (None, "data_hash: found None"),
    "method": (7, "method: found 7"),
    "class_names": ("ab", "class_names"),
}


@pytest.mark.parametrize("key", DAMAGE)
def test_documents_that_are_no_results_are_refused(key: str) -> None:
    value, reason = DAMAGE[key]
    with pytest.raises(SkelshotError, match=rf"a\.json, {reason}"):
        saved_result(result(0.5, 0.6) | {key: value}, "a.json")
    missing = result(0.5, 0.6)
    del missing[key]
    with pytest.raises(SkelshotError, match=rf"a\.json, {key}.*skelshot evaluate"):
        saved_result(missing, "a.json")


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("mean", float("nan"), "mean"),
        ("mean", 1.5, "mean: found 1.5"),
        ("mean", "0.5", "mean: found '0.5'"),
        ("per_split", [0.5], "per_split: found 1 values, expected 2"),
        ("per_split", [0.5, 2], r"per_split\.1: found 2"),
        ("ci95", [0.1], "ci95"),
        ("confusion", [[1, 1]], "confusion: found 1 values, expected 2"),
        ("confusion", [[1], [1, 1]], "a row of confusion: found 1 values, expected 2"),
        ("confusion", [[1, -1], [1, 1]], "confusion"),
        ("interval", "nights", "interval: found 'nights'"),
    ],
)
def test_accuracies_that_are_none_are_refused(key: str, value: object, reason: str) -> None:
    document = result(0.5, 0.6)
    document["accuracy"]["1"][key] = value
    with pytest.raises(SkelshotError, match=rf"a\.json, accuracy\.1.*{reason}|accuracy.*{reason}"):
        saved_result(document, "a.json")


@pytest.mark.parametrize("shots", ["one", "0", "-1", "²", "9" * 30])
def test_shots_are_numbers(shots: str) -> None:
    document = result(0.5, 0.6)
    document["accuracy"] = {shots: document["accuracy"]["1"]}
    with pytest.raises(SkelshotError, match="expected numbers of shots"):
        saved_result(document, "a.json")
