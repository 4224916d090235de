"""All saved tables as one page: what it answers, what it refuses, and that no number changes."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from skelshot.cli import main
from skelshot.ground import SkelshotError
from skelshot.tables.definitions import table_numbers
from skelshot.tables.readme import fill_section
from skelshot.tables.report import TITLE, read_tables, write_report
from skelshot.tables.reproduction import answer, not_run, reproduction_of
from skelshot.tables.saved import SavedCell, SavedClips, SavedTable

SAVED = Path(__file__).parent / "saved"


def table(number: str, *cells: SavedCell, **further: Any) -> SavedTable:
    rows = list(dict.fromkeys(cell.row for cell in cells))
    columns = list(dict.fromkeys(cell.column for cell in cells))
    about: dict[str, Any] = {"title": "t", "preset": "cpu", "seeds": 3, **further}
    return SavedTable(table=number, rows=rows, columns=columns, cells=list(cells), **about)


def cell(row: str, ours: float | None, paper: float | None, column: str = "1-shot") -> SavedCell:
    return SavedCell(row=row, column=column, ours=ours, paper=paper)


CLIPS = {"nw-ucla": SavedClips(columns=["1-shot"], clips=9, data_hash="f00d")}


def test_a_line_tells_the_best_printed_number_beside_ours() -> None:
    line = reproduction_of(table("V", cell("FEAT", 0.7, 0.6), cell("Ours", 0.65, 0.82), data=CLIPS))
    assert line.texts == [
        "V: t",
        "Ours, 1-shot",
        "82.0",
        "65.0",
        "real nw-ucla, cpu, 3 seeds",
        "tau -1.00, 0 of 1 pairs",
        "rows SL-DML, Skeleton-DML, Soft-DTW, ProtoNet, Subspace, Ours(AGCN), Ours(CTR-GCN)",
    ]
    assert (line.real, line.leads) == (True, False)


def test_what_is_missing_is_told() -> None:
    data = {
        "ntu60": SavedClips(columns=["1-shot"], twin=True, clips=9, data_hash="f00d"),
        "pku-mmd": SavedClips(columns=["PKU-MMD"], absent="no store"),
    }
    cells = (cell("FEAT", 0.7, 0.6), cell("Ours", None, 0.82), cell("ProtoNet", None, None))
    line = reproduction_of(table("Z", *cells, data=data))
    assert line.texts[3:] == ["-", "twin of ntu60, cpu, 3 seeds", "-", "PKU-MMD; 2 of 3 cells"]
    assert (line.real, line.leads) == (False, None)


def test_a_column_that_was_measured_speaks_for_the_table() -> None:
    cells = (cell("Ours", None, 0.9, "A"), cell("FEAT", None, 0.8, "A"))
    measured = (cell("Ours", 0.5, 0.7, "B"), cell("FEAT", 0.4, 0.6, "B"))
    line = reproduction_of(table("I", *cells, *measured))
    assert (line.best, line.leads) == ("Ours, B", True)


def test_a_table_that_the_paper_has_not_stands_apart(tmp_path: Path) -> None:
    ours = table("Z", cell("labels", 0.7, None), cell("random code", 0.6, None), data=CLIPS)
    line = reproduction_of(ours)
    assert (line.best, line.paper, line.ours, line.leads) == ("labels, 1-shot", None, 0.7, None)
    document = write_report([ours], tmp_path)
    text = Path(document["markdown"]).read_text()
    assert "## Beyond the paper\n\n|  | best of ours |" in text
    assert "Nobody can tell yet" in text
    assert "| Z: t | labels, 1-shot |" not in fill_section(f"## {TITLE}\n", [ours], "p")


@pytest.mark.parametrize("document", [table("I"), table("I", cell("a", None, None))])
def test_a_table_without_numbers_is_a_line_all_the_same(
    document: SavedTable, tmp_path: Path
) -> None:
    assert reproduction_of(document).ours is None
    assert Path(write_report([document], tmp_path)["report"]).exists()


def test_the_answer_counts_what_was_run_and_on_what() -> None:
    twin = {"ntu60": SavedClips(columns=["1-shot"], twin=True)}
    tables = [
        table("V", cell("FEAT", 0.5, 0.6), cell("Ours", 0.7, 0.8), data=CLIPS),
        table("III", cell("FEAT", 0.5, 0.6), cell("Ours", 0.5, 0.8), data=twin, preset="smoke"),
    ]
    text = answer([reproduction_of(each) for each in tables], not_run(tables))
    assert text.startswith("Run so far: 2 of 13 tables and figures, 1 on the real clips and 1 on")
    assert "best of ours in 1 of 2." in text  # equal is not better
    assert text.endswith("Numbers of the smoke preset mean nothing: III.")
    missing = not_run(tables)
    assert "III" not in missing
    assert set(missing) | {"III", "V"} == set(table_numbers())


def test_tables_are_read_in_the_paper_s_order(tmp_path: Path) -> None:
    for number in ("XI", "Z", "I", "V", "Fig6"):
        document = table(number).model_dump()
        (tmp_path / f"table-{number}.json").write_text(json.dumps(document))
    (tmp_path / "other.json").write_text("{")
    found = [each.table for each in read_tables(tmp_path)]
    assert found == ["I", "V", "XI", "Fig6", "Z"]


def test_one_table_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("table-XI.json", "table-XI-old.json"):
        shutil.copy(SAVED / "table-XI.json", tmp_path / name)
    with pytest.raises(SkelshotError, match=r"table-XI\.json: found Table XI, which table-XI-old"):
        read_tables(tmp_path)


def test_the_page_has_the_numbers_of_the_file_and_needs_nothing_else(tmp_path: Path) -> None:
    saved = json.loads((SAVED / "table-XI.json").read_text())
    document = write_report(read_tables(SAVED), tmp_path)
    html = Path(document["report"]).read_text()
    markdown = Path(document["markdown"]).read_text()
    for one in saved["cells"]:
        low, high = (f"{100 * end:.1f}" for end in one["ci95"])
        told = f"{100 * one['ours']:.1f} ({low} to {high})"
        assert told in html
        assert told in markdown
    assert html.index(TITLE) < html.index("CC, NTU-120") < html.index("Table XI: Classifier")
    assert "http" not in html
    assert document["not_run"] == not_run(read_tables(SAVED))
    assert document["tables"][0]["best"] == "CC, NTU-120"


def test_the_readme_s_section_alone_is_written_anew() -> None:
    page = f"# A\n\n## {TITLE}\n\nold\n\n### more of it\n\n## B\n\nkept\n"
    filled = fill_section(page, read_tables(SAVED), "there.md")
    assert filled.startswith(f"# A\n\n## {TITLE}\n\nRun so far: 1 of 13")
    assert filled.endswith("(there.md); `skelshot table NUMBER` runs one.\n\n## B\n\nkept\n")
    assert "old" not in filled
    assert fill_section(filled, read_tables(SAVED), "there.md") == filled
    last = f"# A\n\n## {TITLE}\n"
    assert fill_section(last, [], "there.md").endswith("runs one.\n")
    for wrong in ("# A\n", last + last):
        with pytest.raises(SkelshotError, match="expected one"):
            fill_section(wrong, [], "there.md")


def call(*words: object) -> int:
    try:
        main([str(word) for word in words])
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return 0


def test_the_command_writes_the_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("report", "--tables", SAVED, "--out", tmp_path / "new" / "pages", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert Path(document["report"]).parent == tmp_path / "new" / "pages"
    assert call("report", "--tables", SAVED, "--out", tmp_path) == 0
    out = capsys.readouterr().out
    assert "CC, NTU-120" in out
    assert "not run: I, II" in out
    assert str(tmp_path / "reproduction.html") in out


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (None, "", "found no such folder"),
        ("table-I.json", "{", "table-I.json, line 1, column 2: not valid JSON"),
        ("table-I.json", '{"mean": 0.5}', "table-I.json"),
        ("table-I.json", '{"table": "I", "cells": []}', "found version 1 of saved tables"),
    ],
)
def test_what_is_no_table_is_told_in_one_line(
    name: str | None,
    text: str,
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "tables"
    if name is not None:
        folder.mkdir()
        (folder / name).write_text(text)
    assert call("report", "--tables", folder, "--out", tmp_path / "pages") == 2
    err = capsys.readouterr().err
    assert told in err
    assert err.count("\n") == 1
    assert not (tmp_path / "pages").exists()
