"""Plans: noted once, compared afterwards, and the first difference told."""

from pathlib import Path
from typing import Any

import pytest

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_mapping
from skelshot.ground.plans import Plan, first_difference

PLAN = Plan("a run", {"seed": 0, "size": (64, 36)}, "use another --out", {"seed": "say {found}"})


def test_a_plan_is_noted_once_and_then_kept(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    PLAN.settle(file)
    assert read_mapping(file) == {"seed": 0, "size": [64, 36]}
    before = file.stat().st_mtime_ns
    PLAN.settle(file)
    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"seed": 1}', "seed (found 1, now asked for 0); say 1"),
        ('{"seed": 0, "size": [64, 37]}', "size.1 (found 37, now asked for 36); use another --out"),
        ('{"seed": 0, "size": [64]}', "size (found [64], now asked for [64, 36]); use another"),
        ('{"seed": 0, "size": [64, 36], "more": 2}', "more (found 2, now asked for None); use"),
        ('{"seed": "%s"}' % ("9" * 999), "999..."),
    ],
)
def test_another_plan_is_told_in_one_line_and_kept(
    tmp_path: Path, content: str, expected: str
) -> None:
    file = tmp_path / "plan.json"
    file.write_text(content)
    with pytest.raises(SkelshotError) as error:
        PLAN.settle(file)
    said = str(error.value)
    assert said.startswith(f"{file}: holds a run of another ")
    assert expected.removesuffix("...") in said
    assert len(said) < len(str(file)) + 500
    assert file.read_text() == content


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff", b"[" * 999])
def test_a_damaged_plan_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(content)
    with pytest.raises(SkelshotError, match=r"plan\.json"):
        PLAN.settle(file)


@pytest.mark.parametrize("found", [None, 3, "x", [1]])
def test_what_is_no_plan_is_another_plan(found: object) -> None:
    with pytest.raises(SkelshotError, match=r"^there: holds a run of another plan \(found "):
        PLAN.check("there", found)


@pytest.mark.parametrize(
    ("found", "wanted", "expected"),
    [
        ({"a": 1, "b": 2}, {"b": 3, "a": 1}, ("b", 2, 3)),
        ({"b": 1, "a": 1}, {"a": 2, "b": 2}, ("b", 1, 2)),
        ({"a": None}, {}, None),
        ({"a": {"b": 1}}, {"a": 1}, ("a", {"b": 1}, 1)),
        ([{"a": 1}], [{"a": 2}], ("0.a", 1, 2)),
        (1, 1, None),
    ],
)
def test_first_differences(found: Any, wanted: Any, expected: Any) -> None:
    assert first_difference(found, wanted) == expected
