"""JEANIE: soft alignment of exemplars and turned queries over time and viewpoints jointly.

L. Wang and P. Koniusz, "Temporal-Viewpoint Transportation Plan for Skeletal Few-shot Action
Recognition", ACCV 2022; L. Wang et al., "Meet JEANIE", IJCV 2024.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import one_hot
from torch.utils.checkpoint import checkpoint

from skelshot.fewshot.base import FewShotMethod, MethodOptions
from skelshot.fewshot.map_alignment import FrameCost, joint_frames, query_chunks
from skelshot.fewshot.nearest import best_of_class
from skelshot.fewshot.soft_dtw import cosine_cost
from skelshot.fewshot.soft_dtw_method import mean_square
from skelshot.fewshot.view_alignment import view_soft_dtw
from skelshot.fewshot.views import View


class JEANIEOptions(MethodOptions):
    """Options of JEANIE.

    Attributes:
        each_side: Views to the left of a clip, and as many to its right; 0 is plain soft-DTW.
        degrees: Between neighbouring views, about the vertical.
        shift: Views that a path may move by from one frame to the next; with 2 `each_side` or
            more, it matches views freely at every frame.
        turn_support: Whether exemplars, too, are seen from all views.
        gamma: Smoothing, in units of the cost.
        distance: Of two frames: 1 - `cosine`, squared `euclid` averaged over the numbers of a
            frame, or `rbf`, the authors' (see `rbf_cost`).
        divergence: Subtract half of each clip's distance from itself, as the authors do.
        to: Align with every `exemplar` and keep the nearest, or with the `mean` map of a class.
        temperature: What distances are divided by to be logits.
        loss: Of episodes: `cross-entropy`, or `ranges`, the authors' (see `range_loss`).
        kept: Distances averaged for the target of the authors' loss (see `range_loss`), who take
            2 at 6 ways, 3 at 10 and 5 at 15.

    Example:
        >>> JEANIEOptions(each_side=3).degrees
        15.0
    """

    renamed: ClassVar[Mapping[str, str]] = {"cost": "distance"}

    each_side: int = Field(2, ge=0, le=4)
    degrees: float = Field(15.0, gt=0, le=45)
    shift: int = Field(1, ge=0)
    turn_support: bool = False
    gamma: float = Field(0.1, ge=1e-9)
    distance: Literal["cosine", "euclid", "rbf"] = "cosine"
    divergence: bool = True
    to: Literal["exemplar", "mean"] = "exemplar"
    temperature: float = Field(1.0, gt=0)
    loss: Literal["cross-entropy", "ranges"] = "cross-entropy"
    kept: int = Field(3, ge=1)


class JEANIE(FewShotMethod):
    """Nearest exemplar by soft alignment over time and over turned views of the query.

    Args:
        options: Options of the method.

    Example:
        >>> support = torch.randn(1, 5, 1, 5, 8, 4, 20)              # (B, N, K, views, D, T', V)
        >>> JEANIE()(support, support[:, :, 0]).argmax(-1).tolist()
        [[0, 1, 2, 3, 4]]
    """

    name: ClassVar[str] = "jeanie"
    paper: ClassVar[str] = (
        "Wang and Koniusz, Temporal-Viewpoint Transportation Plan for Skeletal Few-shot Action "
        "Recognition, ACCV 2022"
    )
    reads: ClassVar[Literal["clip", "vector", "map"]] = "map"
    options_type: ClassVar[type[MethodOptions]] = JEANIEOptions
    no_turns: ClassVar[str] = "each_side=0"
    options: JEANIEOptions

    def __init__(self, options: MethodOptions | None = None) -> None:
        super().__init__(options)
        side = range(1, self.options.each_side + 1)
        turns = [step * self.options.degrees for step in (*(-s for s in reversed(side)), *side)]
        self.views = tuple(View(turn=turn) for turn in turns)

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score each class by the alignment of its nearest exemplar, or of its mean map.

        Args:
            support: `(B, N, K, 1 + U, D, T', V)`, each clip as it is and from U views; without the
                axis of views when there are none.
            queries: `(B, Q, 1 + U, D, T', V)`, or without that axis.

        Returns:
            Minus the distance, divided by the temperature, `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task, are not maps of as many views, or differ
                so much that costs are not finite.
        """
        self.check_inputs(support, queries)
        classes = support.shape[1]
        anchors = support.flatten(1, 2) if self.options.to == "exemplar" else support.mean(2)
        distances = self._distances(queries, anchors)
        return best_of_class(distances / -self.options.temperature, classes)

    def episode_loss(
        self, logits: Tensor, targets: Tensor, support: Tensor, queries: Tensor
    ) -> Tensor:
        """Return the cross-entropy, or the authors' loss on distances.

        Args:
            logits: `(B, Q, N)`.
            targets: `(B, Q)`.
            support: Not used.
            queries: Not used.

        Returns:
            One number.
        """
        if self.options.loss == "ranges":
            return range_loss(-logits, targets, self.options.kept)
        return super().episode_loss(logits, targets, support, queries)

    def _frames(self, maps: Tensor) -> Tensor:
        """Put views in the order of their angles, each frame one vector: (B, n, P, T', V D)."""
        if self.views:
            left = 1 + self.options.each_side
            maps = torch.cat([maps[:, :, 1:left], maps[:, :, :1], maps[:, :, left:]], dim=2)
        else:
            maps = maps[:, :, None]
        return joint_frames(maps).flatten(-2)

    def _distances(self, queries: Tensor, anchors: Tensor) -> Tensor:
        """Align every query (B, Q, 1 + U, ...) with every anchor (B, A, 1 + U, ...): (B, Q, A)."""
        frames = self._frames(anchors)
        plain = self._matched_views(frames)
        B, A, S, T, F = plain.shape
        P = 1 + len(self.views)
        own_anchors = self._own(frames)[:, None] if self.options.divergence else 0.0
        parts = []
        # The recursion holds a few numbers for each cost.
        for part in query_chunks(queries.shape[1], B * P * T * max(8 * A * S * T, F)):
            chunk = self._frames(queries[:, part])
            costs = self._cost(chunk.flatten(1, 3), plain.flatten(1, 3))
            pairs = costs.view(B, -1, P, T, A, S, T).permute(0, 1, 4, 2, 5, 3, 6)
            distances = self._aligned(pairs.flatten(0, 2)).view(B, -1, A)
            if self.options.divergence:
                distances = distances - (self._own(chunk)[:, :, None] + own_anchors) / 2
            parts.append(distances)
        return torch.cat(parts, dim=1)

    def _own(self, frames: Tensor) -> Tensor:
        """Align each clip (B, n, P, T', F) with itself as an exemplar: (B, n)."""
        plain = self._matched_views(frames)
        costs = self._cost(frames.flatten(2, 3), plain.flatten(2, 3))
        B, n, P, T, _ = frames.shape
        pairs = costs.view(B * n, P, T, plain.shape[2], T).transpose(2, 3)
        return self._aligned(pairs).view(B, n)

    def _matched_views(self, frames: Tensor) -> Tensor:
        """Keep the views (B, n, S, T', F) in which an exemplar is matched: all, or the middle."""
        middle = self.options.each_side
        return frames if self.options.turn_support else frames[:, :, middle : middle + 1]

    def _aligned(self, costs: Tensor) -> Tensor:
        return view_soft_dtw(costs, self.options.gamma, self.options.shift)

    def _cost(self, x: Tensor, y: Tensor) -> Tensor:
        costs: dict[str, FrameCost] = {
            "cosine": cosine_cost,
            "euclid": mean_square,
            "rbf": rbf_cost,
        }
        return costs[self.options.distance](x, y)


