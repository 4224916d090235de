"""Pose features that do not depend on place, direction and size: the frames TCN-Oneshot reads.

A. Sabater et al., "One-Shot Action Recognition in Challenging Therapy Scenarios", CVPR Workshops
2021.
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import normalize

from skelshot.ground import SkelshotError
from skelshot.skeletons import SkeletonLayout

Bones = Literal["tree", "consecutive"]
"""`tree`: between joints that a bone connects. `consecutive`: from each joint to the next in the
table, which its code takes for bones."""

Distances = Literal["body", "camera"]
"""`body`: in the body's own frame, whose axes are not square, as its code takes them. `camera`: in
the coordinates of the input."""

TORSO = 0.4
"""The length that the torso is scaled to."""

_TINY = 1e-6


def feature_count(joints: int) -> int:
    """Count the features of a frame.

    Args:
        joints: V.

    Returns:
        2 (V - 1) angles, 3 V coordinates and V (V - 1) / 2 distances.

    Example:
        >>> feature_count(25)
        423
    """
    return 2 * (joints - 1) + 3 * joints + joints * (joints - 1) // 2


def pose_features(
    joints: Tensor,
    layout: SkeletonLayout | None,
    bones: Bones = "tree",
    distances: Distances = "body",
) -> Tensor:
    """Describe each frame by bone angles, coordinates in a body frame and joint distances.

    Frames in which nobody is there, all coordinates 0, come first, with all features 0; the
    others follow in their order.

    Args:
        joints: Joint positions of one person, (n, T, V, 3).
        layout: Says which joints are hips, trunk and bones; without it bodies are neither scaled
            nor turned, and bones are consecutive joints.
        bones: What a bone is.
        distances: Where distances between joints are taken.

    Returns:
        (n, T, F), F = `feature_count(V)`: elevation of all bones, azimuth of all bones, x, y, z
        joint by joint, then the distances of all pairs.

    Example:
        >>> from skelshot.skeletons import KINECT_V2
        >>> pose_features(torch.randn(2, 32, 25, 3), KINECT_V2).shape
        torch.Size([2, 32, 423])
    """
    there = (joints != 0).any(-1).any(-1)
    scaled = joints if layout is None else scale_torso(joints, layout)
    first, second = torch.triu_indices(joints.shape[2], joints.shape[2], 1)
    body = body_coordinates(scaled, layout)
    measured = body if distances == "body" else scaled
    away = measured[:, :, first] - measured[:, :, second]
    described = torch.cat(
        [
            bone_angles(joints, layout, bones).flatten(2),
            body.flatten(2),
            away.square().sum(-1).clamp(min=_TINY**2).sqrt(),
        ],
        dim=-1,
    )
    described = described * there[:, :, None]
    order = there.long().argsort(dim=1, stable=True)
    return described.gather(1, order[:, :, None].expand_as(described))


def scale_torso(joints: Tensor, layout: SkeletonLayout) -> Tensor:
    """Scale every frame so that the trunk, joint by joint from end to end, measures 0.4.

    Args:
        joints: (n, T, V, 3).
        layout: Names the ends of the trunk and what lies between them.

    Returns:
        (n, T, V, 3).
    """
    points = _trunk_points(joints, layout)
    length = (points[1:] - points[:-1]).square().sum(-1).clamp(min=_TINY**2).sqrt().sum(0)
    return joints * (TORSO / length.clamp(min=_TINY))[:, :, None, None]


def body_coordinates(joints: Tensor, layout: SkeletonLayout | None) -> Tensor:
    """Express joints in the body's own frame: origin between the hips, x to the left hip, z up.

    x and z have length one but are not made perpendicular; y = x cross z. Coordinates are those
    that the inverse of the matrix (x, y, z) gives, written out.

    Args:
        joints: (n, T, V, 3).
        layout: Names the hips and the upper end of the trunk; without it, only the mean of all
            joints is taken off.

    Returns:
        (n, T, V, 3).

    Raises:
        SkelshotError: The layout has no hips.
    """
    if layout is None:
        return joints - joints.mean(2, keepdim=True)
    left, right = hips_of(layout)
    hips = joints[:, :, [left, right]].mean(2)
    x = normalize(joints[:, :, left] - hips, dim=-1)
    z = normalize(joints[:, :, list(layout.trunk[1])].mean(2) - hips, dim=-1)
    y = torch.linalg.cross(x, z)
    seen = joints - hips[:, :, None]
    on_x, on_y, on_z = ((seen * axis[:, :, None]).sum(-1) for axis in (x, y, z))
    slant = (x * z).sum(-1)[:, :, None]
    # Hips and trunk of one direction span no frame; the bound keeps such frames finite.
    across = (1 - slant.square()).clamp(min=0.01)
    return torch.stack(
        [(on_x - slant * on_z) / across, on_y / across, (on_z - slant * on_x) / across], dim=-1
    )


def hips_of(layout: SkeletonLayout) -> tuple[int, int]:
    """Return the hips of a layout.

    Args:
        layout: The joints.

    Returns:
        Index of the left and of the right hip.

    Raises:
        SkelshotError: It has none.
    """
    if layout.hips is None:
        raise SkelshotError(
            f"layout: {layout.name!r} has no hips to lay the body's own frame; name them in its "
            "file, or use a method that reads no pose features"
        )
    return layout.hips


def bone_angles(joints: Tensor, layout: SkeletonLayout | None, bones: Bones) -> Tensor:
    """Return elevation and azimuth of every bone in the coordinates of the input.

    Args:
        joints: (n, T, V, 3).
        layout: Names the bones.
        bones: What a bone is.

    Returns:
        Radians, (n, T, 2, V - 1): the elevation atan2(z, |(x, y)|), then the azimuth
        atan2(y, x).
    """
    if layout is None or bones == "consecutive":
        x, y, z = (joints[:, :, 1:] - joints[:, :, :-1]).unbind(-1)
    else:
        child, parent = (list(ends) for ends in zip(*layout.bones, strict=True))
        x, y, z = (joints[:, :, child] - joints[:, :, parent]).unbind(-1)
    flat = (x.square() + y.square()).clamp(min=_TINY**2).sqrt()
    return torch.stack([torch.atan2(z, flat), torch.atan2(y, x)], dim=2)


def _trunk_points(joints: Tensor, layout: SkeletonLayout) -> Tensor:
    """List the trunk's points from end to end, (P, n, T, 3)."""
    lower, upper = layout.trunk
    between: list[int] = []
    if len(lower) == len(upper) == 1:
        between = _path(lower[0], upper[0], layout)[1:-1]
    ends = [joints[:, :, list(end)].mean(2) for end in (lower, upper)]
    return torch.stack([ends[0], *(joints[:, :, joint] for joint in between), ends[1]])


def _path(start: int, end: int, layout: SkeletonLayout) -> list[int]:
    """Walk from joint to joint along the skeleton's tree."""
    parents = layout.parents

    def to_root(joint: int) -> list[int]:
        walked = [joint]
        while parents[walked[-1]] != walked[-1]:
            walked.append(parents[walked[-1]])
        return walked

    up, down = to_root(start), to_root(end)
    meeting = next(joint for joint in up if joint in down)
    return [*up[: up.index(meeting) + 1], *reversed(down[: down.index(meeting)])]
