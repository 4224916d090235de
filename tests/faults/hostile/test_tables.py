"""The tables themselves: names are unique, and no door or family of kinds was lost."""

from .tables import CASES, SHORT, as_page, counts


def test_the_tables_are_whole() -> None:
    names = [case.identity for case in CASES]
    assert len(set(names)) == len(names) > 2000
    assert set(names) >= SHORT
    assert len(counts()) >= 30
    assert as_page().endswith(f" | {len(CASES)} |")
