"""The table of methods in the pages lists the methods that ship, and what they read and need."""

import re
from pathlib import Path

import pytest

from skelshot.fewshot import METHODS, FewShotMethod

PAGE = (Path(__file__).resolve().parents[2] / "docs/methods/index.md").read_text()
ROWS = {
    name: [cell.strip() for cell in row.strip("|").split("|")]
    for row in PAGE.split("| method | in three words |")[1].split("\n\n")[0].splitlines()[2:]
    for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])
}


def test_the_table_lists_every_method_that_ships() -> None:
    assert sorted(ROWS) == sorted(kind.name for kind in METHODS.shipped)


@pytest.mark.parametrize("kind", METHODS.shipped, ids=lambda kind: kind.name)
def test_a_row_tells_what_the_method_reads_and_needs(kind: type[FewShotMethod]) -> None:
    _, _, reads, needs, _ = ROWS[kind.name]
    assert kind.reads in reads
    assert (needs == "episodes") == kind().has_weights
    assert (needs == "class names") == kind.uses_class_names
    assert needs.endswith("clips") == bool(kind().views)


def test_the_page_tells_the_names_of_papers() -> None:
    for alias, name in {"fully-connected": "fc-readout", "attention": "attention-readout"}.items():
        assert METHODS.aliases[alias] == name
        assert f"`{alias}`" in PAGE
