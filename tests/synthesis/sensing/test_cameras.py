"""Cameras by setup: geometry as published and as measured, everybody in the picture."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.synthesis.performance import Array
from skelshot.synthesis.sensing.cameras import heading_of, kinect, setups


def test_published_heights_and_distances() -> None:
    heights = [1.7, 1.7, 1.4, 1.2, 1.2, 0.8, 0.5, 1.4, 0.8, 1.8, 1.9, 2.0, 2.1, 2.2, 2.3, 2.7, 2.5]
    distances = [3.5, 2.5, 2.5, 3, 3, 3.5, 4.5, 3.5, 2, 3, 3, 3, 3, 3, 3.5, 3.5, 3]
    assert sorted(setups()) == list(range(1, 33))
    assert [setups()[n].height for n in range(1, 18)] == heights
    assert [setups()[n].distance for n in range(1, 18)] == distances


def test_our_setups_are_the_draw_that_the_file_describes() -> None:
    for number in range(18, 33):
        rng = rng_for("setup", number)
        assert setups()[number].height == round(rng.uniform(0.5, 2.7), 1)
        assert setups()[number].distance == round(rng.uniform(2.0, 4.5), 1)


def test_setup_1_has_the_measured_pitch() -> None:
    forward = kinect(1, 1).depth.orientation[2]
    assert 18 <= np.rad2deg(np.arcsin(-forward[1])) <= 19


def test_cameras_stand_45_degrees_apart_at_the_same_height() -> None:
    places = {camera: kinect(3, camera).depth.position for camera in (1, 2, 3)}
    angles = {c: np.rad2deg(np.arctan2(-p[0], -p[2])) for c, p in places.items()}
    assert angles == pytest.approx({1: 0, 2: 45, 3: -45})
    assert {round(float(p[1]), 9) for p in places.values()} == {1.4}


@pytest.mark.parametrize(("replication", "front", "side"), [(1, 2, 3), (2, 3, 2)])
def test_each_replication_faces_one_outer_camera(
    figure: Callable[..., Array], replication: int, front: int, side: int
) -> None:
    body = figure(2, heading_of(replication), still=True)[0]
    left = body[4] - body[8]

    def sideways(camera: int) -> float:
        axis = kinect(1, camera).depth.orientation[2] * [1, 0, 1]
        return float(left @ axis / np.linalg.norm(left) / np.linalg.norm(axis))

    assert abs(sideways(front)) < 0.01
    assert abs(sideways(side)) > 0.99
    assert abs(sideways(1)) == pytest.approx(np.sqrt(0.5), abs=0.01)
    # They face the front camera, not away from it: their left is to that camera's right.
    assert (kinect(1, front).depth.orientation[0] @ left) < 0


def test_a_tall_person_is_in_both_pictures_of_every_setup(figure: Callable[..., Array]) -> None:
    for setup in setups():
        for replication in (1, 2):
            body = figure(2, heading_of(replication), size=1.9 / 1.72, still=True)
            for camera in (1, 2, 3):
                sensor = kinect(setup, camera)
                assert sensor.depth.sees(body).all(), (setup, camera)
                assert sensor.colour.sees(body).all(), (setup, camera)


def test_pixels_of_the_real_samples_are_ours(real_data_dir: Path) -> None:
    files = sorted((real_data_dir / "ntu-samples").glob("*.skeleton"))
    if not files:
        pytest.skip("no NTU samples")
    sensor = kinect(1, 1)
    for file in files:
        rows = [line.split() for line in file.read_text().splitlines()]
        table = np.array([row for row in rows if len(row) == 12], np.float64)
        points = table[:, :3]
        u, v, _ = sensor.depth.project_camera(points)
        assert np.abs(u - table[:, 3]).max() < 0.6
        assert np.abs(v - table[:, 4]).max() < 0.6
        u, v, _ = sensor.colour.project(sensor.depth.to_world(points))
        assert np.abs(u - table[:, 5]).max() < 2.0
        assert np.abs(v - table[:, 6]).max() < 2.0


def test_unknown_numbers_are_refused() -> None:
    with pytest.raises(SkelshotError, match="setup: found 33, expected 1 to 32"):
        kinect(33, 1)
    with pytest.raises(SkelshotError, match="camera: found 0"):
        kinect(1, 0)
    with pytest.raises(SkelshotError, match="replication: found 3"):
        heading_of(3)
