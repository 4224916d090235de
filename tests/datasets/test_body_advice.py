import pytest

from skelshot.datasets.body_advice import body_advice
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.skeletons.body_check import BodyProblem
from skelshot.skeletons.coordinate_axes import CoordinateAxes


@pytest.mark.parametrize(
    ("kind", "found", "ending"),
    [
        ("units", "bodies that look like millimetres", "; mend it, or say --units millimetres"),
        ("units", "bodies that look like centimetres", "; mend it, or say --units centimetres"),
        ("units", "bodies of another unit", "; mend it"),
        ("score", "a score", "; mend it, or say --third-channel score"),
        ("layout", "another order", "; mend it, or say --layout NAME or FILE.yaml"),
        ("normalised", "shares", "; mend it"),
    ],
)
def test_the_option_that_helps_is_named(kind, found, ending) -> None:
    advice = body_advice(BodyProblem(kind, "wrong", found, "a body", "mend it"), ReadingOptions())
    assert advice == f"{kind}: found {found}, expected a body{ending}"


@pytest.mark.parametrize(
    ("told", "right", "option"),
    [
        ("x,y,z", "x,z,-y", "--axes x,z,-y"),
        ("x,y,z", "-x,y,z", "--axes=-x,y,z"),  # argparse takes ' -x' for an option
        ("x,y,z", "x,-y", "--axes x,-y"),
        ("x,z,-y", "-x,y,z", "--axes=-x,z,-y"),
        ("x,z,y", "x,y,-z", "--axes x,z,-y"),
    ],
)
def test_axes_count_from_those_of_the_file(told, right, option) -> None:
    problem = BodyProblem("upright", "wrong", "z up", "y", "turn", CoordinateAxes.named(right))
    assert body_advice(problem, ReadingOptions(axes=told)).endswith(f"; turn, or say {option}")


def test_a_score_beside_exchanged_axes_needs_two_options() -> None:
    turn = CoordinateAxes.named("y,x")
    problem = BodyProblem("score", "wrong", "a score", "z", "move it", turn)
    for told in ("x,y,z", "x,z,-y"):
        advice = body_advice(problem, ReadingOptions(axes=told))
        assert advice.endswith("; move it, or say --third-channel score --axes y,x")


def test_the_unit_that_is_named_first_is_advised() -> None:
    problem = BodyProblem("units", "wrong", "bodies: inches or centimetres", "metres", "scale")
    assert body_advice(problem, ReadingOptions()).endswith("or say --units inches")
