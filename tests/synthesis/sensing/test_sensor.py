"""One look through the sensor: what must hold in every clip, and how often things go wrong."""

from collections.abc import Callable

import numpy as np
import pytest

from skelshot.skeletons.layouts import KINECT_V2
from skelshot.synthesis.performance import Array, Performance
from skelshot.synthesis.sensing.body_fields import body_fields, clipped_edges
from skelshot.synthesis.sensing.cameras import kinect
from skelshot.synthesis.sensing.false_bodies import ghost, second_copy
from skelshot.synthesis.sensing.sensed import SensedBody, SensedClip
from skelshot.synthesis.sensing.sensor import sense
from skelshot.synthesis.sensing.sensor_model import SensorModel, standard_sensor

NEVER = {"dropped_share": 0.0, "new_id_share": 0.0, "blip_share": 0.0, "ghost_share": 0.0}
Make = Callable[..., Array]
Perform = Callable[..., Performance]


def sensor_with(**kept: object) -> SensorModel:
    return standard_sensor().model_copy(update={**NEVER, **kept})


def look(performance: Performance, seed: int = 0, **kept: object) -> SensedClip:
    return sense(performance, kinect(1, 1), np.random.default_rng(seed), sensor_with(**kept))


def test_the_same_chance_gives_the_same_clip(figure: Make, performed: Perform) -> None:
    one = performed(figure(40))
    first, again, other = (
        sense(one, kinect(2, 3), np.random.default_rng(seed)) for seed in (7, 7, 8)
    )
    np.testing.assert_array_equal(first.bodies[0].joints, again.bodies[0].joints)
    np.testing.assert_array_equal(first.bodies[0].fields, again.bodies[0].fields)
    assert first.bodies[0].body_id == again.bodies[0].body_id
    assert (first.bodies[0].joints[:10] != other.bodies[0].joints[:10]).any()


def test_people_stay_right_handed(figure: Make, performed: Perform) -> None:
    for camera, heading in ((1, 45.0), (2, 45.0), (1, -45.0), (3, 10.0)):
        clip = sense(
            performed(figure(60, heading)),
            kinect(1, camera),
            np.random.default_rng(0),
            sensor_with(),
        )
        joints = np.median(clip.bodies[0].joints, axis=0)
        toes = (joints[15] + joints[19] - joints[14] - joints[18]) / 2
        left, up = joints[4] - joints[8], joints[20] - joints[0]
        rows = [axis / np.linalg.norm(axis) for axis in (toes, left, up)]
        assert np.linalg.det(np.stack(rows)) > 0.4


def test_errors_are_centimetres_and_pixels_belong_to_the_joints(
    figure: Make, performed: Perform
) -> None:
    one = performed(figure(95))
    body = look(one).bodies[0]
    true = kinect(1, 1).depth.to_camera(one.joints[0])
    error = np.linalg.norm(body.joints - true, axis=-1)
    assert 0.005 < np.median(error[:, [0, 1, 20]]) < 0.06
    assert np.median(error) < 0.08
    x, y, z = np.moveaxis(body.joints, -1, 0)
    np.testing.assert_allclose(body.depth[..., 0], 256.3 + 366.4 * x / z)
    np.testing.assert_allclose(body.depth[..., 1], 208.5 - 366.4 * y / z)
    assert (
        np.abs(body.colour[..., 0] - (976 + 1052 * x / z)).max() < 6
    )  # the round numbers measured
    assert np.abs(body.colour[..., 1] - (567 - 1056 * y / z)).max() < 1


def test_ids_have_17_digits_and_people_keep_theirs_apart(figure: Make, performed: Perform) -> None:
    clip = look(performed(figure(30, 135, (-0.5, 0)), figure(30, -45, (0.5, 0))))
    ids = [body.body_id for body in clip.bodies]
    assert len(set(ids)) == 2
    assert all(str(number).startswith("7205759403793") and len(str(number)) == 17 for number in ids)
    assert clip.present().all()
    assert {clip.ids_of(0), clip.ids_of(1)} == {(ids[0],), (ids[1],)}


def test_a_lost_track_comes_back_under_another_id(figure: Make, performed: Perform) -> None:
    clip = look(performed(figure(90)), new_id_share=1.0)
    first, second = clip.ids_of(0)
    assert first != second
    gone = np.count_nonzero(~clip.present())
    assert 1 <= gone <= standard_sensor().new_id_gap[1]


