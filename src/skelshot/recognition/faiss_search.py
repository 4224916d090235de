"""Approximate search by faiss, for more features than an exact search is quick enough for."""

from typing import Any

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.recognition.search import FloatArray, Hits, checked_queries, unit_vectors

_TRAINED_ON = 64
"""Features per cell that the cells are found from."""

_LOOKED_AT = 0.08
"""Share of the cells that a query is compared with."""


class FaissSearch:
    """The nearest among the cells around a query; few percent of the nearest are missed.

    Worth it above 100,000 features; needs the `faiss` extra, which is imported here alone.

    Args:
        features: Vectors (n, D) of any length but 0.
        seed: Of the cells.

    Raises:
        SkelshotError: faiss is not installed, or the features are no finite vectors, or one is 0.
    """

    def __init__(self, features: FloatArray, seed: int = 0) -> None:
        faiss = _faiss()
        unit = unit_vectors(features, "features")
        if not len(unit):
            raise SkelshotError("features: found none, expected one at least")
        count, size = unit.shape
        cells = min(count, int(4 * count**0.5))
        self._size, self._count = size, count
        self._cells = faiss.IndexFlatIP(size)
        self._index: Any = faiss.IndexIVFFlat(self._cells, size, cells, faiss.METRIC_INNER_PRODUCT)
        self._index.cp.seed = seed
        self._index.cp.min_points_per_centroid = 1
        self._index.cp.max_points_per_centroid = _TRAINED_ON
        self._index.train(unit)
        self._index.add(unit)
        self._index.nprobe = max(8, int(_LOOKED_AT * cells))

    def nearest(self, queries: FloatArray, k: int) -> Hits:
        """Find the nearest features of each query, all but a few percent of them.

        Args:
            queries: Vectors (q, D) of any length but 0.
            k: How many of each, at least 1; all where there are fewer.

        Returns:
            The hits; the place is -1 where the cells around the query held fewer.

        Raises:
            SkelshotError: They are no finite vectors of D numbers, one is 0, or k is below 1.
        """
        unit = checked_queries(queries, self._size, k)
        scores, places = self._index.search(unit, min(k, self._count))
        return Hits(np.asarray(places, np.int64), np.asarray(scores, np.float32))


def _faiss() -> Any:
    try:
        import faiss  # noqa: PLC0415 - absent without the `faiss` extra
    except ImportError as error:
        raise SkelshotError(
            'search: faiss is not installed; pip install "skelshot[faiss]", or search exactly'
        ) from error
    return faiss
