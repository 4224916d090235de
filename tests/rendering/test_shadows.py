import numpy as np
import pytest

from skelshot.rendering.background import Background
from skelshot.rendering.camera import PinholeCamera
from skelshot.rendering.render import render
from skelshot.rendering.shapes import Primitive, Shapes, join, solid

SIDEWAYS = np.array([0.6, 0.8, 0.0])
ABOVE = np.array([0.0, 1.0, 0.0])


def floor_of(camera: PinholeCamera, light: np.ndarray) -> Background:
    """A grey floor below the horizon, nothing above it."""
    u, v = np.meshgrid(np.arange(320) + 0.5, np.arange(180) + 0.5)
    x, y = (u - camera.centre[0]) / camera.focal[0], (camera.centre[1] - v) / camera.focal[1]
    sink = np.stack([x, y, np.ones_like(x)], axis=-1) @ camera.orientation[:, 1]
    depth = np.where(sink < -1e-3, -camera.position[1] / np.minimum(sink, -1e-3), 50.0)
    grey = np.full((180, 320, 3), 200, np.uint8)
    return Background(grey, depth.astype(np.float32), light, 0.6, np.full(3, 0.5))


def ball(height: float, shadow: float = 0.5) -> Shapes:
    place = np.array([[0.0, height, 0.0]] * 2)
    return solid(Primitive.BALL, place, np.eye(3), (0.1, 0.1, 0.1), (1, 0, 0), shadow=shadow)


def brightness(camera: PinholeCamera, height: float, light: np.ndarray, at: float) -> int:
    """Of the floor at x = `at`, beside a ball that hangs above the origin."""
    picture = list(render(ball(height), camera, floor_of(camera, light)))[1]
    u, v, _ = camera.project(np.array([at, 0.0, 0.0]))
    return int(picture[int(v), int(u), 0])


def test_the_shadow_is_below_and_fades_outwards(camera: PinholeCamera) -> None:
    values = [brightness(camera, 0.6, ABOVE, at) for at in (0.0, 0.08, 0.16, 0.5)]
    assert values == sorted(values)
    assert values[0] < 160
    assert values[-1] == 200


def test_the_higher_the_paler(camera: PinholeCamera) -> None:
    assert brightness(camera, 0.6, ABOVE, 0.0) < brightness(camera, 1.2, ABOVE, 0.0) < 200


@pytest.mark.parametrize("height", [0.6, 1.0])
def test_the_shadow_falls_away_from_the_light(camera: PinholeCamera, height: float) -> None:
    expected = -height * 0.6 / 0.8
    xs = np.linspace(-1.2, 1.2, 61)
    values = [brightness(camera, height, SIDEWAYS, x) for x in xs]
    assert xs[int(np.argmin(values))] == pytest.approx(expected, abs=0.08)


def test_things_on_the_floor_are_not_darkened_and_no_shadow_means_none(
    camera: PinholeCamera,
) -> None:
    background = floor_of(camera, ABOVE)
    raised = Background(background.picture, background.depth - 0.5, *_rest(background))
    without = next(render(ball(0.6, shadow=0.0), camera, background))
    on_table = next(render(ball(0.6), camera, raised))
    for picture in (without, on_table):
        u, v, _ = camera.project(np.zeros(3))
        assert picture[int(v), int(u)].tolist() == [200, 200, 200]


def test_overlapping_shadows_do_not_add_up(camera: PinholeCamera) -> None:
    one, two = (
        next(render(shapes, camera, floor_of(camera, ABOVE)))
        for shapes in (ball(0.6), join([ball(0.6), ball(0.6)]))
    )
    floor = (np.ptp(one, axis=-1) == 0) & (np.ptp(two, axis=-1) == 0)
    assert (one[floor] < 160).any()
    np.testing.assert_array_equal(one[floor], two[floor])


def _rest(background: Background) -> tuple[np.ndarray, float, np.ndarray]:
    return background.towards_light, background.ambient, background.lamp
