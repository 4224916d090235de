"""Our order beside the paper's: Kendall's tau, and which pairs are reversed beyond doubt."""

from typing import Any

import pytest

from skelshot.tables.agreement import agreement_sentence, agreements
from skelshot.tables.saved import SavedCell, SavedTable


def table(*cells: SavedCell) -> SavedTable:
    rows = list(dict.fromkeys(cell.row for cell in cells))
    columns = list(dict.fromkeys(cell.column for cell in cells))
    return SavedTable(
        table="XI", title="t", preset="cpu", seeds=1, rows=rows, columns=columns, cells=list(cells)
    )


def cell(row: str, ours: float | None, paper: float | None, **further: Any) -> SavedCell:
    return SavedCell(row=row, column="A", ours=ours, paper=paper, **further)


def test_tau_and_pairs_leave_out_what_is_not_in_both() -> None:
    [found] = agreements(
        table(
            cell("a", 0.1, 0.5),
            cell("b", 0.3, 0.6),
            cell("c", 0.2, 0.7),
            cell("d", None, 0.9),
            cell("e", 0.9, None),
        )
    )
    assert (found.n, found.agreeing, found.pairs) == (3, 2, 3)
    assert found.tau == pytest.approx(1 / 3)
    assert found.contradicted == ()
    assert agreement_sentence(found) == (
        "A: tau +0.33, 2 of 3 pairs in the paper's order; none of the others is reversed beyond "
        "the interval."
    )


def test_pairs_that_are_reversed_beyond_the_interval_are_named() -> None:
    steady, shaken = [0.50, 0.51, 0.52], [0.60, 0.61, 0.63]
    [found] = agreements(
        table(
            cell("better", 0.51, 0.9, per_seed=steady, tasks="t"),
            cell("worse", 0.613, 0.8, per_seed=shaken, tasks="t"),
            cell("worst", 0.52, 0.7, per_seed=[0.3, 0.5, 0.76], tasks="t"),
        )
    )
    assert found.contradicted == (("better", "worse"),)
    assert "reversed beyond the interval: better over worse." in agreement_sentence(found)


@pytest.mark.parametrize(("low", "wrong"), [(0.62, 1), (0.58, 0)])
def test_without_pairs_intervals_that_do_not_overlap_tell(low: float, wrong: int) -> None:
    [found] = agreements(
        table(cell("better", 0.5, 0.9, ci95=[0.4, 0.6]), cell("worse", 0.7, 0.8, ci95=[low, 0.8]))
    )
    assert len(found.contradicted) == wrong


def test_ties_of_the_paper_are_no_pairs_and_no_order_has_no_tau() -> None:
    [found] = agreements(table(cell("a", 0.1, 0.5), cell("b", 0.3, 0.5)))
    assert (found.tau, found.pairs) == (None, 0)
    assert found.short == "0 of 0 pairs"


def test_the_only_row_is_ordered_along_its_columns() -> None:
    cells = [
        SavedCell(row="ours", column=name, ours=ours, paper=paper)
        for name, ours, paper in (("0", 0.1, 0.6), ("0.9", 0.3, 0.7), ("1", 0.2, None))
    ]
    [found] = agreements(table(*cells))
    assert (found.series, found.agreeing, found.pairs) == ("ours", 1, 1)


def test_tables_that_the_paper_has_not_have_no_order() -> None:
    assert agreements(table(cell("a", 0.1, None), cell("b", 0.3, None))) == []
