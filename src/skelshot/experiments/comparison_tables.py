"""Comparisons as tables for people and for programs."""

from collections.abc import Mapping
from typing import Any

from skelshot.experiments.table_formats import Form, format_table

_SMALLEST_P = 0.001


def comparison_table(document: Mapping[str, Any], form: Form = "text") -> str:
    """Write a comparison as a table, a row a difference.

    Args:
        document: From `comparison_document`.
        form: How it is written. CSV is for programs: fractions, all digits, no remarks; the
            others are in percent, with the remarks below in text and Markdown and as comments in
            LaTeX.

    Returns:
        The table.

    Example:
        >>> row = {"baseline": "a", "name": "b", "shots": 1, "baseline_mean": 0.5, "mean": 0.625}
        >>> row |= {"difference": 0.125, "ci95": [0.025, 0.225], "p": 0.0004, "p_holm": None}
        >>> row |= {"over": "splits", "n": 20}
        >>> print(comparison_table({"rows": [row], "notes": []}))
        shots  compared  baseline %  this %  points  95 % interval   p        over
        1      b vs a    50.0        62.5    +12.5   +2.5 to +22.5   < 0.001  20 splits
    """
    rows = document["rows"]
    if form == "csv":
        columns = [name for name in rows[0] if name != "ci95"]
        ends = [row["ci95"] or ["", ""] for row in rows]
        cells = [
            ["" if row[name] is None else str(row[name]) for name in columns] + list(map(str, pair))
            for row, pair in zip(rows, ends, strict=True)
        ]
        return format_table([*columns, "ci95_low", "ci95_high"], cells, form)
    corrected = any(row["p_holm"] is not None for row in rows)
    head = ["shots", "compared", "baseline %", "this %", "points", "95 % interval", "p"]
    head += ["p by Holm"] * corrected + ["over"]
    table = format_table(head, [_cells(row, corrected) for row in rows], form)
    mark, between = {"text": ("", "\n"), "latex": ("% ", "\n")}.get(form, ("", "\n\n"))
    return between.join([table, *(f"{mark}{note}" for note in document["notes"])])


def _cells(row: Mapping[str, Any], corrected: bool) -> list[str]:
    interval = (
        "-" if row["ci95"] is None else " to ".join(f"{100 * end:+.1f}" for end in row["ci95"])
    )
    return [
        str(row["shots"]),
        f"{row['name']} vs {row['baseline']}",
        f"{100 * row['baseline_mean']:.1f}",
        f"{100 * row['mean']:.1f}",
        f"{100 * row['difference']:+.1f}",
        interval,
        p_text(row["p"]),
        *([p_text(row["p_holm"])] if corrected else []),
        f"{row['n']} {row['over'] if row['n'] != 1 else row['over'].removesuffix('s')}",
    ]


def p_text(value: float | None) -> str:
    """Write a p value.

    Args:
        value: The value, if there is one.

    Returns:
        Three digits; a dash where there is none.

    Example:
        >>> p_text(0.0421), p_text(0.00004), p_text(None)
        ('0.042', '< 0.001', '-')
    """
    if value is None:
        return "-"
    return f"< {_SMALLEST_P}" if value < _SMALLEST_P else f"{value:.3f}"
