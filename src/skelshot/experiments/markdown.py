"""Reports as Markdown, with the same parts as the HTML pages."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from skelshot.experiments.table_formats import format_table
from skelshot.ground.files import whole_file
from skelshot.ground.printable import escaped

_SVG = "http://www.w3.org/2000/svg"
"""The name by which a file tells that it is SVG; within HTML nobody asks for it."""


class MarkdownReport:
    r"""Gathers headings, text, tables and drawings, then writes them as one page.

    Args:
        title: The page's first heading.

    Example:
        >>> report = MarkdownReport("A < B")
        >>> report.table(["row", "%"], [["cosine", "61.4"]], bold=[(0, 1)])
        >>> print(report.markdown())
        # A \< B
        <BLANKLINE>
        | row | % |
        |---|---|
        | cosine | **61.4** |
        <BLANKLINE>
    """

    def __init__(self, title: str) -> None:
        self._parts: list[str] = [f"# {_shown(title)}"]
        self._drawings: dict[str, str] = {}

    def heading(self, text: str, level: int = 2) -> None:
        """Begin a section.

        Args:
            text: Its heading.
            level: 3 for a section within another.
        """
        self._parts.append(f"{'#' * level} {_shown(text)}")

    def paragraph(self, text: str) -> None:
        """Add a paragraph of plain text.

        Args:
            text: What it says.
        """
        self._parts.append(_shown(text))

    def items(self, texts: Iterable[str]) -> None:
        """Add a list of plain texts.

        Args:
            texts: An item each.
        """
        self._parts.append("\n".join(f"- {_shown(text)}" for text in texts))

    def code(self, text: str) -> None:
        """Add commands as they are typed.

        Args:
            text: Lines of them.
        """
        lines = "\n".join(map(escaped, text.splitlines()))
        self._parts.append(f"```bash\n{lines}\n```")

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[str]],
        numbers: bool = True,
        bold: Collection[tuple[int, int]] = (),
        groups: Sequence[tuple[str, int]] = (),
    ) -> None:
        """Add a table.

        Args:
            head: Names of the columns.
            rows: Cells, a row each.
            numbers: Whether all columns but the first hold numbers, which Markdown need not know.
            bold: Row and column of cells that stand out, from 0.
            groups: What stands above the names of columns, each with how many it spans; here it
                stands before each of these names.
        """
        above = [name for name, span in groups for _ in range(span)] or [""] * len(head)
        names = [f"{over} {name}".strip() for over, name in zip(above, head, strict=True)]
        cells = [
            [
                f"**{_shown(cell)}**" if (at, to) in bold else _shown(cell)
                for to, cell in enumerate(row)
            ]
            for at, row in enumerate(rows)
        ]
        self._parts.append(format_table(list(map(_shown, names)), cells, "markdown"))

    def drawing(self, name: str, svg: str, caption: str) -> None:
        """Add a drawing, which is written as a file beside the page.

        Args:
            name: Of its file.
            svg: The drawing.
            caption: What it shows.
        """
        self._drawings[name] = svg.replace("<svg ", f'<svg xmlns="{_SVG}" ', 1)
        self._parts.append(f"![{_shown(caption)}]({name})")

    def markdown(self) -> str:
        """Return the page.

        Returns:
            Markdown, with a line break at its end.
        """
        return "\n\n".join(self._parts) + "\n"

    def write(self, path: Path) -> Path:
        """Write the page and its drawings, each whole or not at all.

        Args:
            path: The Markdown file.

        Returns:
            `path`.
        """
        texts = {path.with_name(name): svg + "\n" for name, svg in self._drawings.items()}
        for file, text in {**texts, path: self.markdown()}.items():
            with whole_file(file) as partial:
                partial.write_text(text, encoding="utf-8")
        return path


def _shown(text: str) -> str:
    """Escape what has a meaning in Markdown, and what no page can show."""
    return escaped(text).replace("\\", r"\\").replace("<", r"\<").replace("*", r"\*")
