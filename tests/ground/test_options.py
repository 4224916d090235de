"""Faults of options are one line each, with the whole place and the nearest name."""

from typing import ClassVar

import pytest
from pydantic import Field, model_validator

from skelshot.ground import SkelshotError
from skelshot.ground.options import Options


class Pace(Options):
    described: ClassVar[str] = "pace"
    steps: int = Field(1, ge=1)


class Walk(Options):
    described: ClassVar[str] = "walk"
    pace: Pace = Pace()
    rest: Pace | None = None
    far: float = 1.0

    @model_validator(mode="after")
    def _fits(self) -> "Walk":
        if self.far > 100:
            raise ValueError("far: found a walk of over 100, expected less; set far")
        return self


FAULTS = {
    "of its own": ({"far": "x"}, "walk, far: found 'x'; input should be a valid number"),
    "within": ({"pace": {"steps": 0}}, "walk, pace.steps: found 0; input should be greater"),
    "unknown": ({"fare": 1}, "walk: found the unknown option 'fare', expected pace, rest, far; d"),
    "unknown within": (
        {"pace": {"step": 1}},
        "walk, pace: found the unknown option 'step', expected steps; did you mean 'steps'?",
    ),
    "unknown in what may be absent": (
        {"rest": {"step": 1}},
        "walk, rest: found the unknown option 'step', expected steps; did you mean 'steps'?",
    ),
    "together": ({"far": 1000.0}, "walk: far: found a walk of over 100, expected less; set far"),
    "not a number": ({"far": float("nan")}, "walk, far: found nan; input should be a finite"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_one_line(case: str) -> None:
    values, expected = FAULTS[case]
    for make in (Walk.model_validate, lambda found: Walk(**found)):
        with pytest.raises(SkelshotError) as error:
            make(values)
        assert str(error.value).startswith(expected)


def test_a_fault_leaves_the_next_call_as_it_was() -> None:
    for _ in range(2):
        with pytest.raises(SkelshotError, match="pace, steps: found 0"):
            Pace(steps=0)
    assert Walk(pace={"steps": 3}).pace.steps == 3  # type: ignore[arg-type]
