"""The body line of a `.skeleton` file: clipped edges, hands, lean."""

import numpy as np
from numpy.typing import NDArray

from skelshot.rendering.camera import PinholeCamera
from skelshot.synthesis.performance import Array

# (confidence, state) of a hand and how often it occurred in 827 body-frames of the real samples,
# both hands together. States: 0 unknown, 1 not tracked, 2 open, 3 closed; 4, lasso, never occurred.
_HANDS = np.array([[1, 1], [0, 0], [0, 3], [1, 3], [0, 2], [1, 2]])
_HAND_SHARES = np.array([0.664, 0.290, 0.025, 0.0175, 0.0024, 0.0011])
_HAND_SHARES = _HAND_SHARES / _HAND_SHARES.sum()
_HAND_CHANGES = 0.12  # chance a frame that a hand's state is drawn anew; ours

# The right, left, top and bottom edge of the depth picture, as Kinect's flags count them.
_EDGES = (1, 2, 4, 8)

_LEAN = np.array([1.5, 1.6])
# Lean of the trunk to the field's [-1, 1]: slopes fitted on the real samples (residual 0.13)


def body_fields(
    joints: Array, depth: Array, camera: PinholeCamera, rng: np.random.Generator
) -> Array:
    """Make the numbers of a body's line.

    Args:
        joints: Camera coordinates (n, 25, 3), metres.
        depth: Pixels (n, 25, 2) in the depth picture.
        camera: The depth camera.
        rng: Where chance comes from.

    Returns:
        Fields (n, 9) as `SensedBody` has them; restricted is 0 and the tracking state 2, as in
        all real samples.
    """
    fields = np.zeros((len(joints), 9))
    fields[:, 0] = clipped_edges(depth, camera.size)
    fields[:, 1:3] = _hand(len(joints), rng)
    fields[:, 3:5] = _hand(len(joints), rng)
    spine = (joints[:, 20] - joints[:, 0]) @ camera.orientation
    spine = spine / np.maximum(np.linalg.norm(spine, axis=1, keepdims=True), 1e-9)
    # Back in the world, where up is up: to the side and towards the camera, as the camera sees it.
    side, ahead = spine @ camera.orientation[0], -(spine @ _flat(camera.orientation[2]))
    fields[:, 6:8] = np.clip(np.stack([side, ahead], 1) * _LEAN, -1, 1)
    fields[:, 8] = 2
    return fields


def clipped_edges(depth: Array, size: tuple[int, int]) -> NDArray[np.int64]:
    """Tell by which edges of the picture a body is cut: 1 right, 2 left, 4 top, 8 bottom, summed.

    Args:
        depth: Pixels (n, 25, 2).
        size: Width and height of the picture.

    Returns:
        Flags (n,).

    Example:
        >>> clipped_edges(np.array([[[-3.0, 5.0], [20.0, 430.0]]]), (512, 424)).tolist()
        [10]
    """
    u, v = depth[..., 0], depth[..., 1]
    outside = (u >= size[0], u < 0, v < 0, v >= size[1])
    flags = [flag * out.any(axis=1) for flag, out in zip(_EDGES, outside, strict=True)]
    clipped: NDArray[np.int64] = np.sum(flags, axis=0)
    return clipped


def _hand(frames: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw one hand's confidence and state (n, 2), which stay for a while."""
    drawn = rng.choice(len(_HANDS), frames, p=_HAND_SHARES)
    new = rng.random(frames) < _HAND_CHANGES
    new[:1] = True
    hand: NDArray[np.int64] = _HANDS[
        drawn[np.maximum.accumulate(np.where(new, np.arange(frames), 0))]
    ]
    return hand


def _flat(axis: Array) -> Array:
    """A direction without its part upwards."""
    level = axis * [1.0, 0.0, 1.0]
    flat: Array = level / np.linalg.norm(level)
    return flat
