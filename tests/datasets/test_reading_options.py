import pytest

from skelshot.datasets.reading_options import ReadingOptions
from skelshot.ground import SkelshotError


@pytest.mark.parametrize("axes", ["x,y,z", " X, +y,z"])
def test_axes_that_change_nothing_are_no_change(axes: str) -> None:
    assert ReadingOptions(axes=axes).changed() == {}


def test_axes_are_kept_in_one_spelling() -> None:
    assert ReadingOptions(axes="X, Z, -Y").changed() == {"axes": "x,z,-y"}


def test_what_are_no_axes_is_refused() -> None:
    with pytest.raises(SkelshotError, match=r"axes: found 'x,up,z', expected .* such as x,z,-y"):
        ReadingOptions(axes="x,up,z")
