"""Soft-DTW on the processor: many pairs side by side, in loops that become vector code."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skelshot.fewshot.parallel import on_each_core
from skelshot.ground.compiled import compiled

Floats = NDArray[np.floating]
Integers = NDArray[np.int64]

LANES = 16
"""Pairs that go through the recursion side by side; fewer leave the vector units idle."""

SMALL = 200_000
"""Cells below which starting a second thread costs more than it saves."""


class CompiledAccumulation(NamedTuple):
    """The results of the forward recursion.

    Attributes:
        values: One a pair, `(B,)`, float64.
        shares: Of each cell, how its softmin is shared among the cells before it (diagonal, above,
            left; they sum to 1), `(blocks, N, M, 3, lanes)`; None when not asked for.
    """

    values: NDArray[np.float64]
    shares: Floats | None


def accumulate(
    cost: Floats, lengths: Integers, gamma: float, keep_shares: bool
) -> CompiledAccumulation:
    """Run the recursion of Soft-DTW (Cuturi and Blondel 2017, algorithm 1), in float64.

    Args:
        cost: `(B, N, M)`, float32 or float64, contiguous and finite.
        lengths: Rows and columns that count, `(B, 2)`.
        gamma: Smoothing, above 0.
        keep_shares: Whether the gradient will be wanted.

    Returns:
        The values, and the shares in the numbers of `cost`.
    """
    pairs, rows, columns = cost.shape
    lanes = min(LANES, pairs)
    blocks = -(-pairs // lanes)
    cells = (rows, columns) if keep_shares else (1, 1)
    shares = np.empty((blocks, *cells, 3, lanes), cost.dtype)
    values = np.empty(pairs)

    def job(piece: slice) -> None:
        _forward(cost, lengths, gamma, shares, keep_shares, values, piece.start, piece.stop)

    on_each_core(job, _pieces(blocks, cost.size))
    return CompiledAccumulation(values, shares if keep_shares else None)


def spread(
    shares: Floats, lengths: Integers, upstream: NDArray[np.float64], gradient: Floats
) -> None:
    """Run the recursion backwards: the gradient with respect to the cost.

    The gradient of a cell is the expected number of times that the alignment passes it, times
    what comes from upstream (Cuturi and Blondel 2017, algorithm 2, with the shares in place of
    differences of accumulated costs, which lose digits).

    Args:
        shares: From `accumulate`.
        lengths: Rows and columns that count, `(B, 2)`.
        upstream: Gradient with respect to the values, `(B,)`.
        gradient: Filled, `(B, N, M)`.
    """
    blocks = len(shares)

    def job(piece: slice) -> None:
        _backward(shares, lengths, upstream, gradient, piece.start, piece.stop)

    on_each_core(job, _pieces(blocks, gradient.size))


def _pieces(blocks: int, cells: int) -> Sequence[slice]:
    """Cut the blocks in up to eight parts; small work stays whole."""
    step = blocks if cells < SMALL else -(-blocks // 8)
    return [slice(start, min(start + step, blocks)) for start in range(0, blocks, step)]


@compiled
def _forward(
    cost: Floats,
    lengths: Integers,
    gamma: float,
    shares: Floats,
    keep_shares: bool,
    values: NDArray[np.float64],
    start: int,
    stop: int,
) -> None:
    """Fill values and shares of the blocks `start` to `stop`."""
    pairs, rows, columns = cost.shape
    lanes = shares.shape[-1]
    above = np.empty((columns + 1, lanes))
    here = np.empty((columns + 1, lanes))
    costs = np.zeros((columns, lanes))
    for block in range(start, stop):
        first = block * lanes
        count = min(lanes, pairs - first)
        above[:] = 1e20  # outside the matrix; finite, since infinite minus infinite is no number
        above[0] = 0.0
        for row in range(rows):
            for lane in range(count):
                for column in range(columns):
                    costs[column, lane] = cost[first + lane, row, column]
            here[0] = 1e20
            for column in range(columns):
                share = shares[block, row * keep_shares, column * keep_shares]
                _step(
                    above[column],
                    above[column + 1],
                    here[column],
                    costs[column],
                    gamma,
                    here[column + 1],
                    share[0],
                    share[1],
                    share[2],
                )
            for lane in range(count):
                if lengths[first + lane, 0] == row + 1:
                    values[first + lane] = here[lengths[first + lane, 1], lane]
            above, here = here, above


@compiled
def _step(
    diagonal: Floats,
    above: Floats,
    left: Floats,
    cost: Floats,
    gamma: float,
    result: Floats,
    share_diagonal: Floats,
    share_above: Floats,
    share_left: Floats,
) -> None:
    """One cell in every lane: its cost, plus the softmin of the three cells before it."""
    scale = 1.0 / gamma
    for lane in range(len(result)):
        a, b, c = diagonal[lane], above[lane], left[lane]
        least = min(a, b, c)
        a = _exp((least - a) * scale)
        b = _exp((least - b) * scale)
        c = _exp((least - c) * scale)
        total = a + b + c
        result[lane] = cost[lane] + least - gamma * _log(total)
        # np.divide, since `/` checks for zero and so keeps the loop from becoming vector code.
        part = np.divide(1.0, total)
        share_diagonal[lane] = a * part
        share_above[lane] = b * part
        share_left[lane] = c * part


@compiled
def _exp(x: float) -> float:
    """The exponential of x <= 0, to 1e-14; 0 below -40, where 1 + exp(x) is 1.

    Its Taylor series at x / 128, then seven squarings: arithmetic alone, which becomes vector
    code, as a call into the C library would not.
    """
    y = max(x, -40.0) * 0.0078125
    series = 1 / 362880 + y * (1 / 3628800)
    series = 1 / 40320 + y * series
    series = 1 / 5040 + y * series
    series = 1 / 720 + y * series
    series = 1 / 120 + y * series
    series = 1 / 24 + y * series
    series = 1 / 6 + y * series
    series = 0.5 + y * series
    series = 1.0 + y * series
    power = 1.0 + y * series
    power *= power
    power *= power
    power *= power
    power *= power
    power *= power
    power *= power
    power *= power
    return power if x > -40.0 else 0.0


@compiled
def _log(x: float) -> float:
    """The logarithm of 1 <= x <= 3, to 1e-15.

    With r the square root of 3: log x = log r + 2 artanh z, z = (x - r) / (x + r), |z| < 0.27.
    """
    z: float = np.divide(x - 1.7320508075688772, x + 1.7320508075688772)
    q = z * z
    series = 1 / 23 + q * (1 / 25)
    series = 1 / 21 + q * series
    series = 1 / 19 + q * series
    series = 1 / 17 + q * series
    series = 1 / 15 + q * series
    series = 1 / 13 + q * series
    series = 1 / 11 + q * series
    series = 1 / 9 + q * series
    series = 1 / 7 + q * series
    series = 1 / 5 + q * series
    series = 1 / 3 + q * series
    return 0.5493061443340549 + 2.0 * z * (1.0 + q * series)


@compiled
def _backward(
    shares: Floats,
    lengths: Integers,
    upstream: NDArray[np.float64],
    gradient: Floats,
    start: int,
    stop: int,
) -> None:
    """Fill the gradient of the blocks `start` to `stop`."""
    pairs, rows, columns = gradient.shape
    lanes = shares.shape[-1]
    above = np.empty((columns + 1, lanes))
    here = np.empty((columns + 1, lanes))
    for block in range(start, stop):
        first = block * lanes
        count = min(lanes, pairs - first)
        here[:] = 0.0
        for row in range(rows - 1, -1, -1):
            above[:] = 0.0
            for lane in range(count):
                if lengths[first + lane, 0] == row + 1:
                    here[lengths[first + lane, 1], lane] += upstream[first + lane]
            for column in range(columns - 1, -1, -1):
                share = shares[block, row, column]
                _hand_on(
                    here[column + 1],
                    share[0],
                    share[1],
                    share[2],
                    above[column],
                    above[column + 1],
                    here[column],
                )
            for lane in range(count):
                for column in range(columns):
                    gradient[first + lane, row, column] = here[column + 1, lane]
            above, here = here, above


@compiled
def _hand_on(
    flow: Floats,
    share_diagonal: Floats,
    share_above: Floats,
    share_left: Floats,
    diagonal: Floats,
    above: Floats,
    left: Floats,
) -> None:
    """One cell in every lane: add its gradient, by shares, to the three cells before it."""
    for lane in range(len(flow)):
        passed = flow[lane]
        diagonal[lane] += passed * share_diagonal[lane]
        above[lane] += passed * share_above[lane]
        left[lane] += passed * share_left[lane]
