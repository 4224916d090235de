"""The order of an array's axes: persons, frames, joints, coordinates, or another."""

from collections.abc import Iterator
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike

from skelshot.skeletons.bone_tree import sample_bodies
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layout_guess import layout_fit
from skelshot.skeletons.sequence import FloatArray

NAMES = ("M", "T", "V", "C")
"""Persons, frames, joints, coordinates: the order in which Skelshot reads them."""

SMOOTH = 0.2
"""The most that a body moves from one frame to the next, in sizes of the body (median).

People jump by less than 0.1 at 10 Hz and more; two persons are about one apart."""

MAX_PERSONS = 12
"""Above this many persons, and more persons than frames, the axes are exchanged."""

_READ = "MTVC"
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
    scores: dict[str, float] = {}
    for order in _readings(array.shape, layout.num_joints):
        name = "".join(NAMES[order.index(axis)] for axis in range(4))
        scores[name] = _score(np.transpose(array, order).astype(np.float32), layout)
    best = min(scores, key=lambda name: scores[name], default=_READ)
    if scores.get(best, np.inf) * _CLEARLY < scores.get(_READ, np.inf):
        return best
    return None


def _readings(shape: tuple[int, ...], joints: int) -> Iterator[tuple[int, ...]]:
    """Give the orders that make (M, T, V, C) of the axes, the one that changes nothing first."""
    if len(shape) != len(NAMES):
        return
    for order in permutations(range(4)):
        _, frames, middle, channels = (shape[axis] for axis in order)
        if middle == joints and channels in (2, 3) and frames > 1:
            yield order


def _score(joints: FloatArray, layout: SkeletonLayout) -> float:
    """Return how ill the layout fits an array read as (M, T, V, C), infinite without a body."""
    persons, frames = joints.shape[:2]
    if persons > MAX_PERSONS and persons > frames:
        return float("inf")
    if persons >= _MANY and _step(joints.swapaxes(0, 1)) < SMOOTH:
        return float("inf")
    fit = layout_fit(sample_bodies([joints]), layout)
    return fit.score if fit.verdict == "right" and _step(joints) < SMOOTH else float("inf")


def _step(joints: FloatArray) -> float:
    """Return the median step along the second axis, in sizes of the body; infinite without one."""
    seen = joints[:, :_LOOK]
    there = (np.nan_to_num(seen) != 0).any(axis=(2, 3)) & np.isfinite(seen).all(axis=(2, 3))
    both = there[:, 1:] & there[:, :-1]
    if not both.any():
        return float("inf")
    steps = np.linalg.norm(np.diff(seen, axis=1)[both], axis=-1).mean(axis=-1)
    size = np.linalg.norm(seen[there].max(axis=1) - seen[there].min(axis=1), axis=-1)
    return float(np.median(steps) / max(float(np.median(size)), 1e-30))
