"""Exact search: the nearest of up to hundreds of thousands of features, by the cosine."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

MOST_SCORES = 4 << 20
"""Scores that are held at once: 16 MiB, however many queries and features there are."""


@dataclass(frozen=True)
class Hits:
    """The nearest features of each query.

    Args:
        places: Their places among the features, (q, k), the nearest first.
        scores: The cosine of each, (q, k), falling.
    """

    places: IntArray
    scores: FloatArray


class Search(Protocol):
    """A search over features that were given once."""

    def nearest(self, queries: FloatArray, k: int) -> Hits:
        """Find the nearest features of each query.

        Args:
            queries: Vectors (q, D) of any length.
            k: How many of each; all where there are fewer.

        Returns:
            The hits.
        """


class ExactSearch:
    """The nearest by one matrix product in float32 over features of unit length.

    Args:
        features: Vectors (n, D) of any length but 0.

    Raises:
        SkelshotError: They are no finite vectors, or one is 0.

    Example:
        >>> search = ExactSearch(np.array([[1, 0], [0, 2], [1, 1]], np.float32))
        >>> search.nearest(np.array([[0, 1]], np.float32), k=2).places.tolist()
        [[1, 2]]
    """

    def __init__(self, features: FloatArray) -> None:
        self._features = unit_vectors(features, "features")

    def nearest(self, queries: FloatArray, k: int) -> Hits:
        """Find the nearest features of each query.

        Args:
            queries: Vectors (q, D) of any length but 0.
            k: How many of each, at least 1; all where there are fewer.

        Returns:
            The hits; of equal ones those that stand first.

        Raises:
            SkelshotError: They are no finite vectors of D numbers, one is 0, or k is below 1.
        """
        unit = checked_queries(queries, self._features.shape[1], k)
        k = min(k, len(self._features))
        rows = max(1, MOST_SCORES // max(1, len(self._features)))
        parts = [
            _nearest(unit[start : start + rows], self._features, k)
            for start in range(0, max(1, len(unit)), rows)
        ]
        return Hits(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def unit_vectors(vectors: FloatArray, what: str) -> FloatArray:
    """Return vectors at unit length.

    Args:
        vectors: (n, D).
        what: What they are, for messages.

    Returns:
        float32 (n, D), contiguous.

    Raises:
        SkelshotError: They are no finite vectors, or one is 0.

    Example:
        >>> unit_vectors(np.array([[3.0, 4.0]], np.float32), "features").tolist()
        [[0.600..., 0.800...]]
    """
    if vectors.ndim != 2:
        raise SkelshotError(f"{what}: found shape {vectors.shape}, expected (n, D)")
    largest = np.abs(vectors).max(axis=1, initial=0.0, keepdims=True)
    if not np.isfinite(largest).all() or not largest.all():
        raise SkelshotError(f"{what}: found one that is 0 or not finite; look at its clip")
    scaled = (vectors / largest).astype(np.float32)  # squares neither overflow nor vanish
    scaled /= np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.ascontiguousarray(scaled)


def checked_queries(queries: FloatArray, size: int, k: int) -> FloatArray:
    """Return queries at unit length.

    Args:
        queries: (q, D).
        size: D of the features.
        k: How many of each are asked for.

    Returns:
        float32 (q, D).

    Raises:
        SkelshotError: They are no finite vectors of D numbers, one is 0, or k is below 1.
    """
    unit = unit_vectors(queries, "queries")
    if unit.shape[1] != size:
        raise SkelshotError(f"queries: found {unit.shape[1]} numbers, expected {size} each")
    if k < 1:
        raise SkelshotError(f"k: found {k}, expected 1 or more")
    return unit


def _nearest(queries: FloatArray, features: FloatArray, k: int) -> tuple[IntArray, FloatArray]:
    """Find the hits of some queries: places and scores, (q, k) each."""
    scores = queries @ features.T
    places = np.empty((len(queries), k), np.int64)
    for row, found in enumerate(scores):
        least = np.partition(found, len(found) - k)[len(found) - k] if k else np.inf
        near = np.flatnonzero(found >= least)
        places[row] = near[np.argsort(-found[near], kind="stable")[:k]]
    return places, np.take_along_axis(scores, places, axis=1)
