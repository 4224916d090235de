"""Differences within a table: what is paired, against what, and what is said of it."""

from typing import Any

import numpy as np
import pytest

from skelshot.evaluation.metrics import paired_interval
from skelshot.evaluation.significance import holm, t_test
from skelshot.tables.differences import difference_notes, table_differences
from skelshot.tables.hits import packed
from skelshot.tables.saved import SavedCell, SavedTable

SEEDS = {"a": [0.50, 0.52, 0.54], "b": [0.60, 0.61, 0.65], "c": [0.58, 0.62, 0.60]}


def table(cells: list[SavedCell], **further: Any) -> SavedTable:
    names = {"rows": [cell.row for cell in cells], "columns": [cell.column for cell in cells]}
    unique = {what: list(dict.fromkeys(each)) for what, each in names.items()}
    return SavedTable(
        table="XI", title="t", preset="cpu", seeds=1, cells=cells, **{**unique, **further}
    )


def cells_over_seeds(**further: Any) -> list[SavedCell]:
    return [
        SavedCell(
            row=row,
            column="A",
            ours=float(np.mean(values)),
            per_seed=values,
            **{"tasks": "t", **further},
        )
        for row, values in SEEDS.items()
    ]


def test_rows_are_compared_with_the_best_over_seeds_and_corrected() -> None:
    found = table_differences(table(cells_over_seeds()))
    assert [(each.name, each.baseline, each.over, each.n) for each in found] == [
        ("a", "b", "seeds", 3),
        ("c", "b", "seeds", 3),
    ]
    expected = [paired_interval(SEEDS[name], SEEDS["b"]) for name in "ac"]
    assert [each.ci95 for each in found] == [interval.ci95 for interval in expected]
    assert [each.difference for each in found] == pytest.approx([one.mean for one in expected])
    assert [each.p_holm for each in found] == holm([t_test(interval) for interval in expected])
    assert found[0].p_holm == pytest.approx(2 * (found[0].p or 0))


def test_a_named_row_takes_the_place_of_the_best() -> None:
    told = table(cells_over_seeds(), against="a")
    found = table_differences(told)
    assert [(each.name, each.baseline) for each in found] == [("b", "a"), ("c", "a")]
    assert not any("favours" in note for note in difference_notes(told, found))
    best = table(cells_over_seeds())
    assert any("favours" in note for note in difference_notes(best, table_differences(best)))


def test_a_named_row_without_a_number_is_compared_with_nothing() -> None:
    cells = [*cells_over_seeds(), SavedCell(row="d", column="A", left_out="no file")]
    assert table_differences(table(cells, against="d")) == []


@pytest.mark.parametrize(
    "further",
    [{"tasks": None}, {"per_seed": [0.5]}, {"per_seed": []}],
    ids=["no tasks", "one seed", "nothing"],
)
def test_what_cannot_be_paired_has_no_interval(further: dict[str, Any]) -> None:
    cells = [cell.model_copy(update=further) for cell in cells_over_seeds()]
    found = table_differences(table(cells))
    assert [(each.ci95, each.p, each.p_holm, each.over) for each in found] == [(None,) * 4] * 2
    assert "nothing to be paired over" in difference_notes(table(cells), found)[0]


def test_cells_of_other_tasks_are_no_pairs() -> None:
    first, *others = cells_over_seeds()
    cells = [first.model_copy(update={"tasks": "other"}), *others]
    assert [each.over for each in table_differences(table(cells))] == [None, "seeds"]


def test_one_task_is_compared_over_its_queries_by_mcnemar() -> None:
    hits = np.zeros((2, 40))
    hits[0, :10], hits[1, 10:31] = 1, 1  # ten that one side alone has, 21 that the other has
    cells = [
        SavedCell(row=row, column="A", ours=float(each.mean()), tasks="t", hits=packed(each))
        for row, each in zip("ab", hits, strict=True)
    ]
    [found] = table_differences(table(cells))
    assert (found.over, found.n, found.baseline) == ("queries", 40, "b")
    assert found.p == pytest.approx(0.0708, abs=1e-4)  # 2 * P(X <= 10), X ~ B(31, 1/2)
    assert found.difference == pytest.approx(-11 / 40)


def test_the_only_row_of_a_table_is_compared_along_its_columns() -> None:
    cells = [
        SavedCell(row="ours", column=name, ours=float(np.mean(each)), per_split=each, tasks="t")
        for name, each in SEEDS.items()
    ]
    found = table_differences(table(cells))
    assert [(each.series, each.name, each.baseline, each.over) for each in found] == [
        ("ours", "a", "b", "splits"),
        ("ours", "c", "b", "splits"),
    ]
