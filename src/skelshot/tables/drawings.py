"""Drawings of tables as SVG: bars by class, and a figure as a curve with intervals."""

from collections.abc import Mapping, Sequence
from html import escape

from skelshot.ground.printable import printable
from skelshot.rendering.theme import COLOURS
from skelshot.tables.saved import SavedCell

_FONT = 'font-family="Helvetica, Arial, sans-serif"'
_INK, _LINE = "#000", "#bbb"
_PANELS = 4
"""Rows of a table side by side; more begin another line of panels."""


def class_bars(cells: Mapping[str, SavedCell]) -> str:
    """Draw the accuracy of each class as bars, a panel a row of the table.

    Args:
        cells: By the name of the row; those without classes are left out.

    Returns:
        An SVG element, white below black so that it prints; classes stand in the order of their
        mean, the easiest first, alike in all panels. Empty where no cell has classes.
    """
    panels = {name: cell.per_class for name, cell in cells.items() if cell.per_class}
    values: dict[str, list[float]] = {}
    for shares in panels.values():
        for name, share in shares.items():
            values.setdefault(name, []).append(share)
    order = sorted(values, key=lambda name: -sum(values[name]) / len(values[name]))
    if not order:
        return ""
    high = 30 + 14 * len(order)
    colours = {name: COLOURS[at % len(COLOURS)] for at, name in enumerate(panels)}
    named = list(panels.items())
    lines = [named[at : at + _PANELS] for at in range(0, len(named), _PANELS)]
    parts = []
    for at, line in enumerate(lines):
        top = at * (high + 10)
        parts += [_text(195, top + 37 + 14 * to, name, "end") for to, name in enumerate(order)]
        for to, (row, shares) in enumerate(line):
            parts += _panel(204 + 180 * to, top, row, shares, order, colours[row])
    wide = 204 + 180 * min(len(panels), _PANELS)
    return _svg(wide, len(lines) * (high + 10), parts)


def _panel(
    left: int, top: int, row: str, shares: Mapping[str, float], order: Sequence[str], colour: str
) -> list[str]:
    """Draw the bars of one row, 120 pixels for 100 %, their number behind them."""
    parts = [_text(left, top + 16, row, weight="bold", letters=26)]
    parts.append(_stroke(left, top + 24, left, top + 28 + 14 * len(order)))
    for at, name in enumerate(order):
        if name in shares:
            y, long = top + 28 + 14 * at, 120 * shares[name]
            told = escape(printable(f"{row}, {name}: {100 * shares[name]:.1f} %", 200))
            parts.append(
                f'<rect x="{left}" y="{y}" width="{long:.1f}" height="10" fill="{colour}">'
                f"<title>{told}</title></rect>"
            )
            parts.append(_text(left + 4 + round(long), y + 9, f"{100 * shares[name]:.0f}", size=9))
    return parts


def curve(cells: Mapping[str, SavedCell], x_title: str) -> str:
    """Draw numbers along steps of equal width, ours with intervals beside the printed ones.

    Args:
        cells: By the name of their step.
        x_title: What the steps are.

    Returns:
        An SVG element, black and blue on white, told apart by form as well as by colour.
    """
    ours = {at: cell for at, cell in enumerate(cells.values()) if cell.ours is not None}
    paper = {at: cell.paper for at, cell in enumerate(cells.values()) if cell.paper is not None}
    ends = [end for cell in ours.values() for end in cell.ci95 or [cell.ours or 0]]
    low, high = _range([*ends, *paper.values()])
    step = 480 / max(1, len(cells) - 1)

    def x(at: int) -> float:
        return 80 + step * at

    def y(value: float) -> float:
        return 270 - 240 * (value - low) / (high - low)

    parts = [_stroke(60, 270, 580, 270, _INK), _stroke(60, 20, 60, 270, _INK)]
    wide = 100 * (high - low)
    every = next(each for each in (1, 2, 5, 10, 20) if wide <= 8 * each)
    for tick in range(every * -int(-100 * low // every), round(100 * high) + 1, every):
        parts.append(_stroke(60, y(tick / 100), 580, y(tick / 100)))
        parts.append(_text(54, round(y(tick / 100)) + 4, str(tick), "end", size=12))
    for at, name in enumerate(cells):
        parts.append(_text(round(x(at)), 288, name, "middle", size=12))
    parts.append(_text(320, 312, x_title, "middle", letters=80, size=12))
    parts.append(_text(60, 14, "accuracy, %", size=12))
    line = " ".join(f"{x(at):.1f},{y(cell.ours or 0):.1f}" for at, cell in ours.items())
    parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[0]}" stroke-width="2"/>')
    for at, cell in ours.items():
        bottom, top = cell.ci95 or (cell.ours or 0, cell.ours or 0)
        parts.append(_stroke(x(at), y(bottom), x(at), y(top), COLOURS[0]))
        parts += [
            _stroke(x(at) - 4, y(end), x(at) + 4, y(end), COLOURS[0]) for end in (bottom, top)
        ]
        parts.append(
            f'<circle cx="{x(at):.1f}" cy="{y(cell.ours or 0):.1f}" r="4" fill="{COLOURS[0]}"/>'
        )
    parts += [_diamond(x(at), y(value)) for at, value in paper.items()]
    parts.append(f'<circle cx="390" cy="10" r="4" fill="{COLOURS[0]}"/>')
    parts.append(_text(400, 14, "ours, 95 %", size=12))
    parts += [_diamond(490, 10), _text(500, 14, "printed", size=12)]
    return _svg(600, 320, parts)


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Choose whole percents around values, and some more."""
    low, high = (int(100 * min(values, default=0)) - 2, int(100 * max(values, default=1)) + 3)
    return max(low, 0) / 100, min(high, 100) / 100


def _diamond(x: float, y: float) -> str:
    points = f"{x:.1f},{y - 6:.1f} {x + 6:.1f},{y:.1f} {x:.1f},{y + 6:.1f} {x - 6:.1f},{y:.1f}"
    return f'<polygon points="{points}" fill="#fff" stroke="{_INK}" stroke-width="1.5"/>'


def _stroke(x1: float, y1: float, x2: float, y2: float, colour: str = _LINE) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}"/>'


def _text(
    x: int,
    y: int,
    text: str,
    anchor: str = "start",
    weight: str = "normal",
    letters: int = 30,
    size: int = 11,
) -> str:
    shown = escape(printable(text, letters))
    place = f'x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}"'
    return f'<text {place} fill="{_INK}">{shown}</text>'


def _svg(wide: int, high: int, parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {wide} {high}" width="{wide}" height="{high}"'
    back = f'<rect width="{wide}" height="{high}" fill="#fff"/>'
    return f'<svg {size} {_FONT} role="img">{back}{"".join(parts)}</svg>'
