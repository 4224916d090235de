"""Orientations of joints as Kinect writes them: quaternions whose y axis follows the bone."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.compiled import compiled
from skelshot.synthesis.performance import Array
from skelshot.synthesis.sensing.body_tree import CHAIN_ENDS, PARENTS

# What the body's forward direction is to each joint's own axes, measured on the real samples: its
# z axis for trunk, shoulders, hips and arms, its x axis for the left leg, its -x axis for the
# right leg.
_ALONG_Z, _ALONG_X, _AGAINST_X, _NONE = range(4)
_FORWARD: Final = np.full(25, _ALONG_Z)
_FORWARD[[13, 14]] = _ALONG_X
_FORWARD[[17, 18]] = _AGAINST_X
_FORWARD[list(CHAIN_ENDS)] = _NONE


def orientations(joints: Array) -> Array:
    """Work out the orientation of every joint.

    Args:
        joints: Camera coordinates (n, 25, 3), metres.

    Returns:
        Quaternions (n, 25, 4), order w, x, y, z, of unit norm: the turn that brings the camera's
        axes onto the joint's, whose y axis points along the bone that ends there (for the spine
        base: the one that begins there). All zeros at the chain ends. The sign goes on smoothly
        from frame to frame.

    Example:
        >>> joints = np.zeros((1, 25, 3)); joints[..., 2] = 3.0
        >>> joints[0, [1, 20], 1] = 0.3, 0.5  # a spine that points up
        >>> joints[0, [4, 8], 0] = -0.2, 0.2  # facing the camera
        >>> orientations(joints)[0, 1].round(6).tolist()
        [0.0, 0.0, 1.0, 0.0]
    """
    result = np.zeros((*joints.shape[:2], 4))
    _orientations(np.ascontiguousarray(joints, np.float64), PARENTS, _FORWARD, result)
    return result


@compiled
def _orientations(
    joints: Array,
    parents: NDArray[np.int64],
    along: NDArray[np.int64],
    result: Array,
) -> None:  # pragma: no cover - compiled
    bone, normal = np.zeros(3), np.zeros(3)
    turn = np.zeros((3, 3))
    for n in range(len(joints)):
        up, left = joints[n, 20] - joints[n, 0], joints[n, 4] - joints[n, 8]
        forward = np.cross(left, up)
        for j in range(25):
            if along[j] == _NONE:
                continue
            for c in range(3):
                begin = joints[n, parents[j], c] if j else 2 * joints[n, 0, c] - joints[n, 1, c]
                bone[c] = joints[n, j, c] - begin
                normal[c] = forward[c]
            _unit(bone)
            normal -= np.dot(normal, bone) * bone
            if np.dot(normal, normal) < 1e-18:  # straight forward: any normal will do
                normal[:] = np.cross(bone, up + np.array([1e-3, 2e-3, 3e-3]))
            _unit(normal)
            turn[:, 1] = bone
            if along[j] == _ALONG_Z:
                turn[:, 2] = normal
                turn[:, 0] = np.cross(bone, normal)
            else:
                turn[:, 0] = normal if along[j] == _ALONG_X else -normal
                turn[:, 2] = np.cross(turn[:, 0], bone)
            _quaternion(turn, result[n, j])
            last = result[max(n - 1, 0), j]
            same = np.dot(last, result[n, j]) if n else result[n, j, 2]
            if same < 0:
                for c in range(4):
                    result[n, j, c] = -result[n, j, c]


@compiled
def _unit(vector: Array) -> None:  # pragma: no cover - compiled
    """Bring a vector (3,) to length 1 in place; a zero one becomes the y axis."""
    size = np.sqrt(np.dot(vector, vector))
    if size < 1e-9:
        vector[:] = 0.0
        vector[1] = size = 1.0
    for c in range(3):
        vector[c] /= size


@compiled
def _quaternion(turn: Array, q: Array) -> None:  # pragma: no cover - compiled
    """Turn a rotation matrix (3, 3) into a unit quaternion w, x, y, z (Shepperd 1978)."""
    trace = turn[0, 0] + turn[1, 1] + turn[2, 2]
    most = 0
    for c in range(1, 3):
        if turn[c, c] > turn[most, most]:
            most = c
    if trace >= turn[most, most]:
        q[0] = 1 + trace
        q[1] = turn[2, 1] - turn[1, 2]
        q[2] = turn[0, 2] - turn[2, 0]
        q[3] = turn[1, 0] - turn[0, 1]
    else:
        j, k = (most + 1) % 3, (most + 2) % 3
        q[0] = turn[k, j] - turn[j, k]
        q[1 + most] = 1 + 2 * turn[most, most] - trace
        q[1 + j] = turn[j, most] + turn[most, j]
        q[1 + k] = turn[k, most] + turn[most, k]
    size = np.sqrt(np.dot(q, q))
    for c in range(4):
        q[c] /= size
