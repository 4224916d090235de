from dataclasses import replace

import numpy as np
import pytest

from skelshot.rendering.background import Background, background_of
from skelshot.rendering.camera import PinholeCamera
from skelshot.rendering.render import NEAREST, render, render_with_depth
from skelshot.rendering.room import room_for
from skelshot.rendering.shapes import Primitive, Shapes, capsule, join, solid


@pytest.fixture
def empty(camera: PinholeCamera) -> Background:
    return background_of(room_for("test"), camera)


def ball(
    x: float = 0.0, y: float = 1.0, z: float = 0.0, radius: float = 0.1, red: bool = True
) -> Shapes:
    colour = (1, 0, 0) if red else (0, 0, 1)
    place = np.array([[x, y, z]] * 3)
    return solid(Primitive.BALL, place, np.eye(3), (radius, radius, radius), colour)


def shaken(shapes: Shapes) -> Shapes:
    """The same in the first frame, but not still."""
    start, end = shapes.start.copy(), shapes.end.copy()
    start[1] += 0.01
    end[1] += 0.01
    return replace(shapes, start=start, end=end)


def drawn(picture: np.ndarray, empty: Background) -> np.ndarray:
    return np.asarray((picture != empty.picture).any(axis=-1))


def test_the_same_input_gives_the_same_bytes(camera: PinholeCamera, empty: Background) -> None:
    arm = capsule(np.zeros((3, 3)), np.ones((3, 3)), (0.1, 0.05), (1, 1, 0), shadow=0.4)
    shapes = join([shaken(arm), ball()])
    once, again = (np.stack(list(render(shapes, camera, empty))) for _ in range(2))
    np.testing.assert_array_equal(once, again)
    assert once.shape == (3, 180, 320, 3)
    assert once.dtype == np.uint8


def test_the_background_and_the_pictures_are_arrays_of_their_own(
    camera: PinholeCamera, empty: Background
) -> None:
    before = empty.picture.copy()
    pictures = list(render(shaken(ball()), camera, empty))
    pictures[0][:] = 0
    assert pictures[2].any()
    np.testing.assert_array_equal(empty.picture, before)


def test_a_ball_is_where_the_camera_projects_it(camera: PinholeCamera, empty: Background) -> None:
    picture, depth = next(render_with_depth(ball(0.3, 1.2, 0.4), camera, empty))
    seen = drawn(picture, empty)
    rows, columns = np.nonzero(seen)
    u, v, z = camera.project(np.array([0.3, 1.2, 0.4]))
    assert columns.mean() + 0.5 == pytest.approx(float(u), abs=0.25)
    assert rows.mean() + 0.5 == pytest.approx(float(v), abs=0.25)
    size = 2 * 0.1 * camera.focal[0] / float(z)
    assert size <= np.ptp(columns) + 1 <= size + 2  # pixels that are covered in part count, too
    assert depth[int(v), int(u)] == pytest.approx(float(z) - 0.1, abs=0.005)


def test_still_and_moving_shapes_look_alike(camera: PinholeCamera, empty: Background) -> None:
    shapes = join([ball(), ball(0.1, 1.0, 0.5, red=False)])
    assert shapes.still().all()
    np.testing.assert_array_equal(
        next(render(shapes, camera, empty)), next(render(shaken(shapes), camera, empty))
    )


@pytest.mark.parametrize("blue_first", [True, False])
def test_the_nearer_one_hides_the_other(
    camera: PinholeCamera, empty: Background, blue_first: bool
) -> None:
    lens = camera.position
    near, far = lens + 0.5 * (np.array([0, 1.0, 0]) - lens), np.array([0, 1.0, 0])
    pair = [ball(*near, radius=0.05), ball(*far, red=False)]
    shapes = join(pair[::-1] if blue_first else pair)
    u, v, _ = camera.project(far)
    for each in (shapes, shaken(shapes)):
        red, _, blue = next(render(each, camera, empty))[int(v), int(u)]
        assert red > 2 * blue


def test_hidden_unknown_and_absurd_shapes_leave_the_room_empty(
    camera: PinholeCamera, empty: Background
) -> None:
    thing = ball()
    behind = ball(*(camera.position - 2 * camera.orientation[2]))
    at_the_lens = ball(*(camera.position + 0.5 * NEAREST * camera.orientation[2]))
    outside = ball(9.0)
    hidden = replace(thing, shown=np.zeros((3, 1), bool))
    unknown = replace(thing, start=thing.start * np.nan)
    for shapes in (behind, at_the_lens, outside, hidden, unknown):
        for picture in render(shapes, camera, empty):
            np.testing.assert_array_equal(picture, empty.picture)


def test_shown_counts_frame_by_frame(camera: PinholeCamera, empty: Background) -> None:
    blinking = replace(ball(), shown=np.array([[True], [False], [True]]))
    seen = [drawn(picture, empty).any() for picture in render(blinking, camera, empty)]
    assert seen == [True, False, True]


@pytest.mark.parametrize("kind", [Primitive.CAPSULE, Primitive.BALL, Primitive.BOX, Primitive.DISC])
def test_small_things_are_at_least_some_pixels_large(
    camera: PinholeCamera, empty: Background, kind: Primitive
) -> None:
    place = np.array([[0.0, 1.0, 0.0]])
    if kind == Primitive.CAPSULE:
        pen = capsule(place, place + np.array([0.002, 0, 0]), 0.001, (1, 0, 0))
    else:
        pen = solid(kind, place, np.eye(3), (0.002, 0.002, 0.002), (1, 0, 0))
    assert drawn(next(render(pen, camera, empty)), empty).sum() <= 4
    pen.least[:] = 3.0
    rows, columns = np.nonzero(drawn(next(render(pen, camera, empty)), empty))
    assert np.ptp(columns) + 1 >= 3
    assert np.ptp(rows) + 1 >= 2
    assert len(rows) <= 25


def test_bias_lets_what_is_held_show_through_the_hand(
    camera: PinholeCamera, empty: Background
) -> None:
    hand, coin = ball(radius=0.05), ball(radius=0.03, red=False)
    u, v, _ = camera.project(np.array([0.0, 1.0, 0.0]))
    inside = next(render(join([hand, coin]), camera, empty))[int(v), int(u)]
    coin.bias[:] = 0.05
    held = next(render(join([hand, coin]), camera, empty))[int(v), int(u)]
    assert inside[0] > inside[2]
    assert held[2] > held[0]


@pytest.mark.parametrize("size", [(160, 90), (640, 360), (224, 224), (38, 50)])
def test_any_size_shows_the_same_scene(camera: PinholeCamera, size: tuple[int, int]) -> None:
    other = camera.scaled(size)
    picture = next(render(ball(radius=0.3), other, background_of(room_for("test"), other)))
    assert picture.shape == (size[1], size[0], 3)
    u, v, _ = other.project(np.array([0.0, 1.0, 0.0]))
    red, green, _ = picture[int(v), int(u)].astype(int)
    assert red > 4 * green
