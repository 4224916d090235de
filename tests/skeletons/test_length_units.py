import pytest

from skelshot.skeletons.length_units import LARGEST, METRES, SMALLEST, likely_units


@pytest.mark.parametrize("unit", [unit for unit in METRES if unit != "metres"])
@pytest.mark.parametrize("height", [1.2, 1.7, 2.0])
def test_people_are_told_in_every_unit(unit, height: float) -> None:
    assert likely_units(height / METRES[unit])[0] == unit


@pytest.mark.parametrize("extent", [1e-3, 0.1, 1e4, 1e9])
def test_no_unit_is_named_that_makes_no_body(extent: float) -> None:
    assert likely_units(extent) == ()


def test_every_unit_that_is_named_makes_a_body() -> None:
    for extent in (4.6, 9, 12, 50, 90, 300, 1000, 4000):
        for unit in likely_units(extent):
            assert SMALLEST <= extent * METRES[unit] <= LARGEST
