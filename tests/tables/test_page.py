"""Pages of a table: ours beside the paper's, the best in bold, what failed explained."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from skelshot.tables.figures import cell_figure
from skelshot.tables.page import table_text, write_pages
from skelshot.tables.saved import SavedCell, SavedStage, SavedTable, read_saved_table


def cell(row: str, column: str, **further: Any) -> SavedCell:
    return SavedCell(row=row, column=column, **further)


def document() -> SavedTable:
    stage = SavedStage(stage="pretrain", version=1, settings={"options.seed": 3}, entries=["f00d"])
    measured = {"over": "seeds", "n": 3, "stages": ["pretrain/f00d"]}
    return SavedTable(
        table="XI",
        title="Classifier <1-shot>",
        preset="cpu",
        seeds=3,
        columns=["NTU-120", "NTU-60"],
        rows=["NN", "CC"],
        cells=[
            cell("NN", "NTU-120", ours=0.5, ci95=[0.4, 0.6], paper=0.667, **measured),
            cell("NN", "NTU-60", error="features: found no memory"),
            cell("CC", "NTU-120", ours=0.75, paper=0.704, **measured),
            cell("CC", "NTU-60", error="features: found no memory", paper=0.839),
        ],
        stages={"pretrain/f00d": stage},
        notes=["NTU-120: the synthetic twin, not the data set itself."],
        remarks=["cache entry x: damaged, made anew"],
    )


def test_text_has_ours_the_papers_and_the_difference() -> None:
    text = table_text(document())
    assert text.splitlines()[0] == "Table XI: Classifier <1-shot> (cpu preset)"
    assert "50.0 (40.0 to 60.0)  66.7     -16.7" in text
    assert "75.0                 70.4     +4.6" in text
    assert "failed: NN / NTU-60, CC / NTU-60: features: found no memory" in text
    assert "made anew" in text


def test_markdown_has_the_best_in_bold() -> None:
    lines = table_text(document(), "markdown").splitlines()
    assert any(
        line.startswith("| CC | **75.0** | 70.4 | +4.6 | failed | 83.9 | - |") for line in lines
    )
    assert not any("**50.0" in line for line in lines)


def test_latex_tells_notes_as_comments() -> None:
    text = table_text(document(), "latex")
    assert "% NTU-120: the synthetic twin" in text
    assert "50.0 (40.0 to 60.0) & 66.7 & -16.7" in text


def test_all_forms_are_written_and_csv_has_all_digits(tmp_path: Path) -> None:
    page = write_pages(tmp_path / "new", document())
    names = sorted(file.name for file in (tmp_path / "new").iterdir())
    assert names == [f"table-XI.{ending}" for ending in ("csv", "html", "json", "md", "tex")]
    with (tmp_path / "new/table-XI.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert lines[0]["ours"] == "0.5"
    assert lines[0]["ci95_low"] == "0.4"
    assert lines[1]["error"] == "features: found no memory"
    assert json.loads((tmp_path / "new/table-XI.json").read_text())["cells"][2]["ours"] == 0.75
    html = page.read_text()
    assert "<b>75.0</b>" in html
    assert "<b>50.0" not in html
    assert "Classifier &lt;1-shot&gt;" in html
    assert "options.seed=3" in html
    assert "http" not in html


def result(mean: float, ci95: list[float] | None = None) -> dict[str, Any]:
    return {"accuracy": {"1": {"mean": mean, "ci95": ci95, "interval": "queries", "queries": 40}}}


@pytest.mark.parametrize(
    ("results", "mean", "over", "n"),
    [
        ({(0, 0): result(0.5, [0.4, 0.6])}, 0.5, "queries", 40),
        ({(0, 0): result(0.5), (0, 1): result(0.75)}, 0.625, "splits", 2),
        ({(0, 0): result(0.5), (1, 0): result(0.75)}, 0.625, "seeds", 2),
        (
            {
                (seed, split): result(0.25 * seed + 0.5 * split)
                for seed in (0, 1)
                for split in (0, 1)
            },
            0.375,
            "seeds",
            2,
        ),
    ],
)
def test_a_number_is_over_seeds_splits_or_queries(
    results: dict[tuple[int, int], Any], mean: float, over: str, n: int
) -> None:
    figure = cell_figure(results, shots=1)
    assert (figure.mean, figure.over, figure.n) == (mean, over, n)
    assert figure.ci95 is not None
    assert figure.ci95[0] < mean < figure.ci95[1]


def test_latex_is_one_whole_environment_in_the_style_of_booktabs() -> None:
    told = document().model_copy(update={"rows": ["NN", "CC"], "title": r"50 % of f_t & {x}\y"})
    lines = table_text(told, "latex").splitlines()
    code = [line for line in lines if not line.startswith("%")]
    assert code[0] == r"\begin{table}"
    assert code[-1] == r"\end{table}"
    opened = re.findall(r"\\(begin|end)\{(\w+)\}", "\n".join(code))
    assert opened == [
        ("begin", "table"),
        ("begin", "tabular"),
        ("end", "tabular"),
        ("end", "table"),
    ]
    assert [line for line in code if line.endswith("rule")] == [
        r"\toprule",
        r"\midrule",
        r"\bottomrule",
    ]
    assert r"50 \% of f\_t \& \{x\}\textbackslash{}y" in "\n".join(code)
    [columns] = re.findall(r"\\begin\{tabular\}\{(\w+)\}", "\n".join(code))
    rows = [line for line in code if re.search(r"[^\\]& ", line)]
    for row in rows:
        spans = sum(int(span) - 1 for span in re.findall(r"\\multicolumn\{(\d+)\}", row))
        assert len(re.split(r"(?<!\\)&", row)) + spans == len(columns) == 7
        assert row.endswith(r"\\")
    assert r"\cmidrule(lr){2-4}\cmidrule(lr){5-7}" in code
    assert r"\textbf{75.0}" in rows[-1]
    assert r"\textbf" not in rows[-2]


def test_a_table_that_the_paper_has_not_shows_ours_alone() -> None:
    table = document()
    alone = [cell.model_copy(update={"paper": None}) for cell in table.cells]
    text = table_text(table.model_copy(update={"cells": alone}))
    assert "paper" not in text
    assert "points" not in text
    assert "NTU-120 ours %" in text


def test_a_figure_is_a_drawing_in_the_page_and_beside_its_markdown(tmp_path: Path) -> None:
    cells = [cell("AGCN", name, ours=ours, paper=0.7) for name, ours in (("0", 0.5), ("1", 0.6))]
    told = {"rows": ["AGCN"], "columns": ["0", "1"], "cells": cells, "table": "Fig6"}
    page = write_pages(tmp_path, document().model_copy(update=told))
    assert "<polyline" in page.read_text()
    assert "(figure-6.svg)" in (tmp_path / "table-Fig6.md").read_text()
    assert (tmp_path / "figure-6.svg").read_text().startswith("<svg ")
    assert "xmlns" in (tmp_path / "figure-6.svg").read_text()


def test_the_page_of_a_real_table_tells_classes_settings_and_commands(tmp_path: Path) -> None:
    table = read_saved_table(Path(__file__).parent / "saved/table-XI.json")
    html = write_pages(tmp_path, table).read_text()
    markdown = (tmp_path / "table-XI.md").read_text()
    for text in (html, markdown):
        assert "skelshot table XI --preset smoke" in text
        assert "PKU-MMD: left out" in text
        assert "60 queries" in text
        assert "tau " in text
    assert html.count("<svg ") == 2  # a drawing of classes a column
    assert "drink water" in html
    for stage in table.stages.values():
        assert all(entry in html for entry in stage.entries)
    assert "http" not in html
    assert "<script" not in html
