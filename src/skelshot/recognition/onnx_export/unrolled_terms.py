"""Terms in tensor operations alone, for the graph of an export."""

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor
from torch.nn.functional import pad

from skelshot.fewshot import RawDTW
from skelshot.fewshot.soft_dtw import cosine_cost
from skelshot.fewshot.soft_dtw_diagonals import OUTSIDE, to_diagonals
from skelshot.fewshot.soft_dtw_method import mean_square
from skelshot.recognition.term import Term


@dataclass(frozen=True, eq=False)
class ExactTerm(Term):
    """Term that compares in float64, since runtimes add up long vectors each in its own order."""

    def to_exemplars(self, support: Tensor, queries: Tensor) -> Tensor:
        """Compare as `Term` does."""
        return super().to_exemplars(support.double(), queries.double()).float()

    def to_actions(self, support: Tensor, labels: Tensor, actions: int, queries: Tensor) -> Tensor:
        """Compare as `Term` does."""
        return super().to_actions(support.double(), labels, actions, queries.double()).float()


@dataclass(frozen=True, eq=False)
class UnrolledTerm(Term):
    """Term of raw soft-DTW with its recursion unrolled: a compiled loop cannot be exported."""

    def to_exemplars(self, support: Tensor, queries: Tensor) -> Tensor:
        """Compare one clip with exemplars.

        Args:
            support: Positions of E exemplars, (E, C, T, V, M).
            queries: Positions of one clip, (1, C, T, V, M).

        Returns:
            Minus the mean cost of a frame along the best alignments, (1, E).
        """
        options = cast("RawDTW", self.path.method).options
        cost = cosine_cost if options.distance == "cosine" else mean_square
        (asked, rows), (known, columns) = _poses(queries), _poses(support)
        apart = _soft_dtw(cost(asked, known).double(), options.gamma, rows, columns)
        return -(apart.float() / ((rows + columns) / 2))[None]


def _poses(clips: Tensor) -> tuple[Tensor, Tensor]:
    """Return frames (n, T, V M C) with those of anybody in front, and how many these are, (n,)."""
    frames = clips.flatten(-2).permute(0, 2, 3, 1).flatten(-2)
    there = (frames != 0).any(-1)
    counted, missing = there.long(), (~there).long()
    length = counted.sum(-1, keepdim=True)
    places = torch.where(there, counted.cumsum(-1), length + missing.cumsum(-1)) - 1
    moved = (places[:, None] == torch.arange(clips.shape[2])[:, None]).float()
    return moved @ frames, length[:, 0].clamp(min=1)


def _soft_dtw(cost: Tensor, gamma: float, rows: Tensor, columns: Tensor) -> Tensor:
    """Run the recursion of `soft_dtw` over costs (E, N, M), (1,) rows and (E,) columns: (E,)."""
    pairs, length, _ = cost.shape
    last = torch.full((pairs, length + 1), OUTSIDE, dtype=cost.dtype)
    before = torch.cat([torch.zeros_like(last[:, :1]), last[:, 1:]], 1)
    reached = []
    for step in to_diagonals(cost).unbind():
        previous = torch.stack((before[:, :-1], last[:, :-1], last[:, 1:]))
        here = step - gamma * torch.logsumexp(previous / -gamma, dim=0)
        before, last = last, pad(here, (1, 0), value=OUTSIDE)
        reached.append(last)
    every = torch.stack(reached, 1)  # (E, N + M - 1, N + 1)
    ends = (rows + columns - 2) * (length + 1) + rows
    return every.flatten(1).gather(1, ends[:, None])[:, 0]
