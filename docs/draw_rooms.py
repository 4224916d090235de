"""Draw which room imports from which, from the code's own imports.

python docs/draw_rooms.py    # writes docs/pictures/rooms.svg
"""

import ast
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "skelshot"
PICTURE = ROOT / "docs" / "pictures" / "rooms.svg"
CELL, LEFT, TOP, NAME = 34, 16, 62, 130
SHADES = ((20, "#08519c", "#ffffff"), (5, "#6baed6", "#000000"), (1, "#deebf7", "#000000"))
"""Least count, fill and ink: one hue that darkens, so that no one has to tell colours apart."""


def rooms() -> list[str]:
    """Return the rooms in the order of docs/architecture.md, the foundation first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    return [str(layer).removeprefix("skelshot.") for layer in reversed(contract["layers"])]


def imports() -> Counter[tuple[str, str]]:
    """Count the import statements from room to room.

    Returns:
        Statements by (the room that imports, the room imported from).
    """
    known, found = set(rooms()), Counter[tuple[str, str]]()
    for file in sorted(SOURCES.rglob("*.py")):
        room = file.relative_to(SOURCES).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(file.read_text())):
            targets = {other for other in _rooms_in(node) if other in known}
            found.update((room, other) for other in targets if room in known and other != room)
    return found


def _rooms_in(node: ast.AST) -> list[str]:
    match node:
        case ast.ImportFrom(module="skelshot", names=names):
            return [name.name for name in names]
        case ast.ImportFrom(module=str(module)) if module.startswith("skelshot."):
            return [module.split(".")[1]]
        case ast.Import(names=names):
            parts = (name.name.split(".") for name in names)
            return [part[1] for part in parts if part[0] == "skelshot" and len(part) > 1]
    return []


def draw(names: list[str], counts: Counter[tuple[str, str]]) -> str:
    """Draw a matrix: a room a row, what it imports from to the left of its name.

    Args:
        names: The rooms, the foundation first.
        counts: Import statements by (importing room, room imported from).

    Returns:
        An SVG picture.
    """
    width, height = LEFT + CELL * len(names) + NAME, TOP + CELL * len(names) + LEFT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif">',
        "<title>Imports between the rooms of Skelshot</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(LEFT, 22, "A row imports from the columns left of its name:", size=14),
        _text(LEFT, 42, "number of import statements. Nothing stands right of the names.", size=14),
    ]
    places = {name: place for place, name in enumerate(names)}
    for name, place in places.items():
        parts += _named_row(name, place, len(names))
    for (room, other), count in sorted(counts.items()):
        parts += _cell(room, other, places[room], places[other], count)
    return "\n".join([*parts, "</svg>", ""])


def _named_row(name: str, place: int, total: int) -> list[str]:
    """Draw a room's name on the diagonal, with lines to its row and its column."""
    x, y = LEFT + CELL * place, TOP + CELL * place
    middle_x, middle_y, end = x + CELL // 2, y + CELL // 2, TOP + CELL * total
    return [
        f'<path d="M{LEFT} {middle_y}H{middle_x}V{end}" fill="none" stroke="#d0d0d0"/>',
        f'<circle cx="{middle_x}" cy="{middle_y}" r="5" fill="#404040"/>',
        _text(x + CELL, middle_y + 5, name, size=14, kind="room"),
    ]


def _cell(room: str, other: str, row: int, column: int, count: int) -> list[str]:
    fill, ink = next((fill, ink) for least, fill, ink in SHADES if count >= least)
    x, y, side = LEFT + CELL * column + 3, TOP + CELL * row + 3, CELL - 6
    return [
        f'<g class="import" data-from="{room}" data-to="{other}">',
        f"<title>{room} imports from {other}: {count}</title>",
        f'<rect x="{x}" y="{y}" width="{side}" height="{side}" rx="4" fill="{fill}"/>',
        _text(x + side // 2, y + side // 2 + 5, str(count), ink=ink, anchor="middle"),
        "</g>",
    ]


def _text(
    x: int,
    y: int,
    text: str,
    size: int = 13,
    ink: str = "#000000",
    anchor: str = "start",
    kind: str = "note",
) -> str:
    return (
        f'<text class="{kind}" x="{x}" y="{y}" font-size="{size}" fill="{ink}" '
        f'text-anchor="{anchor}">{text}</text>'
    )


if __name__ == "__main__":
    PICTURE.write_text(draw(rooms(), imports()))
