"""Pose features against a frame-by-frame reference, and what they do not see."""

import math

import pytest
import torch

from skelshot.fewshot.pose_features import (
    TORSO,
    body_coordinates,
    bone_angles,
    feature_count,
    pose_features,
    scale_torso,
)
from skelshot.ground import SkelshotError
from skelshot.skeletons import COCO_17, HAND_21, KINECT_V1, KINECT_V2


def poses(layout, frames=4, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, frames, layout.num_joints, 3, generator=generator, dtype=torch.float64)


def trunk_length(pose, layout):
    """Kinect trunks run over one joint between their ends, others straight."""
    if layout is KINECT_V2:
        points = pose[[0, 1, 20]]
    elif layout is KINECT_V1:
        points = pose[[0, 1, 2]]
    else:
        points = torch.stack([pose[[11, 12]].mean(0), pose[[5, 6]].mean(0)])
    return float((points[1:] - points[:-1]).norm(dim=1).sum())


@pytest.mark.parametrize("distances", ["body", "camera"])
@pytest.mark.parametrize("layout", [KINECT_V1, KINECT_V2, COCO_17], ids=lambda kind: kind.name)
def test_a_frame_is_angles_body_coordinates_and_distances(layout, distances):
    joints, V = poses(layout), layout.num_joints
    found = pose_features(joints, layout, distances=distances)
    assert found.shape == (2, 4, feature_count(V))
    for n in range(2):
        for t in range(4):
            pose = joints[n, t]
            bones = [pose[child] - pose[parent] for child, parent in layout.bones]
            expected = [math.atan2(b[2], math.hypot(b[0], b[1])) for b in bones]
            expected += [math.atan2(b[1], b[0]) for b in bones]
            scaled = pose * TORSO / trunk_length(pose, layout)
            origin = scaled[list(layout.hips)].mean(0)
            x = scaled[layout.hips[0]] - origin
            z = scaled[list(layout.trunk[1])].mean(0) - origin
            x, z = x / x.norm(), z / z.norm()
            frame = torch.stack([x, torch.linalg.cross(x, z), z], dim=1)
            body = torch.stack([torch.linalg.inv(frame) @ (joint - origin) for joint in scaled])
            expected += body.flatten().tolist()
            where = body if distances == "body" else scaled
            expected += [
                float((where[i] - where[j]).norm()) for i in range(V) for j in range(i + 1, V)
            ]
            torch.testing.assert_close(found[n, t], torch.tensor(expected, dtype=torch.float64))


def test_its_codes_bones_are_consecutive_joints():
    joints = poses(KINECT_V2)
    found = bone_angles(joints, KINECT_V2, "consecutive")
    bone = joints[1, 2, 8] - joints[1, 2, 7]
    assert found.shape == (2, 4, 2, 24)
    assert float(found[1, 2, 1, 7]) == pytest.approx(math.atan2(bone[1], bone[0]))
    assert not torch.equal(found, bone_angles(joints, KINECT_V2, "tree"))


def test_without_a_layout_distances_are_the_same_anywhere():
    joints = poses(KINECT_V2)
    body, camera = (pose_features(joints, None, distances=kind) for kind in ("body", "camera"))
    torch.testing.assert_close(body, camera)


def test_size_place_and_heading_do_not_show_in_body_coordinates():
    joints = poses(KINECT_V1)
    turn, _ = torch.linalg.qr(torch.randn(3, 3, dtype=torch.float64))
    turn = turn * torch.linalg.det(turn)  # no mirror image
    other = 1.7 * joints @ turn.T + torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    for one, two in ((scale_torso(joints, KINECT_V1), scale_torso(other, KINECT_V1)),):
        torch.testing.assert_close(
            body_coordinates(one, KINECT_V1), body_coordinates(two, KINECT_V1)
        )


def test_empty_frames_come_first_and_hold_nothing():
    joints = poses(KINECT_V1, frames=5)
    whole = pose_features(joints, KINECT_V1)
    joints[0, [1, 4]] = 0.0
    found = pose_features(joints, KINECT_V1)
    assert not found[0, :2].any()
    torch.testing.assert_close(found[0, 2:], whole[0, [0, 2, 3]])
    assert torch.equal(found[1], whole[1])


def test_without_a_layout_bodies_are_only_centred():
    joints = poses(KINECT_V1)
    found = pose_features(joints, None)
    coordinates = found[..., 38:98].unflatten(-1, (20, 3))
    torch.testing.assert_close(coordinates, joints - joints.mean(2, keepdim=True))


def test_bodies_that_are_one_point_or_one_line_stay_finite():
    line = torch.arange(20.0)[:, None] * torch.tensor([0.0, 1.0, 0.0])
    joints = torch.stack([torch.full((20, 3), 0.5), line, torch.zeros(20, 3)])[None]
    joints.requires_grad_()
    found = pose_features(joints, KINECT_V1)
    found.sum().backward()
    assert found.isfinite().all()
    assert joints.grad.isfinite().all()


def test_a_hand_has_no_body_frame():
    with pytest.raises(SkelshotError, match="'hand-21' has no hips"):
        pose_features(poses(HAND_21), HAND_21)
