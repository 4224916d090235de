"""Soft-DTW: how well two sequences align in time, as a smooth function of their frames.

M. Cuturi and M. Blondel, "Soft-DTW: a Differentiable Loss Function for Time-Series", ICML 2017.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn.functional import normalize

from skelshot.fewshot import soft_dtw_compiled, soft_dtw_diagonals
from skelshot.ground import SkelshotError

LARGEST = 1e12
"""Costs beyond it would come near the 1e20 that stands for 'outside the matrix'."""


def soft_dtw(cost: Tensor, gamma: float = 1.0, lengths: Tensor | None = None) -> Tensor:
    """Return the soft minimum of the summed cost over all alignments of two sequences.

    R(i, j) = cost(i, j) + softmin(R(i-1, j-1), R(i-1, j), R(i, j-1)), where
    softmin(a, ...) = -gamma log(exp(-a / gamma) + ...); the result is R(N, M). It may be negative.
    The gradient is exact and can be taken once: second derivatives are refused.

    On the CPU a compiled loop takes many pairs side by side, in float64 inside; on other devices
    it goes by anti-diagonals, in the numbers of `cost`.

    Args:
        cost: Cost of matching row i with column j, for B pairs of sequences, `(B, N, M)`, any
            sign, float32 or float64.
        gamma: Smoothing, in units of the cost, at least 1e-9; towards 0 the result becomes DTW.
        lengths: How many rows and columns of each pair count, `(B, 2)`, integers; all when None.
            What lies beyond is not looked at, but must be finite.

    Returns:
        One value a pair, `(B,)`, in the dtype of `cost`.

    Raises:
        SkelshotError: A wrong shape or dtype, NaN or huge costs, gamma or lengths out of range;
            before any work is done.

    Example:
        >>> cost = torch.tensor([[[0.0, 1.0], [1.0, 0.0]]])
        >>> round(soft_dtw(cost, gamma=0.01).item(), 4)
        0.0
        >>> soft_dtw(cost, gamma=0.0)
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: soft-DTW: found gamma=0.0, expected 1e-9 or more;
        for DTW proper, take a small one
    """
    counted = _checked(cost, gamma, lengths)
    values: Tensor = _SoftDTW.apply(cost, counted, gamma)  # type: ignore[no-untyped-call]
    return values


def soft_dtw_divergence(
    x: Tensor,
    y: Tensor,
    gamma: float = 1.0,
    lengths: Tensor | None = None,
    cost: Callable[[Tensor, Tensor], Tensor] | None = None,
) -> Tensor:
    """Return soft-DTW less its value for each sequence with itself, so that x = y gives 0.

    D(x, y) = sdtw(x, y) - (sdtw(x, x) + sdtw(y, y)) / 2 (Blondel, Mensch and Vert, "Differentiable
    Divergences Between Time Series", AISTATS 2021).

    Args:
        x: B sequences of N frames, `(B, N, D)`.
        y: B sequences of M frames, `(B, M, D)`.
        gamma: Smoothing, in units of the cost.
        lengths: Frames of each x and y that count, `(B, 2)`; all when None.
        cost: From two such tensors to `(B, N, M)`; `squared_euclid` when None.

    Returns:
        `(B,)`.

    Raises:
        SkelshotError: As `soft_dtw`.

    Example:
        >>> x = torch.randn(2, 5, 3)
        >>> soft_dtw_divergence(x, x).abs().max().item() < 1e-4
        True
    """
    between = squared_euclid if cost is None else cost
    of_x = None if lengths is None else lengths[:, [0, 0]]
    of_y = None if lengths is None else lengths[:, [1, 1]]
    own = soft_dtw(between(x, x), gamma, of_x) + soft_dtw(between(y, y), gamma, of_y)
    return soft_dtw(between(x, y), gamma, lengths) - own / 2


def squared_euclid(x: Tensor, y: Tensor) -> Tensor:
    """Return the squared Euclidean distance of all frames of x from all frames of y.

    By |x|^2 + |y|^2 - 2 x.y, which is fast; frames closer than about 1e-3 of their own length
    get distances that are mostly rounding in float32.

    Args:
        x: `(..., N, D)`.
        y: `(..., M, D)`.

    Returns:
        `(..., N, M)`, nowhere below 0.

    Example:
        >>> squared_euclid(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]])).tolist()
        [[25.0]]
    """
    lengths = x.square().sum(-1)[..., :, None] + y.square().sum(-1)[..., None, :]
    return (lengths - 2 * x @ y.transpose(-1, -2)).clamp(min=0)


def cosine_cost(x: Tensor, y: Tensor) -> Tensor:
    """Return 1 - cos of all frames of x and all frames of y; 1 for a frame of zeros.

    Args:
        x: `(..., N, D)`.
        y: `(..., M, D)`.

    Returns:
        `(..., N, M)`, 0 to 2.

    Example:
        >>> cosine_cost(torch.tensor([[0.0, 2.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]])).tolist()
        [[0.0, 1.0]]
    """
    return 1 - normalize(x, dim=-1) @ normalize(y, dim=-1).transpose(-1, -2)


class _SoftDTW(Function):
    """The two recursions, joined for autograd."""

    @staticmethod
    def forward(ctx: Any, cost: Tensor, lengths: Tensor, gamma: float) -> Tensor:
        wanted = ctx.needs_input_grad[0]
        ctx.shape = cost.shape
        if not _has_compiled_loop(cost):
            values, shares = soft_dtw_diagonals.accumulate(cost, lengths, gamma, wanted)
            ctx.save_for_backward(lengths, shares)
            return values
        reached = soft_dtw_compiled.accumulate(
            cost.contiguous().numpy(), lengths.numpy(), gamma, wanted
        )
        shares = None if reached.shares is None else torch.from_numpy(reached.shares)
        ctx.save_for_backward(lengths, shares)
        return torch.from_numpy(reached.values).to(cost.dtype)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None]:
        if torch.is_grad_enabled():  # only with create_graph=True
            raise SkelshotError(
                "soft-DTW: found create_graph=True, but it has no second derivative; call backward "
                "without it"
            )
        lengths, shares = ctx.saved_tensors
        if not _has_compiled_loop(shares):
            columns = ctx.shape[2]
            return soft_dtw_diagonals.spread(shares, lengths, upstream, columns), None, None
        gradient = np.empty(ctx.shape, shares.numpy().dtype)
        soft_dtw_compiled.spread(
            shares.numpy(), lengths.numpy(), upstream.double().contiguous().numpy(), gradient
        )
        return torch.from_numpy(gradient), None, None


def _has_compiled_loop(values: Tensor) -> bool:
    """Tell whether numbers lie where the compiled loops reach them."""
    return values.device.type == "cpu"


def _checked(cost: Tensor, gamma: float, lengths: Tensor | None) -> Tensor:
    """Refuse what cannot be computed; return lengths (B, 2), int64, contiguous."""
    if cost.dim() != 3 or 0 in cost.shape:
        raise SkelshotError(
            f"soft-DTW: found a cost of shape {tuple(cost.shape)}, expected (B, N, M), none of "
            "them 0"
        )
    if cost.dtype not in (torch.float32, torch.float64):
        raise SkelshotError(
            f"soft-DTW: found a cost of {cost.dtype}, expected torch.float32 or torch.float64; "
            "call .float() first"
        )
    if not 1e-9 <= gamma < float("inf"):
        raise SkelshotError(
            f"soft-DTW: found gamma={gamma}, expected 1e-9 or more; for DTW proper, take a small "
            "one"
        )
    counted = _checked_lengths(cost, lengths)
    if not _within_bounds(cost.detach()):
        bad = int((~(cost.detach().abs() <= LARGEST)).sum())
        raise SkelshotError(
            f"soft-DTW: found {bad} of {cost.numel()} costs that are NaN or beyond 1e12, expected "
            "none; repair the sequences, or divide the costs"
        )
    return counted


def _within_bounds(cost: Tensor) -> bool:
    """Tell whether all costs are numbers up to `LARGEST`; a NaN is neither above nor below."""
    if not _has_compiled_loop(cost):
        least, most = torch.aminmax(cost)
        return bool((least >= -LARGEST) & (most <= LARGEST))
    # torch would split this over its threads, which on busy cores takes longer than the rest.
    numbers = cost.numpy()
    return bool(numbers.min() >= -LARGEST and numbers.max() <= LARGEST)


def _checked_lengths(cost: Tensor, lengths: Tensor | None) -> Tensor:
    """Return how many rows and columns of each pair count, once they are known to fit."""
    full = torch.tensor(cost.shape[1:], device=cost.device).expand(len(cost), 2)
    if lengths is None:
        return full.contiguous()
    if tuple(lengths.shape) != (len(cost), 2) or lengths.is_floating_point():
        raise SkelshotError(
            f"soft-DTW: found lengths of shape {tuple(lengths.shape)} and {lengths.dtype}, "
            f"expected integers ({len(cost)}, 2): rows and columns of each pair"
        )
    counted = lengths.to(cost.device, torch.int64).contiguous()
    wrong = ((counted < 1) | (counted > full)).any(dim=1)
    if bool(wrong.any()):
        pair = int(wrong.nonzero()[0])
        rows, columns = counted[pair].tolist()
        raise SkelshotError(
            f"soft-DTW, pair {pair}: found lengths {rows} and {columns}, expected 1 to "
            f"{cost.shape[1]} and 1 to {cost.shape[2]}; drop empty sequences"
        )
    return counted
