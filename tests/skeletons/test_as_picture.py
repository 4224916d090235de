"""3-D joints as a camera sees them."""

from dataclasses import replace

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons import (
    COCO_17,
    KINECT_V1,
    Augmentation,
    InputSpec,
    SkeletonSequence,
    encode_input,
)
from skelshot.skeletons.as_picture import (
    CLOSEST,
    DISTANCE,
    FOCAL,
    NEAREST,
    PICTURE,
    as_picture,
    camera_view,
)
from skelshot.skeletons.normalise import centre, scale_to_torso, trunk_length

FLAT = InputSpec(
    layout="kinect-v1",
    frames=12,
    coordinates=2,
    align="root",
    torso_scale=True,
    streams=("joint", "bone", "joint-motion"),
)


def standing(clip: SkeletonSequence, away: float) -> SkeletonSequence:
    """The clip with the first person's centre on the sensor's axis, so many trunks away."""
    trunk = trunk_length(clip.joints, clip.present, clip.layout)
    assert trunk is not None
    joints = centre(clip.joints, clip.present, clip.layout)
    return replace(clip, joints=joints + np.array([0, 0, away * trunk], np.float32))


def test_the_picture_is_the_projection(tiny_sequence: SkeletonSequence) -> None:
    joints = centre(tiny_sequence.joints, tiny_sequence.present, KINECT_V1)
    seen = as_picture(joints, tiny_sequence.present, KINECT_V1)
    lower, upper = (joints[0][:, list(end)].mean(1) for end in KINECT_V1.trunk)
    trunk = np.median(np.linalg.norm(upper - lower, axis=-1))
    away = DISTANCE * trunk
    flat = np.zeros((*joints.shape[:3], 2))
    for place in np.ndindex(joints.shape[:3]):
        x, y, z = joints[place].astype(float)
        flat[place] = -x * away / max(z + away, NEAREST * away), -y * away / max(z + away, 0)
    lower, upper = (flat[0][:, list(end)].mean(1) for end in KINECT_V1.trunk)
    shown = np.median(np.linalg.norm(upper - lower, axis=-1))
    assert seen.dtype == np.float32
    np.testing.assert_allclose(seen, flat * trunk / shown, rtol=1e-4, atol=1e-6)


def test_a_sensor_and_a_camera_at_its_place_give_one_input(tiny_sequence: SkeletonSequence) -> None:
    clip = standing(tiny_sequence, DISTANCE)
    pixels = camera_view(clip)
    assert (pixels.channels, pixels.picture_size) == (2, PICTURE)
    assert encode_input(clip, FLAT).shape == (6, 12, 20, 1)
    np.testing.assert_allclose(encode_input(clip, FLAT), encode_input(pixels, FLAT), atol=2e-4)


def test_pixels_are_those_of_a_pinhole(tiny_sequence: SkeletonSequence) -> None:
    clip = standing(tiny_sequence, 5)
    x, y, z = np.moveaxis(clip.joints.astype(float), -1, 0)
    seen = camera_view(clip).joints
    np.testing.assert_allclose(seen[..., 0], 320 - FOCAL * x / z, rtol=1e-4)
    np.testing.assert_allclose(seen[..., 1], 240 - FOCAL * y / z, rtol=1e-4)


def test_who_stands_on_the_sensor_is_seen_from_before(tiny_sequence: SkeletonSequence) -> None:
    body = replace(
        tiny_sequence, joints=centre(tiny_sequence.joints, tiny_sequence.present, KINECT_V1)
    )
    assert body.joints[..., 2].min() < CLOSEST
    trunk = trunk_length(body.joints, body.present, KINECT_V1)
    away = np.float32(DISTANCE * trunk - body.joints[0, 0, :, 2].mean())
    moved = replace(body, joints=body.joints + np.array([0, 0, away], np.float32))
    np.testing.assert_allclose(camera_view(body).joints, camera_view(moved).joints, rtol=1e-5)
    assert np.isfinite(camera_view(body).joints).all()


def test_a_joint_astray_moves_nobody_else(tiny_sequence: SkeletonSequence) -> None:
    clip = standing(tiny_sequence, 5)
    joints = clip.joints.copy()
    joints[0, 3, 7] = [0.1, 0.2, -4]
    seen, whole = camera_view(replace(clip, joints=joints)).joints, camera_view(clip).joints
    np.testing.assert_allclose(
        seen[0, 3, 7], [320 - FOCAL * 0.1 / CLOSEST, 240 - FOCAL * 0.2 / CLOSEST], rtol=1e-4
    )
    seen[0, 3, 7] = whole[0, 3, 7]
    np.testing.assert_array_equal(seen, whole)


def test_pixels_stay_as_they_are(tiny_sequence: SkeletonSequence) -> None:
    pixels = camera_view(tiny_sequence)
    assert camera_view(pixels) is pixels


def test_absent_persons_stay_zero(tiny_sequence: SkeletonSequence) -> None:
    present = tiny_sequence.present.copy()
    present[0, 2:4] = False
    gone = replace(
        tiny_sequence, present=present, joints=tiny_sequence.joints * present[..., None, None]
    )
    for nobody in (np.zeros_like(present), present):
        seen = camera_view(replace(gone, present=nobody))
        assert not seen.joints[~nobody].any()
    assert encode_input(gone, FLAT).shape == (6, 12, 20, 1)


def test_a_body_that_is_made_larger_stays_larger(tiny_sequence: SkeletonSequence) -> None:
    clip = standing(tiny_sequence, DISTANCE)
    plain = encode_input(clip, FLAT)
    larger = Augmentation(scale=(2, 2))
    doubled = encode_input(clip, FLAT, larger, np.random.default_rng(0))
    assert np.abs(doubled).mean() == pytest.approx(2 * np.abs(plain).mean(), rel=0.01)


def test_a_clip_and_its_turned_joints_agree(tiny_sequence: SkeletonSequence) -> None:
    """What augmentation does to the body is what a camera elsewhere would have seen."""
    clip = standing(tiny_sequence, DISTANCE)
    rng = np.random.default_rng(3)
    seen = encode_input(clip, FLAT, Augmentation(rotate_degrees=(0, 90, 0)), rng)
    angle = np.radians(90) * np.random.default_rng(3).uniform(-1, 1, 3)[1]
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]], np.float32)
    joints = centre(clip.joints, clip.present, KINECT_V1)
    joints = scale_to_torso(joints, clip.present, KINECT_V1) @ turn.T
    again = encode_input(replace(clip, joints=joints), FLAT)
    np.testing.assert_allclose(seen, again, atol=2e-3)


@pytest.mark.parametrize("changes", [{"torso_scale": False}, {"align": "none"}])
def test_pictures_without_place_or_size_are_refused(
    tiny_sequence: SkeletonSequence, changes: dict[str, object]
) -> None:
    spec = FLAT.model_copy(update=changes)
    with pytest.raises(SkelshotError, match="found 3 a joint in the clip, expected 2; 3-D clips"):
        encode_input(tiny_sequence, spec)


def test_pixels_make_no_metres() -> None:
    pixels = SkeletonSequence(
        np.ones((1, 4, 17, 2), np.float32), np.ones((1, 4), np.bool_), COCO_17
    )
    with pytest.raises(SkelshotError, match="found 2 a joint in the clip, expected 3; set coord"):
        encode_input(pixels, InputSpec(layout="coco-17", align="root"))
