"""The order of an array's axes: persons, frames, joints, coordinates, or another."""

from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skelshot.skeletons.bone_tree import sample_bodies
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_guess import layout_fit

NAMES = ("M", "T", "V", "C")
"""Persons, frames, joints, coordinates: the order in which Skelshot reads them."""

SMOOTH = 0.2
"""The most that a body moves from one frame to the next, in sizes of the body (median).

People jump by less than 0.1 at 10 Hz and more; two persons are about one apart."""

MAX_PERSONS = 12
"""Above this many persons, and more persons than frames, the axes are exchanged."""

_AS_IT_IS = (0, 1, 2, 3)
_CLEARLY = 1.25
_MANY = 5
_LOOK = 64


def swapped_axes(joints: ArrayLike, layout: SkeletonLayout) -> str | None:
    """Find the order of axes in which an array shows bodies, where it is not (M, T, V, C).

    Bodies must fit the layout and move smoothly from frame to frame, and more than a few
    persons must not follow each other as frames do.

    Args:
        joints: Four axes in any order.
        layout: Names the V joints.

    Returns:
        The array's own order, such as "TMVC" for (frames, persons, joints, coordinates); None
        where (M, T, V, C) fits, or nothing does.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> swapped_axes(np.random.default_rng(0).random((2, 9, 20, 3)), KINECT_V1) is None
        True
    """
    array = np.asarray(joints)
    others = _readings(array.shape, layout.num_joints)
    least = np.inf
    if _AS_IT_IS in others:
        others.remove(_AS_IT_IS)
        least = _score(array, layout) if others else 0.0
    if least <= _CLEARLY:  # no score lies below 1
        return None
    scores = {order: _score(np.transpose(array, order), layout) for order in others}
    best = min(scores, key=lambda order: scores[order], default=_AS_IT_IS)
    if not scores.get(best, np.inf) * _CLEARLY < least:
        return None
    return "".join(NAMES[best.index(axis)] for axis in range(4))


def _readings(shape: tuple[int, ...], joints: int) -> list[tuple[int, ...]]:
    """Return the orders that make (M, T, V, C) of the axes."""
    if len(shape) != len(NAMES):
        return []
    return [
        order
        for order in permutations(range(4))
        if shape[order[2]] == joints and shape[order[3]] in (2, 3) and shape[order[1]] > 1
    ]


def _score(joints: NDArray[Any], layout: SkeletonLayout) -> float:
    """Return how ill the layout fits an array read as (M, T, V, C), infinite without a body."""
    persons, frames = joints.shape[:2]
    if persons > MAX_PERSONS and persons > frames:
        return float("inf")
    if persons >= _MANY and _step(joints.swapaxes(0, 1)) < SMOOTH:
        return float("inf")
    if not _step(joints) < SMOOTH:
        return float("inf")
    fit = layout_fit(sample_bodies([joints]), layout)
    return fit.score if fit.verdict == "right" else float("inf")


def _step(joints: NDArray[Any]) -> float:
    """Return the median step along the second axis, in sizes of the body; infinite without one."""
    seen = joints[:, :_LOOK].astype(np.float64)  # the squares of some float32 are beyond it
    seen[~np.isfinite(seen)] = np.nan
    there = (np.nan_to_num(seen) != 0).any(axis=(2, 3)) & np.isfinite(seen).all(axis=(2, 3))
    both = there[:, 1:] & there[:, :-1]
    if not both.any():
        return float("inf")
    steps = np.linalg.norm((seen[:, 1:] - seen[:, :-1])[both], axis=-1).mean(axis=-1)
    size = np.linalg.norm(seen[there].max(axis=1) - seen[there].min(axis=1), axis=-1)
    return float(np.median(steps) / max(float(np.median(size)), 1e-30))
