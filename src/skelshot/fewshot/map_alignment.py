"""Soft-DTW distances between the feature maps of queries and of anchors, many at once."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from skelshot.fewshot.soft_dtw import soft_dtw

FrameCost = Callable[[Tensor, Tensor], Tensor]
"""From `(..., n, F)` and `(..., m, F)` to the costs `(..., n, m)`."""

CHUNK = 1 << 20
"""Most numbers that one chunk of queries may allocate: 4 MB of float32."""


def joint_frames(maps: Tensor) -> Tensor:
    """Put time in front and channels last.

    Args:
        maps: `(..., D, T', V)`.

    Returns:
        `(..., T', V, D)`.
    """
    return maps.movedim(-3, -1)


def alignment_distances(
    queries: Tensor,
    anchors: Tensor,
    cost: FrameCost,
    gamma: float,
    divergence: bool,
    lengths: tuple[Tensor, Tensor] | None = None,
) -> Tensor:
    """Return the soft-DTW distance of every query from every anchor.

    A frame is one long vector of its V joints with D channels each. All frames of a chunk of
    queries meet all frames of the anchors in one matrix product; no pair of maps is copied.

    Args:
        queries: Maps `(B, Q, D, T', V)`.
        anchors: Maps `(B, A, D, T', V)`.
        cost: Cost of matching two frames; F = V * D.
        gamma: Smoothing, in units of the cost.
        divergence: Subtract half of each map's distance from itself (see `soft_dtw_divergence`).
        lengths: How many frames count, from the first, of queries `(B, Q)` and anchors `(B, A)`;
            all when None.

    Returns:
        `(B, Q, A)`.

    Raises:
        SkelshotError: Gamma out of range, or costs that are not finite.
    """
    B, Q, _, T, _ = queries.shape
    A = anchors.shape[1]
    frames = joint_frames(anchors).flatten(-2)
    flat = frames.flatten(1, 2)
    of_queries, of_anchors = (None, None) if lengths is None else lengths
    own_anchors = _own(frames, cost, gamma, of_anchors)[:, None] if divergence else 0.0
    parts = []
    for part in query_chunks(Q, B * max(A * T * T, queries[0, 0].numel())):
        chunk = joint_frames(queries[:, part]).flatten(-2)
        costs = cost(chunk.flatten(1, 2), flat).view(B, -1, T, A, T)
        pairs = costs.transpose(2, 3).reshape(-1, T, T)
        counted = None if of_queries is None else of_queries[:, part]
        distances = soft_dtw(pairs, gamma, _of_pairs(counted, of_anchors)).view(B, -1, A)
        if divergence:
            own = _own(chunk, cost, gamma, counted)
            distances = distances - (own[:, :, None] + own_anchors) / 2
        parts.append(distances)
    return torch.cat(parts, dim=1)


def query_chunks(queries: int, numbers: int) -> Iterator[slice]:
    """Cut queries so that a chunk needs no more than `CHUNK` numbers, or is one query.

    Args:
        queries: Q.
        numbers: Numbers that one query of all tasks allocates.

    Yields:
        Slices of the queries, in order.

    Example:
        >>> list(query_chunks(5, CHUNK // 2))
        [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    step = max(1, CHUNK // numbers)
    for start in range(0, queries, step):
        yield slice(start, min(start + step, queries))


def _of_pairs(queries: Tensor | None, anchors: Tensor | None) -> Tensor | None:
    """Pair the lengths (B, q) of queries with those (B, A) of anchors: (B q A, 2)."""
    if queries is None or anchors is None:
        return None
    of_queries = queries[:, :, None].expand(-1, -1, anchors.shape[1])
    return torch.stack((of_queries, anchors[:, None].expand_as(of_queries)), -1).flatten(0, 2)


def _own(frames: Tensor, cost: FrameCost, gamma: float, lengths: Tensor | None) -> Tensor:
    """Soft-DTW of each sequence (B, n, T', F) with itself: (B, n)."""
    counted = None if lengths is None else lengths.flatten()[:, None].expand(-1, 2)
    return soft_dtw(cost(frames, frames).flatten(0, 1), gamma, counted).view(frames.shape[:2])