def test_dropped_frames_keep_the_id(figure: Make, performed: Perform) -> None:
    for seed in range(5):
        clip = look(performed(figure(90)), seed, dropped_share=1.0)
        assert len(clip.ids_of(0)) == 1
        assert 1 <= np.count_nonzero(~clip.present()) <= standard_sensor().dropped_frames[1]


def test_false_bodies_belong_to_nobody(figure: Make, performed: Perform) -> None:
    clip = look(performed(figure(90)), ghost_share=1.0, blip_share=1.0)
    false = [body for body in clip.bodies if body.person is None]
    assert len(false) == 2
    assert all(len(body.frame_index) <= standard_sensor().ghost_frames[1] for body in false)


def test_ghosts_are_wide_and_still_and_copies_are_near() -> None:
    rng = np.random.default_rng(0)
    joints, states, index = ghost(12, np.array([0.0, 0.0, 3.5]), rng)
    assert np.ptp(joints[0, :, 0]) > 0.8 * np.ptp(joints[0, :, 1])  # what loaders drop
    assert joints.std(axis=0).max() < 0.02
    assert set(np.unique(states)) <= {1, 2}
    assert index.tolist() == list(range(12))
    copy, _ = second_copy(joints, rng)
    assert np.linalg.norm(copy - joints, axis=-1).max() < 0.9


def test_somebody_out_of_range_is_lost_but_never_wholly(figure: Make, performed: Perform) -> None:
    leaving = figure(90)
    leaving[..., 2] += np.linspace(0, 4, 90)[:, None]
    clip = look(performed(leaving))
    there = clip.present()[0]
    assert there[:20].all()
    assert not there[-20:].any()
    gone = look(performed(figure(30, place=(0.0, 9.0))))
    assert gone.present().all()


def test_hands_above_the_picture_are_inferred(figure: Make, performed: Perform) -> None:
    reaching = figure(30)
    reaching[:, [10, 11, 23, 24], 1] = 3.5
    body = look(performed(reaching)).bodies[0]
    assert (body.states[:, [10, 11, 23, 24]] < 2).all()
    assert (body.fields[:, 0] == 4).mean() > 0.8


def test_every_setup_and_view_gives_a_usable_clip(figure: Make, performed: Perform) -> None:
    for setup in range(1, 33):
        for camera, replication in ((1, 45.0), (2, 45.0), (3, 45.0)):
            clip = sense(
                performed(figure(20, replication)),
                kinect(setup, camera),
                np.random.default_rng(setup),
                sensor_with(),
            )
            assert clip.present().all()
            assert all(np.isfinite(body.colour).all() for body in clip.bodies)
            assert min(body.joints[..., 2].min() for body in clip.bodies) > 0.29


def test_clipped_edges() -> None:
    pixels = np.array([[[10.0, 10.0], [600.0, -1.0]], [[10.0, 10.0], [20.0, 20.0]]])
    assert clipped_edges(pixels, (512, 424)).tolist() == [1 + 4, 0]


def test_lean_is_zero_upright_and_grows_to_the_side(figure: Make) -> None:
    camera = kinect(1, 1).depth
    upright = figure(20, still=True)
    leaning = upright.copy()
    leaning[..., 0] += 0.4 * leaning[..., 1]  # towards the camera's own left
    rng = np.random.default_rng(0)
    fields = [
        body_fields(camera.to_camera(pose), np.zeros((20, 25, 2)), camera, rng)
        for pose in (upright, leaning)
    ]
    assert np.abs(fields[0][:, 6:8]).max() < 0.05
    assert fields[1][:, 6].min() > 0.3
    assert set(np.unique(fields[0][:, 1:5])) <= {0, 1, 2, 3}
    assert (fields[0][:, [5, 8]] == [0, 2]).all()


def test_rates_of_mishaps_are_those_of_the_model(figure: Make, performed: Perform) -> None:
    one = performed(figure(40))
    clips = [sense(one, kinect(1, 1), np.random.default_rng(seed)) for seed in range(400)]
    false: list[SensedBody] = [b for clip in clips for b in clip.bodies if b.person is None]
    model = standard_sensor()
    expected = model.ghost_share + model.blip_share
    assert len(false) / 400 == pytest.approx(expected, abs=4 * np.sqrt(expected / 400))
    again = np.mean([len(clip.ids_of(0)) > 1 for clip in clips])
    assert again == pytest.approx(model.new_id_share, abs=4 * np.sqrt(model.new_id_share / 400))
    assert KINECT_V2.num_joints == 25
