"""Tables in four forms: what a form gives a meaning is escaped, and a reader gets it back."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from skelshot.experiments.comparison_tables import comparison_table
from skelshot.experiments.table_formats import FORMS, Form, form_of, format_table
from skelshot.ground import SkelshotError

HEAD, ROW = ["name", "%"], ['a|b, "c" & d_e%\\', "< 1"]


def test_text_is_aligned() -> None:
    lines = format_table(["a", "b"], [["long name", "1"], ["x", "2"]]).splitlines()
    assert lines == ["a          b", "long name  1", "x          2"]


def test_markdown_escapes_bars_and_line_breaks() -> None:
    lines = format_table(["a"], [["x|y\nz"]], "markdown").splitlines()
    assert lines == ["| a |", "|---|", r"| x\|y z |"]


def test_csv_is_read_back() -> None:
    text = format_table(HEAD, [ROW], "csv")
    assert list(csv.reader(io.StringIO(text))) == [HEAD, ROW]


def test_latex_escapes_its_own_letters() -> None:
    assert format_table(HEAD, [ROW], "latex").splitlines() == [
        r"\begin{tabular}{ll}",
        r"\hline",
        r"name & \% \\",
        r"\hline",
        r'a$|$b, "c" \& d\_e\%\textbackslash{} & $<$ 1 \\',
        r"\hline",
        r"\end{tabular}",
    ]


@pytest.mark.parametrize("form", FORMS)
def test_a_row_of_other_length_is_refused(form: Form) -> None:
    with pytest.raises(SkelshotError, match="row 1: found 1 cells, expected 2"):
        format_table(HEAD, [["alone"]], form)


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.md", "markdown"), ("A.TEX", "latex"), ("a.csv", "csv"), ("a.txt", "text"), ("a", "text")],
)
def test_the_ending_tells_the_form(name: str, form: str) -> None:
    assert form_of(Path(name)) == form


def document(p_holm: float | None = None) -> dict[str, Any]:
    row = {
        "baseline": "base",
        "name": "new",
        "shots": 5,
        "baseline_mean": 0.5,
        "mean": 0.4375,
        "difference": -0.0625,
        "ci95": [-0.1, -0.025],
        "p": 0.0123,
        "p_holm": p_holm,
        "over": "splits",
        "n": 20,
    }
    return {"rows": [row, row | {"ci95": None, "p": None}], "notes": ["a note"]}


def test_a_comparison_in_words() -> None:
    lines = comparison_table(document()).splitlines()
    assert " ".join(lines[1].split()) == (
        "5 new vs base 50.0 43.8 -6.2 -10.0 to -2.5 0.012 20 splits"
    )
    assert lines[2].split()[-4:] == ["-", "-", "20", "splits"]
    assert lines[3] == "a note"
    assert "Holm" not in lines[0]
    assert "p by Holm" in comparison_table(document(0.02)).splitlines()[0]


def test_a_comparison_for_programs() -> None:
    rows = list(csv.DictReader(io.StringIO(comparison_table(document(), "csv"))))
    assert float(rows[0]["difference"]) == -0.0625
    assert [float(rows[0][f"ci95_{end}"]) for end in ("low", "high")] == [-0.1, -0.025]
    assert rows[1]["p"] == rows[1]["ci95_low"] == ""
    assert len(rows) == 2


def test_remarks_of_latex_are_comments_and_of_markdown_paragraphs() -> None:
    assert comparison_table(document(), "latex").splitlines()[-1] == "% a note"
    assert comparison_table(document(), "markdown").endswith("|\n\na note")
