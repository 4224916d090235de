"""A table that was made, as text, Markdown, CSV, LaTeX, JSON and one HTML page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from skelshot.experiments.html import HtmlReport
from skelshot.experiments.table_formats import Form, format_table
from skelshot.ground.files import whole_file, write_json

Document = Mapping[str, Any]


def write_pages(out: Path, document: Document) -> Path:
    """Write a table in all forms.

    Args:
        out: The folder; made if missing.
        document: From `make_table`.

    Returns:
        The HTML page.
    """
    out.mkdir(parents=True, exist_ok=True)
    stem = f"table-{document['table']}"
    forms: dict[str, Form] = {".md": "markdown", ".csv": "csv", ".tex": "latex"}
    for ending, form in forms.items():
        with whole_file(out / f"{stem}{ending}") as partial:
            partial.write_text(table_text(document, form) + "\n", encoding="utf-8")
    write_json(out / f"{stem}.json", dict(document))
    return _write_html(out / f"{stem}.html", document)


def table_text(document: Document, form: Form = "text") -> str:
    """Write a table, ours beside the paper's.

    Args:
        document: From `make_table`.
        form: How it is written. CSV is for programs: a line a cell, fractions, all digits; the
            others are in percent, with the notes below.

    Returns:
        The table.
    """
    if form == "csv":
        head = ["row", "column", "ours", "ci95_low", "ci95_high", "paper", "over", "n", "error"]
        return format_table(head, [_line(cell) for cell in document["cells"]], form)
    names, lines = _grid(document)
    if form == "markdown":
        for row, column in _best(document):
            lines[row][column] = f"**{lines[row][column]}**"
    caption = f"{_number(document)}: {document['title']} ({document['preset']} preset)"
    notes = [*document["notes"], *_failures(document), *document["remarks"]]
    mark, between = {"text": ("", "\n"), "latex": ("% ", "\n")}.get(form, ("", "\n\n"))
    table = format_table(names, lines, form)
    return between.join([f"{mark}{caption}", table, *(f"{mark}{note}" for note in notes)])


def _grid(document: Document) -> tuple[list[str], list[list[str]]]:
    """Lay out three columns a column of the table: ours, the paper's, the difference."""
    cells = {(cell["row"], cell["column"]): cell for cell in document["cells"]}
    columns = document["columns"]
    head = ["row"]
    for column in columns:
        head += [f"{column} ours %", "paper %", "points"]
    lines = []
    for row in document["rows"]:
        line = [row]
        for column in columns:
            line += _texts(cells.get((row, column), {}))
        lines.append(line)
    return head, lines


def _texts(cell: Mapping[str, Any]) -> list[str]:
    ours, paper = cell.get("ours"), cell.get("paper")
    if ours is None:
        told = "failed" if cell.get("error") else "-"
    elif cell["ci95"] is None:
        told = f"{100 * ours:.1f}"
    else:
        told = f"{100 * ours:.1f} ({' to '.join(f'{100 * end:.1f}' for end in cell['ci95'])})"
    return [
        told,
        "-" if paper is None else f"{100 * paper:.1f}",
        "-" if ours is None or paper is None else f"{100 * (ours - paper):+.1f}",
    ]


def _best(document: Document) -> list[tuple[int, int]]:
    """Find the best of ours in each column: row and column of the grid."""
    found = []
    for at, column in enumerate(document["columns"]):
        ours = {
            cell["row"]: cell["ours"]
            for cell in document["cells"]
            if cell["column"] == column and cell["ours"] is not None
        }
        if ours:
            top = max(ours.values())
            rows = document["rows"]
            found += [(rows.index(row), 1 + 3 * at) for row, value in ours.items() if value == top]
    return found


def _line(cell: Mapping[str, Any]) -> list[str]:
    low, high = cell["ci95"] or (None, None)
    values = [cell["row"], cell["column"], cell["ours"], low, high]
    values += [cell["paper"], cell["over"], cell["n"], cell["error"] or cell["left_out"]]
    return ["" if value is None else str(value) for value in values]


def _failures(document: Document) -> list[str]:
    """Explain each cause once, with the cells that it spoiled."""
    causes: dict[str, list[str]] = {}
    for cell in document["cells"]:
        if cell["error"]:
            causes.setdefault(cell["error"], []).append(f"{cell['row']} / {cell['column']}")
    return [f"failed: {', '.join(names)}: {cause}" for cause, names in causes.items()]


def _number(document: Document) -> str:
    number: str = document["table"]
    return f"Figure {number[3:]}" if number.startswith("Fig") else f"Table {number}"


def _write_html(path: Path, document: Document) -> Path:
    report = HtmlReport(f"{_number(document)}: {document['title']}")
    report.paragraph(
        f"Preset {document['preset']}, {document['seeds']} seed(s). Ours in percent with the 95 % "
        "interval, what the paper prints, and the difference in points; the best of ours in bold."
    )
    head, lines = _grid(document)
    report.table(head, lines, bold=_best(document))
    for note in [*document["notes"], *_failures(document), *document["remarks"]]:
        report.paragraph(note)
    report.heading("Behind the numbers")
    for cell in document["cells"]:
        if cell["ours"] is not None:
            title = f"{cell['row']} / {cell['column']}: over {cell['n']} {cell['over']}"
            report.folded_table(title, ["entry", "version", "decided by"], _entries(cell))
    return report.write(path, "Made by `skelshot table`.")


def _entries(cell: Mapping[str, Any]) -> Sequence[list[str]]:
    return [
        [entry["entry"], str(entry["version"]), _flat(entry["config"] | {"needs": entry["needs"]})]
        for entry in cell["entries"]
    ]


def _flat(config: Mapping[str, Any], prefix: str = "") -> str:
    """Write nested settings in one line, by dotted names."""
    parts = []
    for name, value in config.items():
        if isinstance(value, Mapping):
            parts.append(_flat(value, f"{prefix}{name}."))
        else:
            parts.append(f"{prefix}{name}={value}")
    return "; ".join(part for part in parts if part)
