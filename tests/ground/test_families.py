"""Parts from outside: found by name, and told with their distribution when they do not work."""

import errno
import sys
from pathlib import Path

import pytest

from skelshot.ground import SkelshotError
from skelshot.ground.families import Family


class Wave:
    name = "wave"
    length = 1


FAMILY: Family[Wave] = Family(
    "gesture",
    (Wave,),
    lambda part: None if hasattr(part, "length") else "has no length, expected one",
    {"waving": "wave"},
)

MODULE = """
class Bow:
    name = "bow"
    length = 2
class Nod:
    name = "nodding"
    length = 2
class Short:
    name = "short"
number = 3
"""


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two installed distributions that register gestures."""
    (tmp_path / "outside_gestures.py").write_text(MODULE)
    (tmp_path / "broken_gestures.py").write_text("raise RuntimeError('no camera')")
    points = {
        "Outside": (
            "bow = outside_gestures:Bow", "nod = outside_gestures:Nod",
            "wave = outside_gestures:Bow", "short = outside_gestures:Short",
            "number = outside_gestures:number",
            "broken = broken_gestures:Any", "twice = outside_gestures:Bow",
        ),
        "Another": ("twice = outside_gestures:Bow", "absent = no_such_module:Any"),
    }  # fmt: skip
    for name, lines in points.items():
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text("[skelshot.gestures]\n" + "\n".join(lines))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "outside_gestures", raising=False)


PROBLEMS = {
    "nod": "the package Outside: found name = 'nodding' in the class, expected 'nod'",
    "short": "the package Outside: has no length, expected one",
    "number": "the package Outside: found int, expected a class",
    "broken": "the package Outside: cannot be imported (RuntimeError: no camera)",
    "absent": "the package Another: cannot be imported (ModuleNotFoundError",
    "twice": "the package Another and the package Outside: registered 2 times",
}


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("name", PROBLEMS)
def test_a_part_that_does_not_work(name: str) -> None:
    with pytest.raises(SkelshotError) as error:
        FAMILY.named(name)
    assert str(error.value).startswith(f"gesture {name!r} of {PROBLEMS[name]}")


@pytest.mark.usefixtures("outside")
def test_all_others_work() -> None:
    assert FAMILY.named("bow").length == 2
    assert FAMILY.named("wave") is Wave  # what ships stays what it is
    parts, problems = FAMILY.every()
    assert [part.name for part in parts] == ["wave", "bow"]
    assert len(problems) == len(PROBLEMS) + 1
    assert any("Skelshot has a part of that name" in problem for problem in problems)


@pytest.mark.usefixtures("outside")
def test_what_a_part_raises_is_told_with_its_maker() -> None:
    told = r"^gesture bow of the package Outside: KeyError: 'x'"
    with pytest.raises(SkelshotError, match=told), FAMILY.telling("bow"):
        raise KeyError("x")
    with pytest.raises(KeyError), FAMILY.telling("wave"):  # what ships
        raise KeyError("x")
    with pytest.raises(OSError, match="No space"), FAMILY.telling("bow"):  # not the part's fault
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.usefixtures("outside")
def test_reserved_words() -> None:
    family: Family[Wave] = Family("gesture", (Wave,), lambda _: None, reserved=("bow",))
    assert family.origin("bow") == ""
    with pytest.raises(SkelshotError, match="Skelshot has a part of that name; rename yours"):
        family.named("bow")


def test_names() -> None:
    assert FAMILY.names == ("wave",)
    assert FAMILY.named("waving") is Wave
    with pytest.raises(SkelshotError, match=r"--gesture: found 'wafe', expected one of wave; did "):
        FAMILY.named("wafe", "--gesture")
