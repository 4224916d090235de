"""The page and the README's section on the paper say what the committed tables say."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from skelshot.tables.page import table_text
from skelshot.tables.readme import fill_section
from skelshot.tables.report import TITLE, markdown_report, read_tables
from skelshot.tables.saved import read_saved_table

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "docs/results/tables"
FILES = [*sorted(TABLES.glob("*.json")), ROOT / "tests/tables/saved/table-XI.json"]
ANEW = "run `python docs/write_reproduction.py`"


def test_the_page_is_what_the_tables_say() -> None:
    assert (ROOT / "docs/reproduction.md").read_text() == markdown_report(
        read_tables(TABLES)
    ).markdown(), ANEW


def test_the_readme_s_second_section_is_what_the_tables_say() -> None:
    text = (ROOT / "README.md").read_text()
    assert re.findall(r"^##? (.*)$", text, re.MULTILINE)[1] == TITLE
    assert text == fill_section(text, read_tables(TABLES), "docs/reproduction.md"), ANEW


def readme_rows() -> dict[str, list[str]]:
    """Return the cells of the section's table by the number of their table."""
    section = (ROOT / "README.md").read_text().split(f"## {TITLE}\n")[1].split("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:1] == "|"]
    return {cells[0].split(":")[0]: cells for cells in lines[2:]}


def test_the_readme_s_rows_are_numbers_of_the_files() -> None:
    """Read without the code that wrote them: cells are found by name in the JSON files."""
    rows = readme_rows()
    assert len(rows) <= 13
    for number, (_, best, paper, ours, *_) in rows.items():
        saved = json.loads((TABLES / f"table-{number}.json").read_text())
        [cell] = [c for c in saved["cells"] if f"{c['row']}, {c['column']}" == best]
        assert paper == (f"{100 * cell['paper']:.1f}")
        assert ours.split(" ")[0] == (f"{100 * cell['ours']:.1f}" if "ours" in cell else "-")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.stem))
def test_each_table_regenerates_to_the_numbers_of_its_file(file: Path) -> None:
    saved: dict[str, Any] = json.loads(file.read_text())
    found = list(csv.DictReader(io.StringIO(table_text(read_saved_table(file), "csv"))))
    assert len(found) == len(saved["cells"])
    for line, cell in zip(found, saved["cells"], strict=True):
        for name in ("row", "column", "ours", "paper", "over", "n"):
            assert line[name] == str(cell.get(name, "")), (cell["row"], cell["column"])
        assert [line["ci95_low"], line["ci95_high"]] == list(map(str, cell.get("ci95", ["", ""])))
