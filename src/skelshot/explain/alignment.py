"""Alignment: what a matching method itself says of which joint matched, and when."""

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import normalize

from skelshot.explain.attribution_method import AttributionMethod, Shares
from skelshot.explain.decision import Decision
from skelshot.explain.question import Question
from skelshot.fewshot.dastm import DASTM
from skelshot.fewshot.map_alignment import joint_frames
from skelshot.fewshot.soft_dtw import soft_dtw
from skelshot.fewshot.soft_dtw_method import SoftDTW
from skelshot.ground import SkelshotError

Matching = DASTM | SoftDTW
"""Methods that align the feature maps of two clips in time."""


class Alignment(AttributionMethod):
    """Likeness of each joint to the class's, along the soft-DTW path of the two feature maps.

    Each moment of the clip is matched with moments of the class's mean map (or nearest exemplar)
    as the path says, and the cosine of their features is the sum of one part a joint: those
    parts are the shares. They stand in the feature map's frames, which are fewer than the
    clip's, and are the same for all coordinates and persons, since maps know neither.

    Args:
        options: Options of the method.

    Example:
        >>> Alignment.name
        'alignment'
    """

    name: ClassVar[str] = "alignment"
    paper: ClassVar[str] = (
        "Cuturi and Blondel, Soft-DTW: a Differentiable Loss Function for Time-Series, ICML 2017"
    )

    def attribute(self, question: Question) -> Shares:
        """Follow the path of each clip and its class, less that of the rival for the margin."""
        decision = question.scores
        method = decision.path.method if isinstance(decision, Decision) else None
        if not isinstance(decision, Decision) or not isinstance(method, DASTM | SoftDTW):
            name = "" if method is None else f" {method.name}"
            raise SkelshotError(
                f"--attribution alignment: the few-shot method{name} aligns no feature maps; "
                "choose --method soft-dtw or dastm, or another --attribution"
            )
        shares = [
            _spread(self._of_clip(decision, method, question, row), question.present[row])
            for row in range(len(question))
        ]
        even = torch.stack(shares) / question.positions.shape[1]
        return Shares(even.expand_as(question.positions))

    @torch.no_grad()
    def _of_clip(
        self, decision: Decision, method: Matching, question: Question, row: int
    ) -> Tensor:
        """Give the shares of one clip in the frames of its feature map, (T', V)."""
        here = question.rows[row : row + 1]
        features = decision.features(question.positions[here], here)
        parts, distances = _parts(method, features, decision.support[decision.tasks[row]])
        label = int(question.labels[row])
        if self.options.target == "logit":
            return parts[label]
        rivals = distances.clone()
        rivals[label] = torch.inf
        return parts[label] - parts[int(rivals.argmin())]


def _parts(method: Matching, query: Tensor, support: Tensor) -> tuple[Tensor, Tensor]:
    """Share out the likeness of a clip to each class.

    Args:
        method: DASTM or soft-DTW.
        query: The clip's map (1, D, T', V).
        support: Maps of the exemplars (N, K, D, T', V).

    Returns:
        The parts of joints and frames (N, T', V), and the distances (N,).
    """
    every = isinstance(method, SoftDTW) and method.options.to == "exemplar"
    anchors = support.flatten(0, 1) if every else support.mean(1)
    ours, theirs = _frames(method, query, anchors)
    squares = isinstance(method, SoftDTW) and method.options.distance == "euclid"
    if squares:
        pairs = -(ours[:, :, None] - theirs[:, None]).square().sum(-1) / ours[0, 0].numel()
    else:
        ours, theirs = _unit(ours), _unit(theirs)
        pairs = (ours[:, :, None] * theirs[:, None]).sum(-1)  # (A, T', T', V)
    costs = (-pairs.sum(-1) + (0.0 if squares else 1.0)).requires_grad_()
    with torch.enable_grad():
        distances = soft_dtw(costs, method.options.gamma)
        path = torch.autograd.grad(distances.sum(), costs)[0]
    parts, distances = (path[..., None] * pairs).sum(2), distances.detach()
    if not every:
        return parts, distances
    of_class = distances.view(support.shape[:2])
    chosen = of_class.argmin(1) + torch.arange(len(support)) * support.shape[1]
    return parts[chosen], of_class.amin(1)


def _frames(method: Matching, query: Tensor, anchors: Tensor) -> tuple[Tensor, Tensor]:
    """Give the frames that are compared, of the clip and of each of A anchors: (A, T', V, D)."""
    x, y = joint_frames(query)[None], joint_frames(anchors)[None]
    if isinstance(method, DASTM) and method.of_query is not None and method.of_class is not None:
        return method.of_query(x, y)[0, 0], method.of_class(y, x)[0, :, 0]
    return x[0].expand_as(y[0]), y[0]


def _unit(frames: Tensor) -> Tensor:
    """Bring whole frames (A, T', V, D) to the length one."""
    return normalize(frames.flatten(2), dim=-1).view_as(frames)


def _spread(parts: Tensor, present: Tensor) -> Tensor:
    """Spread what a feature map says over the clip's moments and the persons who are there.

    Args:
        parts: (T', V).
        present: (T, M).

    Returns:
        (1, T, V, M), of the same sum where somebody is always there.
    """
    moments = torch.arange(len(present)) * len(parts) // len(present)
    taken = torch.bincount(moments, minlength=len(parts)).clamp(min=1).to(parts)
    there = present.to(parts)
    weights = there / there.sum(1, keepdim=True).clamp(min=1)
    return (parts / taken[:, None])[moments][None, :, :, None] * weights[None, :, None, :]
