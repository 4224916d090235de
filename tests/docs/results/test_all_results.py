"""What holds for all published results, and results of one table."""

import json
import re
from pathlib import Path

import pytest

from skelshot.experiments.result_archive import read_results

from .published import DOCS, ROOT, results, table_in


def test_many_shot() -> None:
    printed = table_in("docs/research/2026-11-24-many-shot.md", "encoder")
    assert list(printed.values()) == [
        [
            f"{found['width']}",
            f"{found['train']} / {found['test']}",
            f"{100 * found['accuracy']:.1f}",
            f"{found['seconds']:.0f}",
        ]
        for found in (
            results("many-shot")[name]
            for name in ("agcn", "ctr-gcn", "ctr-gcn-40-epochs", "ctr-gcn-80-epochs")
        )
    ]


@pytest.mark.parametrize("file", sorted((ROOT / "docs/results").glob("*.jsonl.gz")), ids=str)
def test_published_results_name_no_folder_of_a_machine(file: Path) -> None:
    assert not re.findall(r'": ?"/[^"]*"', json.dumps(read_results(file)))


def test_the_results_page_has_no_other_table() -> None:
    text = (DOCS / "results.md").read_text()
    assert re.findall(r"^\| ([^|]+) \|.*\n\|---", text, re.MULTILINE) == [
        "NW-UCLA, first stage",
        "NW-UCLA, streams",
        "NW-UCLA, the ladder",
        "trained further, elsewhere",
        "skelshot-base, part by part",
        "NW-UCLA, 5 of 10 classes, 20 splits",
        "UI-PRMD, 5 of 10 classes, held-out people",
        "Kinder-Gator, 20 ways, held-out people and classes",
        "NW-UCLA in pixels, 5 of 10 classes, 20 splits",
        "UI-PRMD in pixels, 5 of 10 classes, held-out people",
        "Kinder-Gator in pixels, 20 ways, held-out people and classes",
        "synthetic NTU-60, first stage",
    ]
