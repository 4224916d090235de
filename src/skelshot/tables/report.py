"""All saved tables as one page, which opens with how they stand beside the paper."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from skelshot.experiments.html import HtmlReport
from skelshot.experiments.markdown import MarkdownReport
from skelshot.ground import SkelshotError
from skelshot.tables.definitions import printed_numbers, table_numbers
from skelshot.tables.page import Page, tell_behind, tell_table
from skelshot.tables.reproduction import HEAD, Reproduction, answer, not_run, reproduction_of
from skelshot.tables.saved import SavedTable, read_saved_table

TITLE = "Does it reproduce the paper?"
MADE_BY = "Made by `skelshot report` of saved tables; no number is typed by hand."


def read_tables(folder: Path) -> list[SavedTable]:
    """Read all saved tables of a folder.

    Args:
        folder: Holds `table-NUMBER.json` files.

    Returns:
        The tables, in the paper's order; others behind them.

    Raises:
        SkelshotError: There is no such folder, a file is damaged, foreign or of another version,
            or two files hold the same table; the message names the file.
    """
    if not folder.is_dir():
        raise SkelshotError(
            f"--tables {folder}: found no such folder, expected one that `skelshot table` wrote "
            "into (its --out)"
        )
    files: dict[str, Path] = {}
    tables = []
    for file in sorted(folder.glob("table-*.json")):
        table = read_saved_table(file)
        if table.table in files:
            raise SkelshotError(
                f"{file}: found {table.name}, which {files[table.table].name} holds too, expected "
                "each once; move one of them away"
            )
        files[table.table] = file
        tables.append(table)
    order = {number: at for at, number in enumerate(table_numbers())}
    return sorted(tables, key=lambda table: (order.get(table.table, len(order)), table.table))


def write_report(tables: Sequence[SavedTable], out: Path) -> dict[str, Any]:
    """Write the page of all tables as HTML and Markdown.

    Args:
        tables: From `read_tables`.
        out: The folder; made if missing.

    Returns:
        `answer`, `tables` (a mapping a line), `not_run`, and the paths `report` and `markdown`.
    """
    out.mkdir(parents=True, exist_ok=True)
    lines = [reproduction_of(table) for table in tables]
    html = HtmlReport(TITLE)
    _tell(html, tables, lines, html)
    return {
        "answer": answer(lines, not_run(tables)),
        "tables": [vars(line) for line in lines],
        "not_run": not_run(tables),
        "report": str(html.write(out / "reproduction.html", MADE_BY)),
        "markdown": str(markdown_report(tables).write(out / "reproduction.md")),
    }


def markdown_report(tables: Sequence[SavedTable]) -> MarkdownReport:
    """Make the page of all tables as Markdown.

    Args:
        tables: From `read_tables`.

    Returns:
        The page, not yet written.
    """
    page = MarkdownReport(TITLE)
    _tell(page, tables, [reproduction_of(table) for table in tables], None)
    return page


def first_screen(page: Page, lines: Sequence[Reproduction], missing: Sequence[str]) -> None:
    """Tell how all tables stand beside the paper.

    Args:
        page: Gets it.
        lines: One a table that was run.
        missing: Numbers of the others.
    """
    page.paragraph(answer(lines, missing))
    of_paper = [line for line in lines if printed_numbers(line.table)]
    if of_paper:
        page.table(HEAD, [line.texts for line in of_paper], numbers=False)
    if missing:
        page.paragraph(f"Not run: {', '.join(missing)}.")


def _tell(
    page: Page,
    tables: Sequence[SavedTable],
    lines: Sequence[Reproduction],
    behind: HtmlReport | None,
) -> None:
    first_screen(page, lines, not_run(tables))
    beyond = [line.texts for line in lines if not printed_numbers(line.table)]
    if beyond:
        page.heading("Beyond the paper")
        page.table(["", "best of ours", *HEAD[2:]], beyond, numbers=False)
    for table in tables:
        page.heading(f"{table.name}: {table.title}")
        tell_table(page, table, level=3)
        if behind is not None:
            tell_behind(behind, table, level=3)
