"""Positions of joints from offsets in their parents' frames, and the joints' turns."""

import numpy as np
from numpy.typing import NDArray

from skelshot.skeletons.layouts import SkeletonLayout


def world_positions(
    offsets: NDArray[np.float64], degrees: NDArray[np.float64], layout: SkeletonLayout
) -> NDArray[np.float64]:
    """Follow the bones from the root outward: forward kinematics.

    A joint stands where its parent's frame puts its offset, `p[j] = p[q] + G[q] @ o[j]`, and turns
    that frame for its own children, `G[j] = G[q] @ R[j]` with `R = Rz Rx Ry`.

    Args:
        offsets: Where each joint stands in its parent's frame (T, V, 3); the root in the world.
        degrees: Each joint's angles about x, y and z (T, V, 3).
        layout: The V joints.

    Returns:
        Positions (T, V, 3) in the world, in the unit of the offsets.

    Example:
        >>> from skelshot.skeletons.layouts import layout_from
        >>> stick = layout_from({"name": "stick", "joints": ["a", "b"], "bones": [["b", "a"]]})
        >>> offsets = np.array([[[0.0, 1.0, 0.0], [0.0, 0.0, 2.0]]])
        >>> turned = np.array([[[90.0, 0.0, 0.0], [0.0, 0.0, 0.0]]])  # the root nods
        >>> world_positions(offsets, turned, stick).round(6).tolist()
        [[[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]]]
    """
    turns = _turns(np.deg2rad(degrees))
    positions = offsets.copy()
    for joint in layout.outward[1:]:
        parent = layout.parents[joint]
        turned = turns[:, parent] @ offsets[:, joint, :, np.newaxis]
        positions[:, joint] = positions[:, parent] + turned[..., 0]
        turns[:, joint] = turns[:, parent] @ turns[:, joint]
    return positions


def _turns(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the matrices Rz Rx Ry (..., 3, 3) of angles (..., 3) in radians."""
    about = [_about(axis, angles[..., axis]) for axis in range(3)]
    turns: NDArray[np.float64] = about[2] @ about[0] @ about[1]
    return turns


def _about(axis: int, angle: NDArray[np.float64]) -> NDArray[np.float64]:
    first, second = (axis + 1) % 3, (axis + 2) % 3
    turn = np.zeros((*angle.shape, 3, 3))
    turn[..., axis, axis] = 1
    turn[..., first, first] = turn[..., second, second] = np.cos(angle)
    turn[..., second, first] = np.sin(angle)
    turn[..., first, second] = -turn[..., second, first]
    return turn
