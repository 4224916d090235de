"""Soft alignment of two sequences in time and, at the same time, over views of each.

L. Wang and P. Koniusz, "Temporal-Viewpoint Transportation Plan for Skeletal Few-shot Action
Recognition", ACCV 2022 (JEANIE).
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

from skelshot.fewshot.soft_dtw import LARGEST
from skelshot.ground import SkelshotError

OUTSIDE = -1e30
"""The logarithm that stands for no path; finite, since a softmax of nothing is no number."""


class _Diagonal(NamedTuple):
    """The sums that paths have gathered at the cells of one anti-diagonal.

    Attributes:
        values: Log of the summed weights exp(-cost / gamma), `(rows, P, S, B)`.
        first: The row of its first cell.
    """

    values: Tensor
    first: int

    def rows(self, first: int, last: int) -> Tensor:
        """Return rows `first` to `last`, `OUTSIDE` where this diagonal has no cell."""
        behind = last - (self.first + len(self.values) - 1)
        return pad(self.values, (0, 0, 0, 0, 0, 0, self.first - first, behind), value=OUTSIDE)


def view_soft_dtw(cost: Tensor, gamma: float = 0.1, shift: int = 1) -> Tensor:
    """Return the soft minimum of the summed cost over all paths through time and views.

    With D = `cost`, p and s the views of the two sequences, t and u their frames,

        R(p, s, 0, 0) = D(p, s, 0, 0)
        R(p, s, t, u) = D(p, s, t, u) + softmin of R(p', s', t', u')

    over the three cells (t', u') before (t, u) in time, (t-1, u-1), (t-1, u) and (t, u-1), and over
    all views with |p - p'| <= shift and |s - s'| <= shift. A path may begin and end in any view,
    and views change only together with a frame. The result is the softmin of R over views at
    the last frames; softmin(a, ...) = -gamma log(exp(-a / gamma) + ...). It may be negative.

    With one view this is Soft-DTW. With `shift` 0 it is the softmin over views of Soft-DTW, and
    when `shift` reaches all views, Soft-DTW of the softmin over views of each cost.

    Anti-diagonals of all pairs go one by one, on any device; the gradient is automatic, exact, and
    can be taken again.

    Args:
        cost: Cost of matching frame t of view p with frame u of view s, for B pairs,
            `(B, P, S, N, M)`, any sign, neighbouring views beside each other.
        gamma: Smoothing, in units of the cost, at least 1e-9.
        shift: Views that a path may move by from one frame to the next.

    Returns:
        One value a pair, `(B,)`.

    Raises:
        SkelshotError: A wrong shape or dtype, NaN or huge costs, gamma or shift out of range.

    Example:
        >>> cost = torch.ones(1, 2, 1, 3, 3)
        >>> cost[0, 0, 0, 0, 0] = cost[0, 1, 0, [1, 2], [1, 2]] = 0.0  # turns after the first frame
        >>> [round(view_soft_dtw(cost, 0.01, shift).abs().item(), 2) for shift in (0, 1)]
        [1.0, 0.0]
    """
    _check(cost, gamma, shift)
    rows, columns = cost.shape[3:]
    # Frames in front: the cells of an anti-diagonal are whole slabs of memory.
    weights = (cost / -gamma).permute(3, 4, 1, 2, 0).contiguous()
    last, before = _Diagonal(weights[:1, 0], 0), None
    for number in range(1, rows + columns - 1):
        top, bottom = max(0, number - columns + 1), min(number, rows - 1)
        near = _Diagonal(_over_views(last.values, shift), last.first)
        previous = [near.rows(top, bottom), near.rows(top - 1, bottom - 1)]
        if before is not None:
            previous.append(before.rows(top - 1, bottom - 1))
        gathered = torch.logsumexp(torch.stack(previous), dim=0)
        cells = torch.arange(top, bottom + 1, device=cost.device)
        last, before = _Diagonal(weights[cells, number - cells] + gathered, top), near
    return torch.logsumexp(last.values, dim=(0, 1, 2)) * -gamma


def _over_views(values: Tensor, shift: int) -> Tensor:
    """Gather what comes from views up to `shift` away, on both axes: (rows, P, S, B)."""
    for axis, behind in ((1, (0, 0, 0, 0)), (2, (0, 0))):
        views = values.shape[axis]
        reach = min(shift, views - 1)
        if reach:
            padded = pad(values, (*behind, reach, reach), value=OUTSIDE)
            near = [padded.narrow(axis, start, views) for start in range(2 * reach + 1)]
            values = torch.logsumexp(torch.stack(near), dim=0)
    return values


def _check(cost: Tensor, gamma: float, shift: int) -> None:
    """Refuse what cannot be computed."""
    if cost.dim() != 5 or 0 in cost.shape:
        raise SkelshotError(
            f"alignment over views: found a cost of shape {tuple(cost.shape)}, expected "
            "(B, P, S, N, M), none of them 0"
        )
    if cost.dtype not in (torch.float32, torch.float64):
        raise SkelshotError(
            f"alignment over views: found a cost of {cost.dtype}, expected torch.float32 or "
            "torch.float64; call .float() first"
        )
    if not 1e-9 <= gamma < float("inf") or shift < 0:
        raise SkelshotError(
            f"alignment over views: found gamma={gamma} and shift={shift}, expected gamma of 1e-9 "
            "or more and a shift of 0 or more"
        )
    least, most = torch.aminmax(cost.detach())
    if not bool((least >= -LARGEST) & (most <= LARGEST)):
        bad = int((~(cost.detach().abs() <= LARGEST)).sum())
        raise SkelshotError(
            f"alignment over views: found {bad} of {cost.numel()} costs that are NaN or beyond "
            "1e12, expected none; repair the sequences, or divide the costs"
        )
