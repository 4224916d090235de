"""Bones against the body: their length over the shortest tree, and left against right."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.sequence import BoolArray, FloatArray

MAX_CLIPS = 32
"""How many clips are looked at, spread over all there are."""

MAX_BODIES = 8
"""How many bodies (one person in one frame) of each clip are looked at."""


def sample_bodies(clips: Sequence[FloatArray]) -> NDArray[np.float64]:
    """Take bodies from clips, evenly over clips and frames.

    Args:
        clips: Arrays of joints (M, T, V, C); gaps NaN, absent persons 0. Those with another V or
            C than the first are passed over.

    Returns:
        Bodies (F, V, C) in which at least half of the joints are seen; unseen joints are NaN.

    Example:
        >>> sample_bodies([np.ones((1, 100, 17, 3), np.float32)] * 3).shape
        (24, 17, 3)
    """
    chosen = [clips[place] for place in spread(len(clips), MAX_CLIPS)]
    if not chosen:
        return np.zeros((0, 0, 0))
    alike = [clip for clip in chosen if clip.shape[2:] == chosen[0].shape[2:]]
    return np.concatenate([_bodies_of(clip) for clip in alike])


def tree_ratios(bodies: NDArray[np.floating], layout: SkeletonLayout) -> NDArray[np.float64]:
    """Return the length of the bones over the length of the minimum spanning tree, per body.

    Bones join neighbouring joints of a body, and so does the shortest tree that joins them all:
    the ratio is near 1 for the right order of joints and 2 or more for others.

    Args:
        bodies: Joints (F, V, C); unseen ones NaN, whose bones run on to the next seen parent.
        layout: The layout to try.

    Returns:
        Ratios (F,), at least 1; NaN where fewer than three joints are seen or all are one point.

    Example:
        >>> from skelshot.skeletons.layouts import OPENNI_15
        >>> chain = np.arange(15.0)[None, :, None] * np.ones(3)  # joints in a row
        >>> tree_ratios(chain, OPENNI_15).round(2).tolist()
        [2.43]
    """
    seen: BoolArray = np.asarray(np.isfinite(bodies).all(axis=-1))
    points = np.where(seen[..., None], bodies, 0)
    shortest = _spanning_lengths(points, seen)
    bones = _bone_lengths(points, seen, layout)
    useful = (seen.sum(axis=1) > 2) & (shortest > 0)
    return np.where(useful, bones / np.where(useful, shortest, 1), np.nan)


def asymmetry(bodies: NDArray[np.floating], layout: SkeletonLayout) -> float:
    """Return how much the bones of the left and the right side differ in length.

    Args:
        bodies: Joints (F, V, C); unseen ones NaN.
        layout: Names bones and pairs.

    Returns:
        The mean over pairs of bones of |log(left / right)|, of the median lengths over bodies:
        0 for equal sides, and for a layout without pairs; 0.7 when one side is twice as long.

    Example:
        >>> from skelshot.skeletons.layouts import OPENNI_15
        >>> chain = np.arange(15.0)[None, :, None] * np.ones(3)  # joints in a row
        >>> round(asymmetry(chain, OPENNI_15), 2)
        0.2
    """
    steps = lengths(bodies - bodies[:, list(layout.parents)])
    long = np.nan_to_num(median_over_bodies(steps))
    floor = 0.02 * long.max(initial=0)  # so that the pairs of a face's tiny bones say little
    one = np.array(_paired_bones(layout), np.intp)
    other = np.array(layout.mirror)[one]
    measured = np.minimum(long[one], long[other]) > 0  # 0: nobody measured it
    if not measured.any():
        return 0.0
    differences = np.log((long[one] + floor) / (long[other] + floor))
    return float(np.abs(differences[measured]).mean())


def median_over_bodies(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the median over the first axis, NaN left out.

    Args:
        values: Numbers (F, ...).

    Returns:
        Medians (...), NaN where there is no number.

    Example:
        >>> median_over_bodies(np.array([[1.0, 5.0], [3.0, np.nan], [4.0, 7.0]])).tolist()
        [3.0, 6.0]
    """
    ordered = np.sort(values, axis=0)  # NaN last; nanmedian takes ten times as long
    total = len(ordered)
    if total and np.isfinite(ordered[-1]).all():
        return np.asarray((ordered[(total - 1) // 2] + ordered[total // 2]) / 2)
    count = np.isfinite(ordered).sum(axis=0)
    if not count.any():
        return np.full(count.shape, np.nan)
    low, high = (
        np.take_along_axis(ordered, place[None], axis=0)[0]
        for place in (np.maximum(count - 1, 0) // 2, np.minimum(count // 2, total - 1))
    )
    return np.where(count > 0, (low + high) / 2, np.nan)


def lengths(steps: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the lengths of vectors.

    Args:
        steps: Vectors (..., C).

    Returns:
        Lengths (...).

    Example:
        >>> lengths(np.array([[3.0, 4.0]])).tolist()
        [5.0]
    """
    squares = np.einsum("...c,...c->...", steps, steps)  # several times faster than norm
    return np.sqrt(np.asarray(squares, np.float64))


def spread(total: int, most: int) -> NDArray[np.intp]:
    """Choose places evenly, the first and the last among them.

    Args:
        total: How many places there are.
        most: How many to choose at most.

    Returns:
        Rising indices.

    Example:
        >>> spread(9, 3).tolist(), spread(2, 3).tolist()
        ([0, 4, 8], [0, 1])
    """
    return np.linspace(0, total - 1, min(total, most)).round().astype(np.intp)


def _bodies_of(clip: FloatArray) -> NDArray[np.float64]:
    """Return at most `MAX_BODIES` bodies of one clip."""
    persons, frames, joints, channels = clip.shape
    flat = clip.reshape(persons * frames, joints, channels)
    # look at four times as many as wanted: some are absent or hardly seen
    flat = flat[spread(len(flat), 4 * MAX_BODIES * persons)].astype(np.float64)
    seen: BoolArray = np.asarray(np.isfinite(flat).all(axis=-1))
    flat[~seen] = np.nan
    there = (2 * seen.sum(axis=1) >= joints) & ((flat != 0) & seen[..., None]).any(axis=(1, 2))
    taken: NDArray[np.float64] = flat[there][spread(int(there.sum()), MAX_BODIES)]
    return taken


@lru_cache(maxsize=64)
def _paired_bones(layout: SkeletonLayout) -> tuple[int, ...]:
    """Return the joints whose bones have a mirror image, one of each pair."""
    mirror, parents = layout.mirror, layout.parents
    return tuple(
        joint
        for joint in range(layout.num_joints)
        if mirror[joint] > joint and parents[mirror[joint]] == mirror[parents[joint]]
    )


def _bone_lengths(
    points: NDArray[np.float64], seen: BoolArray, layout: SkeletonLayout
) -> NDArray[np.float64]:
    """Return the summed length of the bones (F,); each seen joint hangs on its next seen parent."""
    if seen.all():
        steps = lengths(points - points[:, list(layout.parents)])
        return np.asarray(steps.sum(axis=1), np.float64)
    rows = np.arange(len(points))
    first = seen[:, list(layout.outward)].argmax(axis=1)
    anchor = np.empty(seen.shape, np.intp)  # the joint itself where seen, else what it hangs on
    anchor[:, layout.root] = np.array(layout.outward)[first]
    for joint in layout.outward:
        above = anchor[:, layout.parents[joint]]
        anchor[:, joint] = np.where(seen[:, joint], joint, above)
    hung = anchor[:, list(layout.parents)]  # the root's own entry serves as its parent
    steps = np.where(seen, lengths(points - points[rows[:, None], hung]), 0)
    return np.asarray(steps.sum(axis=1), np.float64)


def _spanning_lengths(points: NDArray[np.float64], seen: BoolArray) -> NDArray[np.float64]:
    """Return the length of the shortest tree over the seen joints (F,), by Prim's algorithm."""
    bodies, joints = seen.shape
    distances = lengths(points[:, :, None] - points[:, None])
    distances = np.where(seen[:, None] & seen[..., None], distances, np.inf).reshape(-1, joints)
    nearest, reached = np.full(bodies * joints, np.inf), np.zeros(bodies * joints)
    outside = np.empty((bodies, joints))
    steps = np.zeros((joints, bodies))
    first = joints * np.arange(bodies)
    newest = first + seen.argmax(axis=1)
    for step in steps[1:]:
        reached[newest] = np.inf
        np.minimum(nearest, distances[newest].ravel(), out=nearest)
        np.add(nearest, reached, out=outside.reshape(-1))
        newest = first + outside.argmin(axis=1)
        step[:] = outside.reshape(-1)[newest]
    return np.asarray(np.where(np.isfinite(steps), steps, 0).sum(axis=0), np.float64)
