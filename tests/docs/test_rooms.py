"""The picture of the rooms shows the rooms and the imports that the code has."""

import runpy
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = runpy.run_path(str(ROOT / "docs/draw_rooms.py"))
SVG = "{http://www.w3.org/2000/svg}"


def shown(picture: str) -> tuple[list[str], set[tuple[str, str]]]:
    """Return the rooms in their order, and the pairs of which one imports from the other."""
    root = ElementTree.fromstring(picture)  # noqa: S314 (our own)
    names = [text.text or "" for text in root.iter(f"{SVG}text") if text.get("class") == "room"]
    groups = [group for group in root.iter(f"{SVG}g") if group.get("class") == "import"]
    return names, {(group.get("data-from", ""), group.get("data-to", "")) for group in groups}


def test_the_picture_is_up_to_date() -> None:
    names, pairs = shown((ROOT / "docs/pictures/rooms.svg").read_text())
    expected = SCRIPT["imports"]()
    assert names == SCRIPT["rooms"](), "run `python docs/draw_rooms.py`"
    assert pairs == set(expected), "run `python docs/draw_rooms.py`"
    assert ("encoders", "skeletons") in pairs
    assert all(names.index(room) > names.index(other) for room, other in pairs)


def test_a_picture_tells_rooms_and_imports() -> None:
    picture = SCRIPT["draw"](["floor", "wall", "roof"], Counter({("roof", "wall"): 3}))
    assert shown(picture) == (["floor", "wall", "roof"], {("roof", "wall")})
