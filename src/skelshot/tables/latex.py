r"""A `table` environment of LaTeX in the style of booktabs."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from skelshot.experiments.table_formats import latex_text


@dataclass(frozen=True)
class Booktabs:
    r"""A `table` environment around cells.

    Args:
        caption: The caption.
        label: For `\ref`.
        notes: Comments below the table.
    """

    caption: str
    label: str
    notes: tuple[str, ...] = ()

    def text(
        self,
        groups: Sequence[tuple[str, int]],
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        bold: Collection[tuple[int, int]] = (),
    ) -> str:
        r"""Write the environment; it compiles as it is where `booktabs` is loaded.

        Args:
            groups: What stands above the names of columns, each with how many it spans.
            head: Names of the columns.
            rows: Cells, a row each.
            bold: Row and column of cells that stand out, from 0.

        Returns:
            LaTeX.

        Example:
            >>> groups = [("", 1), ("NTU-60", 2)]
            >>> print(Booktabs("A", "tab:a").text(groups, ["row", "ours", "paper"], []))
            % needs \usepackage{booktabs}
            \begin{table}
            \centering
            \caption{A}
            \label{tab:a}
            \begin{tabular}{lrr}
            \toprule
             & \multicolumn{2}{c}{NTU-60} \\
            \cmidrule(lr){2-3}
            row & ours & paper \\
            \midrule
            \bottomrule
            \end{tabular}
            \end{table}
        """
        lines = [
            [
                rf"\textbf{{{latex_text(cell)}}}" if (at, to) in bold else latex_text(cell)
                for to, cell in enumerate(row)
            ]
            for at, row in enumerate(rows)
        ]
        return "\n".join(
            [
                r"% needs \usepackage{booktabs}",
                r"\begin{table}",
                r"\centering",
                rf"\caption{{{latex_text(self.caption)}}}",
                rf"\label{{{self.label}}}",
                rf"\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}",
                r"\toprule",
                *_groups(groups),
                _line(map(latex_text, head)),
                r"\midrule",
                *map(_line, lines),
                r"\bottomrule",
                r"\end{tabular}",
                r"\end{table}",
                *(f"% {' '.join(note.split())}" for note in self.notes),
            ]
        )


def _groups(groups: Sequence[tuple[str, int]]) -> list[str]:
    """Write the line above the heads, and the rules below its names."""
    cells, rules, first = [], "", 1
    for name, span in groups:
        wide = rf"\multicolumn{{{span}}}{{c}}{{{latex_text(name)}}}"
        cells.append(wide if name else "")
        rules += rf"\cmidrule(lr){{{first}-{first + span - 1}}}" if name else ""
        first += span
    return [_line(cells), rules]


def _line(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"
