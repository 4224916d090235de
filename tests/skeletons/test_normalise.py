import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skelshot.ground import SkelshotError
from skelshot.skeletons import COCO_17, HAND_21, KINECT_V1, SkeletonSequence
from skelshot.skeletons.normalise import align_view, centre, scale_to_torso
from skelshot.skeletons.transforms import rotate

HERE = np.ones((1, 4), bool)


def frontal(frames: int = 4) -> np.ndarray:
    """A stiff person who faces the sensor (-z), the left side at -x, (1, T, 20, 3)."""
    joints = np.zeros((1, frames, 20, 3), np.float32)
    for part, x, y in (("hip", 0.1, 0.0), ("shoulder", 0.2, 0.5), ("hand", 0.3, 0.1)):
        joints[:, :, KINECT_V1.index(f"left {part}")] = -x, y, 0
        joints[:, :, KINECT_V1.index(f"right {part}")] = x, y, 0
    joints[:, :, KINECT_V1.index("shoulder centre"), 1] = 0.5
    joints[:, :, KINECT_V1.index("left foot"), 2] = -0.2
    return joints


def test_centre_is_that_of_person_1_in_its_first_frame(two_persons: SkeletonSequence) -> None:
    joints, present = two_persons.joints, two_persons.present
    centred = centre(joints, present, KINECT_V1)
    origin = joints[0, 0, 1]
    for person in range(2):
        for frame in range(12):
            there = joints[person, frame] - origin if present[person, frame] else 0
            np.testing.assert_allclose(centred[person, frame], there, atol=1e-6)


def test_centre_of_every_frame_holds_over_gaps(two_persons: SkeletonSequence) -> None:
    joints, present = two_persons.joints, two_persons.present
    present[0, 4:7] = False
    present[0, 0] = False
    centred = centre(joints, present, KINECT_V1, every_frame=True)
    nearest = [1, 1, 2, 3, 3, 3, 7, 7, 8, 9, 10, 11]
    for frame in range(12):
        for person in np.flatnonzero(present[:, frame]):
            expected = joints[person, frame] - joints[0, nearest[frame], 1]
            np.testing.assert_allclose(centred[person, frame], expected, atol=1e-6)
    assert (centred[~present] == 0).all()


def test_centre_of_a_layout_without_a_trunk_is_between_the_hips() -> None:
    joints = np.random.default_rng(0).normal(size=(1, 2, 17, 2)).astype(np.float32)
    centred = centre(joints, np.ones((1, 2), bool), COCO_17)
    np.testing.assert_allclose(centred[0, 0, 11] + centred[0, 0, 12], 0, atol=1e-6)


def test_the_first_person_who_is_there_leads(two_persons: SkeletonSequence) -> None:
    two_persons.present[0] = False
    centred = centre(two_persons.joints, two_persons.present, KINECT_V1)
    assert (centred[0] == 0).all()
    assert (centred[1, 3, 1] == 0).all()


def test_trunk_gets_length_1(two_persons: SkeletonSequence) -> None:
    joints, present = two_persons.joints, two_persons.present
    length = np.median(np.linalg.norm(joints[0, :, 2] - joints[0, :, 0], axis=-1))
    scaled = scale_to_torso(joints, present, KINECT_V1)
    np.testing.assert_allclose(scaled, joints / length, rtol=1e-5)


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_a_trunk_without_length_leaves_the_scale(value: float) -> None:
    joints = np.zeros((1, 4, 20, 3), np.float32)
    joints[:, :, 2] = value
    assert scale_to_torso(joints, HERE, KINECT_V1) is joints


def test_a_frontal_clip_keeps_its_view() -> None:
    np.testing.assert_allclose(align_view(frontal(), HERE, KINECT_V1), frontal(), atol=1e-7)


