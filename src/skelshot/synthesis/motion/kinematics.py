"""Rotations, limbs of two bones and speed profiles, for all frames at once.

A person's own axes are (right, up, back): right-handed, and equal to the world's (x, y, z) for
somebody with heading 0, who faces -z. A yaw turns to the left when seen from above.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from skelshot.synthesis.performance import Array

STRETCH = 0.999
"""Share of its full length that a limb may reach; beyond it the joint would snap straight."""

STEADY = 13
"""Frames over which the turn of elbows and knees about their limb is smoothed."""


def yaw_matrix(yaw: Array) -> Array:
    """Return rotations about the vertical.

    Args:
        yaw: Angles (T,) in radians; positive turns to the left.

    Returns:
        Matrices (T, 3, 3).

    Example:
        >>> (yaw_matrix(np.array([np.pi / 2]))[0] @ [0, 0, -1])[[0, 1]].round(6).tolist()
        [-1.0, 0.0]
    """
    turn = np.zeros((len(yaw), 3, 3))
    cos, sin = np.cos(yaw), np.sin(yaw)
    turn[:, 0, 0] = turn[:, 2, 2] = cos
    turn[:, 0, 2], turn[:, 2, 0] = sin, -sin
    turn[:, 1, 1] = 1.0
    return turn


def rotation(yaw: Array, pitch: Array, roll: Array) -> Array:
    """Return the rotations that roll, then pitch, then yaw.

    Args:
        yaw: About the vertical, to the left (T,), radians.
        pitch: About the right axis (T,); positive lifts what is in front.
        roll: About the back axis (T,); positive tips the top to the left.

    Returns:
        Matrices (T, 3, 3), equal to Ry(yaw) Rx(pitch) Rz(roll).

    Example:
        >>> quarter = np.array([np.pi / 2])
        >>> (rotation(0 * quarter, quarter, 0 * quarter)[0] @ [0, 0, -1])[[0, 1]].round(6).tolist()
        [0.0, 1.0]
    """
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    cr, sr = np.cos(roll), np.sin(roll)
    turn = np.empty((len(yaw), 3, 3))
    turn[:, 0, 0] = cy * cr + sy * sp * sr
    turn[:, 0, 1] = sy * sp * cr - cy * sr
    turn[:, 0, 2] = sy * cp
    turn[:, 1, 0] = cp * sr
    turn[:, 1, 1] = cp * cr
    turn[:, 1, 2] = -sp
    turn[:, 2, 0] = cy * sp * sr - sy * cr
    turn[:, 2, 1] = sy * sr + cy * sp * cr
    turn[:, 2, 2] = cy * cp
    return turn


def turned(turn: Array, vectors: Array) -> Array:
    """Turn vectors, frame by frame.

    Args:
        turn: Rotations (T, 3, 3).
        vectors: One vector (3,) for all frames, or (..., T, 3).

    Returns:
        Turned vectors (T, 3) or (..., T, 3).
    """
    if vectors.ndim == 1:
        return turn @ vectors
    result: Array = (turn @ vectors[..., None])[..., 0]
    return result


def length(vectors: Array) -> Array:
    """Return lengths (...) of vectors (..., 3), never quite zero."""
    result: Array = np.sqrt(np.einsum("...i,...i->...", vectors, vectors) + 1e-18)
    return result


def unit(vectors: Array) -> Array:
    """Return vectors (..., 3) brought to length 1; a zero vector stays about zero."""
    result: Array = vectors / length(vectors)[..., None]
    return result


def dot(left: Array, right: Array) -> Array:
    """Return scalar products (...) of vectors (..., 3)."""
    result: Array = np.einsum("...i,...i->...", left, right)
    return result


def square_to(vectors: Array, axis: Array) -> Array:
    """Return the part of vectors (..., 3) at right angles to unit axes, at length 1."""
    return unit(vectors - dot(vectors, axis)[..., None] * axis)


def bend(
    root: Array, target: Array, upper: float, lower: float, pole: Array, soft: float = 0.03
) -> tuple[Array, Array]:
    """Place the middle and the end of a limb of two bones.

    The law of cosines gives the bend, the pole its plane. A target out of reach is approached
    as far as the limb goes, softly over the last centimetres; one too near leaves the joint bent
    by at most 150 degrees.

    Args:
        root: Shoulders or hips (..., 3).
        target: Where the end should be (..., 3).
        upper: Length of the first bone, metres.
        lower: Length of the second bone, metres.
        pole: Direction (..., 3) to which elbow or knee points; need not be square to the limb.
        soft: Share of the full length over which the approach is softened.

    Returns:
        Middle and end (..., 3); both bones have their lengths exactly.

    Example:
        >>> origin, goal = np.zeros(3), np.array([0.0, -0.5, 0.0])
        >>> knee, ankle = bend(origin, goal, 0.3, 0.4, np.array([0.0, 0.0, -1.0]))
        >>> knee.round(3).tolist(), ankle.round(3).tolist()
        ([0.0, -0.18, -0.24], [0.0, -0.5, 0.0])
    """
    reach = target - root
    far = length(reach)
    axis = reach / far[..., None]
    full = STRETCH * (upper + lower)
    soft *= full
    beyond = np.maximum(far - (full - soft), 0.0)
    distance = np.minimum(far, full - soft) + soft * (1 - np.exp(-beyond / soft))
    least = np.sqrt(upper**2 + lower**2 - 2 * upper * lower * np.cos(np.radians(30)))
    distance = np.maximum(distance, least)
    along = (upper**2 + distance**2 - lower**2) / (2 * distance)
    aside = np.sqrt(np.maximum(upper**2 - along**2, 0.0))
    middle = root + axis * along[..., None] + square_to(pole, axis) * aside[..., None]
    return middle, root + axis * distance[..., None]


def calm(values: Array, frames: int = STEADY) -> Array:
    """Smooth values over time.

    Args:
        values: (N, T).
        frames: Width of the bell (a Hann window), odd.

    Returns:
        Mean values (N, T) under the bell.

    Example:
        >>> float(calm(np.ones((2, 30))).min().round(6))
        1.0
    """
    bell = np.hanning(frames + 2)[1:-1]
    half = frames // 2
    ends = [np.repeat(values[:, end], half, axis=1) for end in (slice(0, 1), slice(-1, None))]
    padded = np.concatenate([ends[0], values, ends[1]], axis=1)
    smooth: Array = sliding_window_view(padded, frames, axis=1) @ (bell / bell.sum())
    return smooth


def steady(field: Array, axis: Array) -> Array:
    """Slow down directions of elbows or knees that would turn about the limb within a few frames.

    A hand that comes near the shoulder or goes behind the head turns its arm's axis quickly, and
    the elbow's direction with it. What counts is the turn beyond that of the axis itself, its
    parallel transport: that angle is smoothed over time.

    Args:
        field: Unit vectors (2, T, 3) square to the axis.
        axis: From shoulders to hands or from hips to ankles (2, T, 3), unit vectors.

    Returns:
        Unit vectors (2, T, 3) square to the axis.

    Example:
        >>> up = np.tile([0.0, 1.0, 0.0], (2, 20, 1))
        >>> flips = np.zeros((2, 20, 3))
        >>> flips[:, :10, 0], flips[:, 10:, 2] = 1.0, 1.0
        >>> steady(flips, up)[0, [0, 9, 10, 19], 0].round(2).tolist()
        [1.0, 0.78, 0.62, 0.0]
    """
    before, now, carried = axis[:, :-1], axis[:, 1:], field[:, :-1]
    bent = dot(carried, now) / np.maximum(1 + dot(before, now), 0.05)
    carried = carried - bent[..., None] * (before + now)
    come = field[:, 1:]
    turn = np.arctan2(dot(np.cross(carried, come), now), dot(carried, come))
    angle = np.zeros(axis.shape[:2])
    np.cumsum(turn, axis=1, out=angle[:, 1:])
    back = (calm(angle) - angle)[..., None]
    steadied: Array = np.cos(back) * field + np.sin(back) * np.cross(axis, field)
    return steadied


def ease(share: Array) -> Array:
    """Return the minimum-jerk profile (Flash and Hogan, 1985) of times clipped to [0, 1].

    Args:
        share: Time since the beginning over the movement's duration.

    Returns:
        Share of the way, 0 to 1.

    Example:
        >>> ease(np.array([-1.0, 0.5, 2.0])).tolist()
        [0.0, 0.5, 1.0]
    """
    t = np.clip(share, 0.0, 1.0)
    result: Array = t * t * t * (10 + t * (6 * t - 15))
    return result
