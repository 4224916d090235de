"""Reports as one HTML file that needs nothing else: pictures are inside it."""

import base64
from collections.abc import Collection, Iterable, Sequence
from html import escape
from pathlib import Path

from skelshot.ground.files import whole_file
from skelshot.ground.printable import escaped

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --accent: #2a6fbb; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { padding: .3rem .8rem; text-align: left; white-space: nowrap; }
th { border-bottom: 2px solid var(--line); } td { border-bottom: 1px solid var(--line); }
td + td, th + th { text-align: right; font-variant-numeric: tabular-nums; }
img { max-width: 100%; height: auto; background: #fff; } figure { margin: 1rem 0; }
figcaption { font-size: .9rem; opacity: .8; }
.text td, .text th { text-align: left; vertical-align: top; white-space: normal; }
.groups th { text-align: center; border-bottom: 1px solid var(--line); }
pre { overflow-x: auto; padding: .6rem .8rem; border: 1px solid var(--line); font-size: .85rem; }
svg { max-width: 100%; height: auto; } details { margin: .3rem 0; }
@media print { table { display: table; font-size: .7rem; } th, td { white-space: normal; } }
.bar { background: var(--accent); height: .8rem; display: inline-block; border-radius: 2px; }
footer { margin-top: 3rem; font-size: .85rem; opacity: .7; }
"""


class HtmlReport:
    """Gathers headings, text, tables and pictures, then writes them as one page.

    Args:
        title: The page's title and first heading.

    Example:
        >>> report = HtmlReport("A < B")
        >>> report.table(["row", "%"], [["cosine", "61.4"]])
        >>> "A &lt; B" in report.html() and "<td>61.4</td>" in report.html()
        True
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._parts: list[str] = []

    def heading(self, text: str, level: int = 2) -> None:
        """Begin a section.

        Args:
            text: Its heading.
            level: 3 for a section within another.
        """
        self._parts.append(f"<h{level}>{_shown(text)}</h{level}>")

    def paragraph(self, text: str) -> None:
        """Add a paragraph of plain text.

        Args:
            text: What it says.
        """
        self._parts.append(f"<p>{_shown(text)}</p>")

    def items(self, texts: Iterable[str]) -> None:
        """Add a list of plain texts.

        Args:
            texts: An item each.
        """
        inner = "".join(f"<li>{_shown(text)}</li>" for text in texts)
        self._parts.append(f"<ul>{inner}</ul>")

    def code(self, text: str) -> None:
        """Add commands as they are typed.

        Args:
            text: Lines of them.
        """
        inner = "\n".join(map(_shown, text.splitlines()))
        self._parts.append(f"<pre>{inner}</pre>")

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
            numbers: Whether all columns but the first hold numbers, not text.
            bold: Row and column of cells that stand out, from 0.
            groups: What stands above the names of columns, each with how many it spans.
        """
        self._parts.append(_table(head, rows, numbers, bold, groups))

    def folded_table(self, title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Add a table of text that is shown once its title is clicked.

        Args:
            title: What it holds.
            head: Names of the columns.
            rows: Cells, a row each.
        """
        inner = _table(head, rows, numbers=False)
        self._parts.append(f"<details><summary>{_shown(title)}</summary>{inner}</details>")

    def bars(self, values: Iterable[tuple[str, float]]) -> None:
        """Add a table of shares, each with a bar.

        Args:
            values: Names and shares in [0, 1].
        """
        rows = "".join(
            f"<tr><td>{_shown(name)}</td><td>{100 * value:.1f}</td>"
            f'<td style="text-align:left"><span class="bar" style="width:{12 * value:.2f}rem">'
            "</span></td></tr>"
            for name, value in values
        )
        self._parts.append(f"<table><tbody>{rows}</tbody></table>")

    def picture(self, png: Path, caption: str) -> None:
        """Add a picture.

        Args:
            png: A PNG file; its bytes go into the page.
            caption: What it shows, also read to those who cannot see it.
        """
        data = base64.b64encode(png.read_bytes()).decode("ascii")
        text = _shown(caption)
        self._parts.append(
            f'<figure><img alt="{text}" src="data:image/png;base64,{data}">'
            f"<figcaption>{text}</figcaption></figure>"
        )

    def drawing(self, name: str, svg: str, caption: str) -> None:
        """Add a drawing.

        Args:
            name: Of its file, where pages are written that cannot hold it.
            svg: The drawing, which goes into the page as it is; its texts are escaped already.
            caption: What it shows.
        """
        self._parts.append(_figure(svg, caption))

    def folded_drawing(self, title: str, svg: str, caption: str) -> None:
        """Add a drawing that is shown once its title is clicked.

        Args:
            title: What it holds.
            svg: As for `drawing`.
            caption: What it shows.
        """
        inner = _figure(svg, caption)
        self._parts.append(f"<details><summary>{_shown(title)}</summary>{inner}</details>")

    def html(self, footer: str = "") -> str:
        """Return the page.

        Args:
            footer: A closing line, such as the command that made it.

        Returns:
            A whole HTML document.
        """
        title = _shown(self._title)
        return "\n".join(
            [
                '<!doctype html><html lang="en"><head><meta charset="utf-8">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                f"<title>{title}</title><style>{_STYLE}</style></head><body>",
                f"<h1>{title}</h1>",
                *self._parts,
                f"<footer>{_shown(footer)}</footer></body></html>",
                "",
            ]
        )

    def write(self, path: Path, footer: str = "") -> Path:
        """Write the page, whole or not at all.

        Args:
            path: The HTML file.
            footer: A closing line.

        Returns:
            `path`.
        """
        with whole_file(path) as partial:
            partial.write_text(self.html(footer), encoding="utf-8")
        return path


def _table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    numbers: bool,
    bold: Collection[tuple[int, int]] = (),
    groups: Sequence[tuple[str, int]] = (),
) -> str:
    top = "".join(f"<th>{_shown(name)}</th>" for name in head)
    above = "".join(f'<th colspan="{span}">{_shown(name)}</th>' for name, span in groups)
    above = f'<tr class="groups">{above}</tr>' if groups else ""
    body = ""
    for row_at, row in enumerate(rows):
        cells = (
            f"<b>{_shown(cell)}</b>" if (row_at, at) in bold else _shown(cell)
            for at, cell in enumerate(row)
        )
        body += f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
    kind = "" if numbers else ' class="text"'
    return f"<table{kind}><thead>{above}<tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{_shown(caption)}</figcaption></figure>"


def _shown(text: str) -> str:
    """Escape what has a meaning in HTML, and what no page can show."""
    return escape(escaped(text))
