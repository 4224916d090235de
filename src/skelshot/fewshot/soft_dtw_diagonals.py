"""Soft-DTW on any device: one anti-diagonal of all pairs at a time, in plain torch."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

OUTSIDE = 1e20
"""The accumulated cost outside the matrix; finite, since infinite minus infinite is no number."""


class DiagonalAccumulation(NamedTuple):
    """The results of the forward recursion.

    Attributes:
        values: One a pair, `(B,)`.
        shares: Of each cell, how its softmin is shared among the cells before it (diagonal, above,
            left; they sum to 1), by anti-diagonals, `(3, N + M - 1, B, N)`; None when not asked
            for.
    """

    values: Tensor
    shares: Tensor | None


def accumulate(
    cost: Tensor, lengths: Tensor, gamma: float, keep_shares: bool
) -> DiagonalAccumulation:
    """Run the recursion of Soft-DTW (Cuturi and Blondel 2017, algorithm 1).

    Cells of one anti-diagonal do not need each other, so each of the N + M - 1 is one step.

    Args:
        cost: `(B, N, M)`, finite.
        lengths: Rows and columns that count, `(B, 2)`.
        gamma: Smoothing, above 0.
        keep_shares: Whether the gradient will be wanted.

    Returns:
        The values and the shares, in the numbers of `cost`.
    """
    pairs, rows, columns = cost.shape
    skewed = to_diagonals(cost)
    # Row r of an anti-diagonal is at r + 1; two anti-diagonals lie before the first.
    reached = cost.new_full((rows + columns + 1, pairs, rows + 1), OUTSIDE)
    reached[0, :, 0] = 0.0
    for number in range(rows + columns - 1):
        last, before = reached[number + 1], reached[number]
        previous = torch.stack((before[:, :-1], last[:, :-1], last[:, 1:]))
        softmin = torch.logsumexp(previous.div_(-gamma), dim=0).mul_(-gamma)
        torch.add(skewed[number], softmin, out=reached[number + 2, :, 1:])
    ends = lengths.sum(dim=1), torch.arange(pairs, device=cost.device), lengths[:, 0]
    values = reached[ends]
    if not keep_shares:
        return DiagonalAccumulation(values, None)
    before, last = reached[:-2], reached[1:-1]
    previous = torch.stack((before[..., :-1], last[..., :-1], last[..., 1:]))
    return DiagonalAccumulation(values, torch.softmax(previous.div_(-gamma), dim=0))


def spread(shares: Tensor, lengths: Tensor, upstream: Tensor, columns: int) -> Tensor:
    """Run the recursion backwards: the gradient with respect to the cost.

    Args:
        shares: From `accumulate`.
        lengths: Rows and columns that count, `(B, 2)`.
        upstream: Gradient with respect to the values, `(B,)`.
        columns: M.

    Returns:
        `(B, N, M)`.
    """
    _, diagonals, pairs, rows = shares.shape
    flow = shares.new_zeros(diagonals, pairs, rows)
    ends = lengths.sum(dim=1) - 2, torch.arange(pairs, device=flow.device), lengths[:, 0] - 1
    flow[ends] = upstream
    for number in range(diagonals - 1, 0, -1):
        diagonal, above, left = flow[number] * shares[:, number]
        flow[number - 1] += left
        flow[number - 1, :, :-1] += above[:, 1:]
        flow[number - 2, :, :-1] += diagonal[:, 1:]  # from number 1, only zeros go to the last
    return _from_diagonals(flow, columns)


def to_diagonals(cost: Tensor) -> Tensor:
    """Lay (B, N, M) out by anti-diagonals: (N + M - 1, B, N), `OUTSIDE` where there is no cell."""
    pairs, rows, columns = cost.shape
    # A row that is as long as all anti-diagonals together, and one: read at one less, row r
    # stands r places to the right.
    length = rows + columns
    padded = pad(cost, (0, rows), value=OUTSIDE).flatten(1)
    sheared = padded[:, : rows * (length - 1)].view(pairs, rows, length - 1)
    return sheared.permute(2, 0, 1).contiguous()


def _from_diagonals(values: Tensor, columns: int) -> Tensor:
    """Turn `to_diagonals` round."""
    diagonals, pairs, rows = values.shape
    flat = values.permute(1, 2, 0).reshape(pairs, rows * diagonals)
    return pad(flat, (0, rows)).view(pairs, rows, diagonals + 1)[:, :, :columns].contiguous()
