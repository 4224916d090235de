"""Clips of composed actions."""

import numpy as np
import pytest

from skelshot.mini_teacher.composing import compose
from skelshot.mini_teacher.filming import (
    COLOUR,
    PEOPLE_SEED,
    crop_camera,
    excerpt,
    film,
    shoot,
)
from skelshot.synthesis.motion.body import performer_of
from skelshot.synthesis.motion.perform import perform
from skelshot.synthesis.motion.program import Program
from skelshot.synthesis.performance import Performance
from skelshot.synthesis.sensing.cameras import kinect


def _program(**more: object) -> Program:
    steps = [{"take": 0.6, "hold": 0.5, "main hand": "overhead"}]
    return Program.model_validate({"number": 1, "name": "x", "do": steps, **more})


@pytest.fixture(scope="module")
def performance() -> Performance:
    things = {"ball": {"at": "main hand"}}
    chair = {"chair": "floor back 0.5"}
    program = _program(objects=things, furniture=chair)
    return perform(program, (performer_of(5, 9),), np.random.default_rng(2), 30.0)


def test_a_clip_follows_from_its_generator() -> None:
    action = compose(0, 1)[0]
    clips = [film(action, np.random.default_rng(n), frames=3, size=24) for n in (1, 1, 2)]
    assert clips[0].shape == (3, 24, 24, 3)
    assert clips[0].dtype == np.uint8
    np.testing.assert_array_equal(clips[0], clips[1])
    assert np.abs(clips[0].astype(int) - clips[2]).mean() > 5


def test_a_clip_shows_movement_and_somebody() -> None:
    clip = shoot(_program(), np.random.default_rng(4), frames=8, size=48).pictures
    assert clip.std() > 20
    moved = np.abs(np.diff(clip.astype(float).mean(axis=-1), axis=0)).max(axis=(1, 2))
    assert moved.max() > 40


def test_a_thing_is_seen() -> None:
    def clip(**more: object) -> np.ndarray:
        return shoot(_program(**more), np.random.default_rng(6), frames=4, size=96).pictures

    bare, held = clip(), clip(objects={"ball": {"at": "main hand"}})
    changed = (np.abs(bare.astype(int) - held).max(axis=-1) > 40).sum(axis=(1, 2))
    # 0.22 m of a body of 1.7 m that fills 0.7 of 96 pixels: a disc of about 8 pixels' diameter.
    assert (changed > 15).all()


def test_the_crop_holds_all_joints_and_is_where_the_lens_sees_them(
    performance: Performance,
) -> None:
    lens = kinect(8, 2).colour
    for seed in range(5):
        camera = crop_camera(performance, lens, 96, np.random.default_rng(seed))
        u, v, z = camera.project(performance.joints)
        inside = (u > 0) & (u < 96) & (v > 0) & (v < 96)
        assert inside.all()
        extent = max(np.ptp(u), np.ptp(v))
        # Margins of 7 to 25 percent of the joints' extent on each side.
        assert 96 / 1.52 < extent < 96 / 1.12
        x, y, depth = lens.project(performance.joints)
        np.testing.assert_allclose(depth, z)
        scale = camera.focal[0] / lens.focal[0]
        left = lens.centre[0] - camera.centre[0] / scale
        top = lens.centre[1] - camera.centre[1] / scale
        np.testing.assert_allclose(u, (x - left) * scale, atol=1e-6)
        np.testing.assert_allclose(v, (y - top) * scale, atol=1e-6)
        assert -1e-6 <= left <= COLOUR[0]
        assert -1e-6 <= top <= COLOUR[1]


def test_an_excerpt_is_those_frames(performance: Performance) -> None:
    rows = np.array([0, 0, 7, 20])
    shot = excerpt(performance, rows)
    assert shot.frames == 4
    np.testing.assert_array_equal(shot.joints, performance.joints[:, rows])
    assert performance.gaze is not None
    assert shot.gaze is not None
    np.testing.assert_array_equal(shot.gaze, performance.gaze[:, rows])
    np.testing.assert_array_equal(shot.objects[0].place, performance.objects[0].place[rows])
    assert shot.furniture[0].kind == "chair"


def test_people_are_none_of_the_synthetic_data_sets() -> None:
    assert PEOPLE_SEED > 2**32
