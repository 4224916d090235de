"""Parts that are chosen by name: their options come in one way, and faults say whose they are."""

from typing import ClassVar

import pytest

from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.ground.parts import NamedPart, read_named


class Pace(Options):
    described: ClassVar[str] = "pace"

    steps: int = 1


class Walk(NamedPart):
    name: ClassVar[str] = "walk"
    part_of: ClassVar[str] = "gait"
    options_type: ClassVar[type[Options]] = Pace

    def __init__(self, options: Pace | None = None) -> None:
        self.options = options or Pace()


class Run(Walk):
    name: ClassVar[str] = "run"


def test_a_part_is_made_with_its_options() -> None:
    made = Run.from_options({"steps": 3})
    assert isinstance(made, Run)
    assert made.options == Pace(steps=3)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"stepz": 2}, "gait run, pace: found the unknown option 'stepz'.*did you mean 'steps'"),
        ({"steps": "two"}, "gait run, pace, steps: found 'two'"),
    ],
)
def test_a_fault_names_family_part_and_option(values: dict[str, object], problem: str) -> None:
    with pytest.raises(SkelshotError, match=problem):
        Run.from_options(values)


def test_options_are_read_by_themselves_within_another_model() -> None:
    with pytest.raises(SkelshotError, match=r"^teacher mine, pace, steps: found"):
        read_named(Pace, "teacher mine", {"steps": []})
