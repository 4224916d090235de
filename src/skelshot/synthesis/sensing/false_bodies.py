"""Bodies that are none: furniture taken for a person, and second copies of a person."""

import numpy as np
from numpy.typing import NDArray

from skelshot.synthesis.performance import Array
from skelshot.synthesis.sensing.body_tree import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG

# A body pressed into a low, wide thing: x to its left and y up, in units of its width and height.
_SPREAD = np.zeros((25, 2))
_SPREAD[[0, 1, 20, 2, 3]] = [[0.0, 0.35], [0.0, 0.6], [0.0, 0.8], [0.0, 0.88], [0.02, 1.0]]
for _limb, _side in ((LEFT_ARM, 1.0), (RIGHT_ARM, -1.0)):
    _SPREAD[list(_limb)] = [
        [0.2 * _side, 0.75],
        [0.35 * _side, 0.6],
        [0.45 * _side, 0.45],
        [0.48 * _side, 0.4],
        [0.5 * _side, 0.38],
        [0.49 * _side, 0.43],
    ]
for _leg, _side in ((LEFT_LEG, 1.0), (RIGHT_LEG, -1.0)):
    _SPREAD[list(_leg)] = [
        [0.12 * _side, 0.33],
        [0.3 * _side, 0.3],
        [0.33 * _side, 0.06],
        [0.36 * _side, 0.0],
    ]


def ghost(
    frames: int, beside: Array, rng: np.random.Generator
) -> tuple[Array, NDArray[np.uint8], NDArray[np.int64]]:
    """Make a ghost: furniture that the tracker takes for a body, wider than it is high, and still.

    Args:
        frames: How many frames it lasts (n).
        beside: A place of a true body (3,), camera coordinates in metres: it lies some way off.
        rng: Where chance comes from.

    Returns:
        Camera coordinates (n, 25, 3) and states (n, 25), of which a third are inferred; and its
        frames' numbers, from 0.
    """
    width, height = rng.uniform(0.9, 1.5), rng.uniform(0.35, 0.7)
    aside = rng.choice([-1.0, 1.0]) * rng.uniform(0.8, 1.3)
    place = beside + np.array([aside, 0.0, rng.uniform(0.1, 0.9)])
    shape = np.zeros((25, 3))
    shape[:, :2] = _SPREAD * [width, height] - [0.0, height]
    shape[:, 2] = rng.normal(0.0, 0.08, 25)
    joints = place + shape + rng.normal(0.0, 0.006, (frames, 25, 3))
    states = np.where(rng.random(25) < 1 / 3, 1, 2).astype(np.uint8)
    return joints, np.broadcast_to(states, (frames, 25)).copy(), np.arange(frames)


def second_copy(joints: Array, rng: np.random.Generator) -> tuple[Array, NDArray[np.uint8]]:
    """Make the short-lived second body that a tracker now and then sees in one person.

    Args:
        joints: The person's camera coordinates (n, 25, 3), metres.
        rng: Where chance comes from.

    Returns:
        Camera coordinates (n, 25, 3), a hand's breadth or two aside and badly fitted, and
        states (n, 25), most of them inferred.
    """
    aside = rng.uniform(-0.3, 0.3, 3)
    fit = rng.normal(0.0, 0.04, (25, 3))
    copy = joints + aside + fit + rng.normal(0.0, 0.015, joints.shape)
    states = np.where(rng.random(joints.shape[:2]) < 0.7, 1, 2).astype(np.uint8)
    return copy, states
