import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons.coordinate_axes import CoordinateAxes

POINT = np.array([[1.0, 2.0, 3.0]])


@pytest.mark.parametrize(
    ("text", "written", "point"),
    [
        ("x,y,z", "x,y,z", [1, 2, 3]),
        ("x,z,-y", "x,z,-y", [1, 3, -2]),
        (" -X, +y ,z", "-x,y,z", [-1, 2, 3]),
        ("-y,x,z", "-y,x,z", [-2, 1, 3]),
        ("x,-y", "x,-y", [1, -2]),
        ("y,x", "y,x", [2, 1]),
    ],
)
def test_each_of_our_axes_is_the_files_axis_that_is_named(text, written, point) -> None:
    axes = CoordinateAxes.named(text)
    assert str(axes) == written
    made = axes.of(POINT[:, : len(point)])
    assert made.tolist() == [point]
    assert made.dtype == np.float32


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "x,y,",
        "x,x,z",
        "x,y,z,x",
        "x,z",
        "xyz",
        "x,--y,z",
        "x,y,w",
        "1,2,3",
        "x;y;z",
        "\u017f,y,z",
    ],
)
def test_what_are_no_axes_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(SkelshotError, match=r"axes: found .*, expected the file's axes") as error:
        CoordinateAxes.named(text)
    assert "\n" not in str(error.value)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize("first", ["x,z,-y", "-x,y,z", "y,-z,x"])
@pytest.mark.parametrize("second", ["z,x,y", "x,-y,-z", "-y,x,z"])
def test_one_after_the_other_is_both_at_once(first: str, second: str) -> None:
    one, two = CoordinateAxes.named(first), CoordinateAxes.named(second)
    np.testing.assert_array_equal(two.after(one).of(POINT), two.of(one.of(POINT)))


def test_gaps_stay_gaps() -> None:
    assert np.isnan(CoordinateAxes.named("x,z,-y").of(np.full((2, 3), np.nan))).all()