def rbf_cost(x: Tensor, y: Tensor) -> Tensor:
    """Return the mean over the F numbers of two frames of 2 - 2 exp(-(x_k - y_k)^2 / 2).

    The authors' code takes the sum, of far fewer numbers. Gradients compute it once more: what it
    needs along the way is F times as large as the result.

    Args:
        x: `(..., n, F)`.
        y: `(..., m, F)`.

    Returns:
        `(..., n, m)`, 0 to 2.

    Example:
        >>> rbf_cost(torch.tensor([[0.0, 0.0]]), torch.tensor([[0.0, 9.0]])).tolist()
        [[1.0]]
    """
    if torch.is_grad_enabled() and (x.requires_grad or y.requires_grad):
        columns = [checkpoint(_rbf_column, x, frame, use_reentrant=False) for frame in y.unbind(-2)]
    else:
        columns = [_rbf_column(x, frame) for frame in y.unbind(-2)]
    return torch.stack(columns, dim=-1)


def range_loss(distances: Tensor, targets: Tensor, kept: int) -> Tensor:
    """Return the loss of JEANIE's code, which draws distances to one end of their range.

    relu(mean of same-class distances - mean of the `kept` smallest of them) + relu(mean of the
    `kept` N largest different-class distances - mean of these); the means of the smallest and of
    the largest get no gradient. The authors keep 2 at 6 ways, 3 at 10 and 5 at 15.

    Args:
        distances: Of each query from each class, `(B, Q, N)`.
        targets: The true classes `(B, Q)`.
        kept: Number of distances averaged for an end; all where there are fewer.

    Returns:
        The mean over episodes.

    Example:
        >>> range_loss(torch.tensor([[[1.0, 5.0], [3.0, 7.0]]]), torch.tensor([[0, 0]]), 1).item()
        1.0
    """
    B, Q, N = distances.shape
    is_same = one_hot(targets, N).bool()
    same, different = distances[is_same].view(B, Q), distances[~is_same].view(B, Q * (N - 1))
    with torch.no_grad():
        floor = same.topk(min(kept, Q), largest=False).values.mean(1)
        ceiling = different.topk(min(kept * N, Q * (N - 1))).values.mean(1)
    return ((same.mean(1) - floor).relu() + (ceiling - different.mean(1)).relu()).mean()


def _rbf_column(x: Tensor, frame: Tensor) -> Tensor:
    """The cost of all frames (..., n, F) with one (..., F): (..., n)."""
    apart = x - frame[..., None, :]
    return 2 - 2 * (apart.square() * -0.5).exp().mean(-1)
