from dataclasses import replace

import numpy as np
import pytest

from skelshot.ground.seeding import rng_for
from skelshot.rendering.background import Background, background_of
from skelshot.rendering.camera import PinholeCamera
from skelshot.rendering.render import render
from skelshot.rendering.room import room_for
from skelshot.rendering.shapes import Shapes
from skelshot.synthesis.drawing import scene_of, thing_shapes
from skelshot.synthesis.motion.body import performer_of
from skelshot.synthesis.motion.objects import ObjectKind, load_kinds
from skelshot.synthesis.motion.perform import perform
from skelshot.synthesis.motion.program import load_program
from skelshot.synthesis.performance import ObjectTrack, Performance
from skelshot.synthesis.sensing.cameras import kinect


@pytest.fixture(scope="module")
def camera() -> PinholeCamera:
    return kinect(1, 1).colour.scaled((320, 180))


@pytest.fixture(scope="module")
def empty(camera: PinholeCamera) -> Background:
    return background_of(room_for("test"), camera)


@pytest.fixture(scope="module")
def drinking() -> Performance:
    return perform(load_program(1), (performer_of(3, 0),), rng_for("drinking"))


def track(kind: str, frames: int = 2, place: tuple[float, float, float] = (0, 1, 0)) -> ObjectTrack:
    turns = np.tile(np.eye(3), (frames, 1, 1))
    return ObjectTrack(kind, kind, np.tile(place, (frames, 1)), turns, np.ones(frames, bool))


def red_pixels(scene: Shapes, camera: PinholeCamera, empty: Background) -> list[int]:
    """How many pixels are as red as nothing but the signal-red thing of these tests."""
    return [
        int(
            (
                (p[..., 0] > 110) & (p[..., 0] > 2.5 * p[..., 1]) & (p[..., 0] > 2.5 * p[..., 2])
            ).sum()
        )
        for p in (picture.astype(int) for picture in render(scene, camera, empty))
    ]


def test_what_a_hand_holds_is_in_the_picture_and_not_in_the_skeleton(
    drinking: Performance, camera: PinholeCamera, empty: Background
) -> None:
    (cup,) = drinking.objects
    scene, bare = scene_of(drinking), scene_of(replace(drinking, objects=()))
    assert scene.count == bare.count + len(load_kinds()["cup"].parts)
    np.testing.assert_array_equal(scene.start[:, : bare.count], bare.start)
    seen = []
    pairs = zip(render(scene, camera, empty), render(bare, camera, empty), strict=True)
    for t, (picture, without) in enumerate(pairs):
        changed = np.argwhere((picture != without).any(axis=-1))
        u, v, _ = camera.project(cup.place[t])
        near = np.abs(changed + 0.5 - [v, u]).max(axis=1, initial=0) < 10  # not its shadow
        seen.append(near.sum())
    assert np.mean(np.array(seen) >= 9) > 0.9


@pytest.mark.parametrize("kind", ["pen", "coin", "spoon", "glasses", "nail cutter"])
def test_small_things_are_seen_from_afar(
    camera: PinholeCamera, empty: Background, drinking: Performance, kind: str
) -> None:
    red = load_kinds()[kind].model_copy(deep=True)
    parts = tuple(part.model_copy(update={"colour": (1.0, 0.0, 0.0)}) for part in red.parts)
    shapes = list(thing_shapes(track(kind), red.model_copy(update={"parts": parts})))
    for shape in shapes:
        shape.least[:] = 3.0
    assert min(red_pixels(shapes[0], camera, empty)) >= 4  # and pale ones around them
    held = scene_of(replace(drinking, objects=(track(kind, drinking.frames),)))
    assert held.least[-1] == 3.0
    assert held.bias[-1] > 0


def test_small_things_are_drawn_larger_and_large_ones_are_not(drinking: Performance) -> None:
    for kind, factor in (("cup", 1.3), ("large box", 1.0)):
        held = scene_of(replace(drinking, objects=(track(kind, drinking.frames),)))
        true = list(thing_shapes(track(kind)))
        sizes = np.concatenate([shape.size for shape in true])
        np.testing.assert_allclose(held.size[-len(true) :], factor * sizes)


