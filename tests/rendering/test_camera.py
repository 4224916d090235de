"""The pinhole camera against the formula written out."""

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.rendering.camera import PinholeCamera, looking_at


def a_camera() -> PinholeCamera:
    position = np.array([1.0, 1.7, -3.0])
    turn = looking_at(position, np.array([0.0, 0.5, 0.0]))
    return PinholeCamera((1920, 1080), (1058.0, 1056.0), (960.0, 540.0), position, turn)


def test_projection_is_the_pinhole_formula() -> None:
    camera = a_camera()
    points = np.random.default_rng(0).normal(0, 0.5, (4, 5, 3))
    u, v, z = camera.project(points)
    for place in np.ndindex(4, 5):
        x, y, depth = (
            camera.orientation[axis] @ (points[place] - camera.position) for axis in range(3)
        )
        assert z[place] == pytest.approx(depth)
        assert u[place] == pytest.approx(960 + 1058 * x / depth)
        assert v[place] == pytest.approx(540 - 1056 * y / depth)


def test_the_target_is_on_the_axis_and_up_is_up() -> None:
    camera = a_camera()
    u, v, _ = camera.project(np.array([[0.0, 0.5, 0.0], [0.0, 0.9, 0.0]]))
    np.testing.assert_allclose([u[0], v[0]], [960, 540])
    assert v[1] < v[0]
    assert u[1] == pytest.approx(u[0])  # no roll


def test_x_grows_to_the_cameras_own_left() -> None:
    turn = looking_at(np.zeros(3), np.array([0.0, 0.0, 1.0]))
    camera = PinholeCamera((100, 100), (50.0, 50.0), (50.0, 50.0), np.zeros(3), turn)
    # Looking along +z with +y up, one's own left hand points to +x.
    assert camera.to_camera(np.array([1.0, 0.0, 0.0])).tolist() == [1.0, 0.0, 0.0]
    assert np.linalg.det(camera.orientation) == pytest.approx(1)


def test_world_and_camera_undo_each_other() -> None:
    camera = a_camera()
    points = np.random.default_rng(1).normal(size=(7, 3))
    np.testing.assert_allclose(camera.to_world(camera.to_camera(points)), points)


def test_scaling_scales_pixels() -> None:
    camera = a_camera()
    points = np.random.default_rng(2).normal(0, 0.3, (9, 3))
    u, v, z = camera.project(points)
    small_u, small_v, same_z = camera.scaled((320, 180)).project(points)
    np.testing.assert_allclose(small_u, u / 6)
    np.testing.assert_allclose(small_v, v / 6)
    np.testing.assert_allclose(same_z, z)


def test_a_lens_beside_sees_points_shifted_by_parallax() -> None:
    camera = a_camera()
    point = camera.to_world(np.array([0.0, 0.0, 2.0]))
    u, _, z = camera.beside(np.array([-0.05, 0.0, 0.0])).project(point)
    assert float(u) == pytest.approx(960 + 1058 * 0.05 / 2)
    assert float(z) == pytest.approx(2.0)


def test_what_lies_behind_or_beside_is_not_seen() -> None:
    camera = a_camera()
    behind = camera.to_world(np.array([0.0, 0.0, -1.0]))
    beside = camera.to_world(np.array([2.0, 0.0, 2.0]))
    ahead = camera.to_world(np.array([0.0, 0.0, 2.0]))
    assert camera.sees(np.stack([behind, beside, ahead])).tolist() == [False, False, True]
    assert camera.sees(beside, margin=200.0)
    assert np.isnan(camera.project(behind)[0])


def test_impossible_cameras_are_refused() -> None:
    with pytest.raises(SkelshotError, match="size"):
        PinholeCamera((0, 10), (1.0, 1.0), (0.0, 0.0), np.zeros(3), np.eye(3))
    with pytest.raises(SkelshotError, match="rotation matrix"):
        PinholeCamera((10, 10), (1.0, 1.0), (0.0, 0.0), np.zeros(3), 2 * np.eye(3))
    with pytest.raises(SkelshotError, match="reflection"):
        PinholeCamera((10, 10), (1.0, 1.0), (0.0, 0.0), np.zeros(3), np.diag([-1.0, 1.0, 1.0]))
    with pytest.raises(SkelshotError, match="target"):
        looking_at(np.zeros(3), np.array([0.0, -2.0, 0.0]))
