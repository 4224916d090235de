"""Pictures drawn from skeletons alone: everybody in the picture, the same every time."""

from dataclasses import replace

import numpy as np
import pytest

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.skeletons.layouts import COCO_17, KINECT_V1
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.teachers.extract.rendered_frames import RenderedSource, draw_sequence, fitting_camera
from skelshot.videos.clip_frames import VideoOptions

STANDING_2D = np.array(
    [
        *[(0, -75), (3, -78), (-3, -78), (6, -76), (-6, -76)],
        *[(16, -60), (-16, -60), (20, -38), (-20, -38), (22, -16), (-22, -16)],
        *[(10, -8), (-10, -8), (11, 32), (-11, 32), (12, 72), (-12, 72)],
    ],
    np.float64,
)
"""A person who faces the camera, in pixels: left is right in the picture."""


def shifted(sequence: SkeletonSequence, **changed: np.ndarray) -> SkeletonSequence:
    return replace(sequence, **changed)


def test_draws_share_pictures_and_centres_are_the_segments(toy_store: Store) -> None:
    source = RenderedSource(VideoOptions(frames=4, size=64))
    sequence = toy_store.sequence(0)
    record = toy_store.clips[0]
    centre, drawn = source.frames(record, sequence, [None, rng_for(0, "draw")])
    assert centre.frames.shape == drawn.frames.shape == (4, 64, 64, 3)
    rows = np.floor((np.arange(4) + 0.5) * sequence.frames / 4).astype(int)
    assert centre.rows.tolist() == rows.tolist()
    alone = draw_sequence(
        sequence, np.array(sorted(set(drawn.rows))), 64, (0, record.subject), (0, record.name)
    )
    np.testing.assert_array_equal(drawn.frames[0], alone[0])
    assert centre.fallback is None
    assert centre.clamped == 0


@pytest.mark.parametrize("size", [64, 224])
def test_all_points_are_seen_and_the_picture_is_filled(size: int) -> None:
    points = np.random.default_rng(0).normal(0, [0.4, 0.8, 0.4], (500, 3))
    away = np.array([0.6, 0.0, 0.8])
    camera = fitting_camera(points, away, size)
    assert camera.sees(points).all()
    u, v, _ = camera.project(points)
    extent = max(np.ptp(u), np.ptp(v)) / size
    assert 0.7 < extent < 1
    np.testing.assert_allclose(camera.orientation[2], away, atol=1e-12)


def test_a_person_who_is_not_there_is_not_drawn(tiny_sequence: SkeletonSequence) -> None:
    rows = np.arange(0, 12, 3)
    joints = np.concatenate([tiny_sequence.joints, tiny_sequence.joints + 0.5])
    present = np.ones((2, 12), bool)
    present[1, 6:] = False
    two = SkeletonSequence(joints, present, KINECT_V1)
    pair = draw_sequence(two, rows, 64)
    gone = present.copy()
    gone[1, :6] = True
    both = draw_sequence(shifted(two, present=np.ones((2, 12), bool)), rows, 64)
    assert (pair[3] != both[3]).any()


@pytest.mark.parametrize("unit", [1000.0, 0.01])
def test_other_units_are_brought_to_metres(tiny_sequence: SkeletonSequence, unit: float) -> None:
    """Skeletons in millimetres look like those in metres, but for a little of their size."""
    usual = draw_sequence(tiny_sequence, np.array([3]), 64).astype(int)
    other = shifted(tiny_sequence, joints=tiny_sequence.joints * np.float32(unit))
    drawn = draw_sequence(other, np.array([3]), 64).astype(int)
    assert np.abs(usual - drawn).mean() < 25
    assert drawn.std() > 10


def test_a_tilted_sensor_sees_a_level_floor_all_the_same() -> None:
    """Feet on a floor that rises with the distance come to one height."""
    from skelshot.teachers.extract.rendered_frames import _level

    walk = np.linspace(2, 4, 20)
    joints = np.zeros((1, 20, 20, 3))
    joints[0, :, :, 1] = np.linspace(0, 1.6, 20)
    joints[0, :, :, 2] = walk[:, None]
    angle = 0.2
    turn = np.array(
        [[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]]
    )
    tilted = joints @ turn
    assert np.ptp(tilted[0, :, :, 1].min(axis=1)) > 0.3
    level = _level(tilted, np.ones((1, 20), bool))
    np.testing.assert_allclose(level, joints, atol=1e-6)


def test_people_in_pixels_stand_in_the_picture_as_they_did() -> None:
    """A wrist that is stretched out to the right of the picture is drawn there, at any scale."""
    poses = np.stack([STANDING_2D, STANDING_2D])
    poses[0, COCO_17.index("left wrist")] = 44, -40
    drawn = []
    for scale in (1, 3):
        joints = (scale * poses[None]).astype(np.float32)
        clip = SkeletonSequence(joints, np.ones((1, 2), bool), COCO_17)
        drawn.append(draw_sequence(clip, np.array([0, 1]), 64).astype(int))
    np.testing.assert_array_equal(*drawn)
    changed = np.abs(drawn[0][0] - drawn[0][1]).sum(axis=-1)
    assert changed[:, 32:].sum() > 3 * changed[:, :32].sum()


def test_nothing_to_draw_is_said(tiny_sequence: SkeletonSequence) -> None:
    nobody = shifted(tiny_sequence, present=np.zeros((1, 12), bool))
    with pytest.raises(SkelshotError, match="nobody is present"):
        draw_sequence(nobody, np.array([0]), 32)
    holes = tiny_sequence.joints.copy()
    holes[:, 2:5, 7] = np.nan
    assert draw_sequence(shifted(tiny_sequence, joints=holes), np.array([3]), 32).std() > 5
