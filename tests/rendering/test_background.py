from dataclasses import replace

import numpy as np

from skelshot.rendering.background import background_of
from skelshot.rendering.camera import PinholeCamera, looking_at
from skelshot.rendering.room import Room, room_for


def plain_room(**changes: object) -> Room:
    bare = {
        "yaw": 0.0,
        "walls": np.array([3.0, 4.0, 2.5, 3.5]),
        "panels": np.zeros((0, 8)),
        "pattern": 0.0,
    }
    return replace(room_for("plain"), **(bare | changes))  # type: ignore[arg-type]


def pixels_in_world(camera: PinholeCamera, depth: np.ndarray) -> np.ndarray:
    u, v = np.meshgrid(np.arange(camera.size[0]) + 0.5, np.arange(camera.size[1]) + 0.5)
    x = (u - camera.centre[0]) / camera.focal[0] * depth
    y = (camera.centre[1] - v) / camera.focal[1] * depth
    return camera.to_world(np.stack([x, y, depth], axis=-1))


def test_the_same_keys_give_the_same_picture(camera: PinholeCamera) -> None:
    one, again = (background_of(room_for(0, "setup", 3), camera) for _ in range(2))
    np.testing.assert_array_equal(one.picture, again.picture)
    np.testing.assert_array_equal(one.depth, again.depth)
    other = background_of(room_for(0, "setup", 4), camera)
    assert np.abs(one.picture.astype(int) - other.picture).mean() > 3


def test_every_pixel_lies_on_the_floor_or_on_a_wall(camera: PinholeCamera) -> None:
    places = pixels_in_world(camera, background_of(plain_room(), camera).depth.astype(float))
    x, y, z = np.moveaxis(places, -1, 0)
    gaps = np.abs(np.stack([y, x - 3.0, z - 4.0, x + 2.5, z + 3.5]))
    assert gaps.min(axis=0).max() < 1e-4
    assert (y > -1e-4).all()
    assert (np.abs(y) < 1e-4).any()
    assert (np.abs(z - 4) < 1e-4).any()


def test_a_turned_room_seen_by_a_turned_camera_is_the_same_room() -> None:
    position = np.array([0.0, 1.5, -3.0])
    turn = looking_at(position, np.array([0.0, 0.7, 0.0]))
    camera = PinholeCamera((160, 90), (88.0, 88.0), (80.0, 45.0), position, turn)
    angle = 0.4
    yaw = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    )
    turned = replace(camera, position=yaw @ position, orientation=turn @ yaw.T)
    room = plain_room()
    after = replace(room, yaw=angle, towards_light=yaw @ room.towards_light)
    one, two = background_of(room, camera), background_of(after, turned)
    np.testing.assert_allclose(one.depth, two.depth, rtol=1e-5)
    assert np.abs(one.picture.astype(int) - two.picture).max() <= 1


def test_what_hangs_on_a_wall_is_where_it_hangs(camera: PinholeCamera) -> None:
    red = np.array([[1, -0.5, 0.5, 1.0, 2.0, 1.0, 0.0, 0.0]])  # on the wall at z = 4
    picture = background_of(plain_room(panels=red), camera).picture.astype(int)
    for place, on_it in (((0.0, 1.5), True), ((0.4, 1.9), True), ((0.7, 1.5), False)):
        u, v, _ = camera.project(np.array([place[0], place[1], 4.0]))
        pixel = picture[int(v), int(u)]
        assert (pixel[0] > 3 * pixel[1]) == on_it


def test_any_size(camera: PinholeCamera) -> None:
    for size in ((64, 36), (37, 51), (640, 360)):
        seen = background_of(room_for(1), camera.scaled(size))
        assert seen.picture.shape == (size[1], size[0], 3)
        assert np.isfinite(seen.depth).all()
