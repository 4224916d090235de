"""Heat maps: points move to a clear peak near by, and nowhere else."""

import numpy as np
import pytest

from skelshot.pose.landmarks import refined
from skelshot.pose.person_detector import cell_centres


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((0.5, 0.5), (33 / 64, 31 / 64)),
        ((0.4, 0.5), (0.4, 0.5)),  # out of reach
        ((-0.2, 0.5), (-0.2, 0.5)),
        ((1.7, 3.0), (1.7, 3.0)),
    ],
)
def test_only_a_peak_near_by_pulls(
    point: tuple[float, float], expected: tuple[float, float]
) -> None:
    heat = np.full((64, 64, 1), -9, np.float32)
    heat[31, 33] = 9
    assert refined(np.array([point], np.float32), heat)[0] == pytest.approx(expected, abs=2e-3)


def test_points_that_are_no_numbers_stay_so() -> None:
    points = np.array([[np.nan, 0.5], [np.inf, -np.inf]], np.float32)
    found = refined(points, np.full((64, 64, 2), 9, np.float32))
    assert not np.isfinite(found[:, 0]).any()


def test_the_detectors_cells() -> None:
    centres = cell_centres()
    assert centres.shape == (2254, 2)
    assert centres[1568].tolist() == pytest.approx([1 / 28, 1 / 28])
    assert centres[-1].tolist() == pytest.approx([13 / 14, 13 / 14])