@settings(max_examples=20, deadline=None)
@given(st.floats(-4, 4))
def test_any_heading_is_turned_to_the_camera(angle: float) -> None:
    turned = rotate(frontal(), [0, angle, 0])
    np.testing.assert_allclose(align_view(turned, HERE, KINECT_V1), frontal(), atol=1e-5)


def test_two_persons_share_one_turn(two_persons: SkeletonSequence) -> None:
    present = two_persons.present
    joints = two_persons.joints
    turned = align_view(joints, present, KINECT_V1)
    right, left = joints[0][:, [16, 8]].sum(axis=1), joints[0][:, [12, 4]].sum(axis=1)
    x, _, z = (right - left).mean(axis=0)
    angle = np.arctan2(z, x)
    np.testing.assert_allclose(turned, rotate(joints, [0, angle, 0]), atol=1e-5)
    np.testing.assert_array_equal(turned[..., 1], joints[..., 1])
    assert (turned[~present] == 0).all()


def test_first_frame_alone_can_tell_the_heading() -> None:
    joints = np.concatenate([rotate(frontal(1), [0, 0.5, 0]), rotate(frontal(3), [0, 2, 0])], 1)
    by_first = align_view(joints, HERE, KINECT_V1, frame="first")
    np.testing.assert_allclose(by_first[:, 0], frontal(1)[:, 0], atol=1e-6)
    assert np.abs(align_view(joints, HERE, KINECT_V1)[:, 0] - frontal(1)[:, 0]).max() > 0.1


@pytest.mark.parametrize("point", [(0, 0, 0), (0, 1, 0), (np.nan, 0, 0)])
def test_a_line_without_length_from_above_leaves_the_view(point: tuple[float, ...]) -> None:
    joints = np.zeros((1, 4, 20, 3), np.float32)
    joints[:, :, 16] = point
    assert align_view(joints, HERE, KINECT_V1) is joints


def test_pixels_have_no_view() -> None:
    with pytest.raises(SkelshotError, match="2 coordinates, but turning the view needs 3-D"):
        align_view(np.zeros((1, 4, 20, 2), np.float32), HERE, KINECT_V1)


def test_a_hand_has_no_heading() -> None:
    joints = np.ones((1, 4, 21, 3), np.float32)
    with pytest.raises(SkelshotError, match=r"'hand-21' has neither hips nor .* align 'root'"):
        align_view(joints, HERE, HAND_21)


def test_hips_alone_tell_the_heading() -> None:
    joints = rotate(frontal(), [0, 0.7, 0])
    legs = replace(KINECT_V1, name="legs", shoulders=None)
    joints[:, :, list(KINECT_V1.shoulders or ())] = 9  # not looked at
    turned = align_view(joints, HERE, legs)
    hips = turned[0][:, list(KINECT_V1.hips or ())]
    np.testing.assert_allclose((hips[:, 1] - hips[:, 0])[:, 2], 0, atol=1e-5)


@pytest.mark.parametrize("function", [centre, scale_to_torso, align_view])
def test_a_clip_without_anybody_stays_zero(function) -> None:  # type: ignore[no-untyped-def]
    joints = np.zeros((1, 4, 20, 3), np.float32)
    assert (function(joints, np.zeros((1, 4), bool), KINECT_V1) == 0).all()


def test_real_clips_face_the_camera_and_are_right_handed(nw_ucla_dir: Path) -> None:
    facing = []
    for path in sorted(nw_ucla_dir.glob("a0[12]_*.json"))[:40]:
        joints = np.array(json.loads(path.read_text())["skeletons"], np.float32)[None]
        present = np.ones(joints.shape[:2], bool)
        seen = align_view(centre(joints, present, KINECT_V1), present, KINECT_V1).mean(axis=1)[0]
        assert seen[8, 0] > seen[4, 0]  # the right shoulder at +x of the left
        facing.append((seen[[15, 19], 2] - seen[[14, 18], 2]).mean() < 0)  # toes towards -z
    assert np.mean(facing) >= 0.9
