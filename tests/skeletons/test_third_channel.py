import numpy as np
import pytest

from skelshot.skeletons import KINECT_V1
from skelshot.skeletons.layout_guess import layout_fit
from skelshot.skeletons.third_channel import flat_problem, score_problem


def score(bodies):
    return score_problem(bodies, KINECT_V1, layout_fit(bodies, KINECT_V1))


@pytest.fixture
def metres(people) -> np.ndarray:
    return people.person()[0].astype(float)


def test_depth_is_no_score(metres) -> None:
    for shift in (-3, -2.5, 0):
        assert score(metres + np.array([0, 0, shift])) is None
    assert score(metres * (1, 1, 0)) is None
    assert (
        score(metres * (1, 1, 0) + np.array([0, 0, 1])) is None
    )  # upright in metres: a depth of 1


@pytest.mark.parametrize("channel", [0.5, 1.0])
def test_a_level_channel_beside_bodies_that_do_not_stand_is_a_score(metres, channel) -> None:
    rows = metres[..., [1, 0, 2]] * (-1, 1, 0) + np.array([0, 0, channel])
    assert "looks like a score" in str(score(rows))


def test_noise_has_no_score(rng: np.random.Generator) -> None:
    noise = rng.random((20, 20, 3))
    noise[..., 2] = 0.9
    assert score(noise) is None
    assert score(np.full((9, 20, 3), np.nan)) is None


def test_bodies_are_flat_where_each_has_one_depth(metres) -> None:
    assert flat_problem(metres) is None
    assert flat_problem(metres[..., :2]) is None
    assert flat_problem(metres * (1, 1, 0)).found == "z that is 0 throughout"
    metres[..., 2] = np.arange(len(metres))[:, None]
    assert flat_problem(metres).found == "z that is the same for all joints of a body"
