"""Tables as text, Markdown, CSV and LaTeX."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal, get_args

from skelshot.ground import SkelshotError

Form = Literal["text", "markdown", "csv", "latex"]

FORMS: tuple[Form, ...] = get_args(Form)
_ENDINGS: dict[str, Form] = {".md": "markdown", ".csv": "csv", ".tex": "latex"}
_LATEX = (
    {letter: f"\\{letter}" for letter in "&%$#_{}"}
    | {letter: f"${letter}$" for letter in "<>|"}
    | {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


def form_of(path: Path | None) -> Form:
    """Choose a form by the ending of a file's name.

    Args:
        path: The file, if there is one.

    Returns:
        The form; `text` where the ending tells none.

    Example:
        >>> form_of(Path("table.tex")), form_of(None)
        ('latex', 'text')
    """
    return "text" if path is None else _ENDINGS.get(path.suffix.lower(), "text")


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]], form: Form = "text") -> str:
    r"""Lay out a table.

    Args:
        head: Names of the columns.
        rows: Cells, a row each, as many as there are columns.
        form: How it is written.

    Returns:
        The table without a line break at its end; what a form gives a meaning is escaped.

    Raises:
        SkelshotError: A row has more or fewer cells than there are columns.

    Example:
        >>> print(format_table(["row", "%"], [["a|b", "61.4"]], "markdown"))
        | row | % |
        |---|---|
        | a\|b | 61.4 |
    """
    lines = [list(head), *map(list, rows)]
    for number, line in enumerate(lines):
        if len(line) != len(head):
            raise SkelshotError(
                f"table, row {number}: found {len(line)} cells, expected {len(head)}"
            )
    return _WRITERS[form](lines)


def latex_text(text: str) -> str:
    r"""Escape what has a meaning in LaTeX.

    Args:
        text: Plain text.

    Returns:
        The text, to stand in a cell: what begins with a bracket or star is no argument of the
        line break before it.

    Example:
        >>> print(latex_text("f_t & 5 %"), latex_text("[a]"))
        f\_t \& 5 \% {}[a]
    """
    escaped = "".join(_LATEX.get(letter, letter) for letter in text)
    return f"{{}}{escaped}" if escaped.startswith(("[", "*")) else escaped


def _text(lines: list[list[str]]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _markdown(lines: list[list[str]]) -> str:
    cells = [[" ".join(cell.replace("|", r"\|").split()) for cell in line] for line in lines]
    texts = [f"| {' | '.join(line)} |" for line in cells]
    return "\n".join([texts[0], "|" + "---|" * len(lines[0]), *texts[1:]])


def _csv(lines: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().rstrip("\n")


def _latex(lines: list[list[str]]) -> str:
    """Write a `tabular` that needs no package."""
    texts = [" & ".join(map(latex_text, line)) + r" \\" for line in lines]
    columns = "l" * len(lines[0])
    return "\n".join(
        [
            rf"\begin{{tabular}}{{{columns}}}",
            r"\hline",
            texts[0],
            r"\hline",
            *texts[1:],
            r"\hline",
            r"\end{tabular}",
        ]
    )


_WRITERS: dict[Form, Callable[[list[list[str]]], str]] = {
    "text": _text,
    "markdown": _markdown,
    "csv": _csv,
    "latex": _latex,
}
