"""Places: where joints are drawn, and the window that holds them."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skelshot.skeletons.sequence import SkeletonSequence

Places = NDArray[np.float64]

_FARTHEST = 1e9
"""A coordinate beyond this, in any unit, is none."""
_OUTLIER = 30.0
"""A joint so many times farther from the median than joints usually are does not set the scale."""


def drawn_places(sequence: SkeletonSequence, frames: ArrayLike) -> Places:
    """Return where joints are drawn.

    Args:
        sequence: The clip.
        frames: Which of its frames, (n,).

    Returns:
        The first two coordinates, (M, n, V, 2); NaN, which nothing draws, where a person is absent
        or a joint is not finite or beyond any unit.
    """
    chosen = np.asarray(frames, int)
    places = sequence.joints[:, chosen, :, :2].astype(np.float64)
    there = sequence.present[:, chosen, None] & (np.abs(places) < _FARTHEST).all(axis=-1)
    places[~there] = np.nan
    return places


def window(places: Places, slim: float = 1.0) -> tuple[Places, Places]:
    """Return the rectangle that holds joints, but for those that lie wildly apart.

    Args:
        places: Joints, (..., 2); NaN ones are passed over.
        slim: The shorter side as a share of the longer at least; 1 for a square.

    Returns:
        Its centre (2,), and its width and height (2,), with some room.

    Example:
        >>> centre, sides = window(np.array([[0.0, 0.0], [2.0, 1.0]]))
        >>> centre.tolist(), sides.round(2).tolist()
        ([1.0, 0.5], [2.3, 2.3])
    """
    points = places.reshape(-1, 2)
    points = points[~np.isnan(points).any(axis=1)]
    if not len(points):
        return np.zeros(2), np.ones(2)
    away = np.abs(points - np.median(points, axis=0)).max(axis=1)
    near = points[away <= _OUTLIER * np.median(away)]
    low, high = near.min(axis=0), near.max(axis=0)
    sides = 1.15 * np.maximum(high - low, slim * (high - low).max())
    return (low + high) / 2, np.where(sides > 0, sides, 1.0)