def test_heads_turn_with_the_gaze(camera: PinholeCamera, empty: Background) -> None:
    shaking = perform(load_program(36), (performer_of(3, 0),), rng_for("shaking"))
    gaze = shaking.gaze
    assert gaze is not None
    assert gaze.shape == (1, shaking.frames, 3)
    np.testing.assert_allclose(np.linalg.norm(gaze, axis=-1), 1)
    bearing = np.degrees(np.arctan2(gaze[0, :, 0], -gaze[0, :, 2]))
    assert abs(bearing[0]) < 8  # towards camera 1
    assert np.ptp(bearing) > 25
    straight = np.broadcast_to(gaze[:, :1], gaze.shape)
    turned = int(np.abs(bearing - bearing[0]).argmax())
    one, two = (
        list(render(scene_of(what), camera, empty))[turned].astype(int)
        for what in (shaking, replace(shaking, gaze=straight))
    )
    changed = np.argwhere(np.abs(one - two).max(axis=-1) > 20)
    u, v, _ = camera.project(shaking.joints[0, turned, 3])
    assert len(changed) >= 5
    assert np.abs(changed + 0.5 - [v, u]).max() < 15


def test_what_is_not_shown_is_not_drawn(
    drinking: Performance, camera: PinholeCamera, empty: Background
) -> None:
    hidden = replace(drinking.objects[0], shown=np.zeros(drinking.frames, bool))
    scene = scene_of(replace(drinking, objects=(hidden,)))
    bare = scene_of(replace(drinking, objects=()))
    for with_it, without in zip(
        render(scene, camera, empty), render(bare, camera, empty), strict=True
    ):
        np.testing.assert_array_equal(with_it, without)


@pytest.mark.parametrize(("axis", "longest"), [("x", 0), ("y", 1), ("z", 2)])
@pytest.mark.parametrize("shape", ["capsule", "disc"])
def test_parts_lie_along_their_axis(shape: str, axis: str, longest: int) -> None:
    kind = ObjectKind.model_validate(
        {"parts": [{"shape": shape, "size": [0.1, 0.6], "axis": axis, "colour": [1, 1, 1]}]}
    )
    (drawn,) = thing_shapes(track("stick"), kind)
    if shape == "capsule":  # 0.6 over all, round ends included
        extent = np.abs(drawn.end - drawn.start)[0, 0] + 2 * drawn.size[0, 0]
    else:
        extent = 2 * np.abs(drawn.turn[0, 0]) @ drawn.size[0]
    expected = np.full(3, 0.1)
    expected[longest] = 0.6
    np.testing.assert_allclose(extent, expected, atol=1e-12)
    assert np.linalg.det(drawn.turn[0, 0]) == pytest.approx(1)


def test_parts_turn_with_the_thing() -> None:
    kind = ObjectKind.model_validate(
        {"parts": [{"shape": "sphere", "size": [0.1], "at": [0.2, 0.0, 0.0], "colour": [1, 1, 1]}]}
    )
    quarter = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
    turned = replace(track("x"), turn=np.tile(quarter, (2, 1, 1)))
    (ball,) = thing_shapes(turned, kind)
    np.testing.assert_allclose(ball.start[0, 0], [0, 1, -0.2], atol=1e-12)


def test_furniture_keeps_its_size_and_throws_shadows(drinking: Performance) -> None:
    scene = scene_of(replace(drinking, objects=(), furniture=(track("chair", drinking.frames),)))
    parts = len(load_kinds()["chair"].parts)
    assert (scene.least[-parts:] == 0).all()
    assert (scene.shadow[-parts:] > 0).all()
    assert scene.still()[-parts:].all()


def test_two_people_are_dressed_differently() -> None:
    cast = (performer_of(1, 0), performer_of(2, 0))
    scene = scene_of(perform(load_program(58), cast, rng_for("hands")))
    one, two = scene.colour[: scene.count // 2], scene.colour[scene.count // 2 :]
    assert {tuple(c) for c in one.tolist()} != {tuple(c) for c in two.tolist()}
