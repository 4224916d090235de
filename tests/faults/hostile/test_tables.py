"""The tables themselves: names are unique, and no door or family of kinds was lost."""

from pathlib import Path

from .tables import CASES, SHORT, as_page, counts


def test_the_tables_are_whole() -> None:
    names = [case.identity for case in CASES]
    assert len(set(names)) == len(names) > 2000
    assert set(names) >= SHORT
    assert len(counts()) >= 30
    assert as_page().endswith(f" | {len(CASES)} |")


def test_the_page_tells_what_is_tried() -> None:
    """Paste `as_page()` between the marks where this fails."""
    page = Path(__file__).parents[3] / "docs" / "guide" / "trust.md"
    assert f"<!-- hostile cases -->\n{as_page()}\n<!-- /hostile cases -->" in page.read_text()
