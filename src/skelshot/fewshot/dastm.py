"""DASTM: attention between the joints of two clips, soft-DTW over time, and a rank loss.

N. Ma et al., "Learning Spatial-Preserved Skeleton Representations for Few-Shot Action
Recognition", ECCV 2022.
"""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from skelshot.fewshot.base import FewShotMethod, MethodOptions, WeightedOptions
from skelshot.fewshot.map_alignment import (
    alignment_distances,
    joint_frames,
    query_chunks,
)
from skelshot.fewshot.soft_dtw import cosine_cost, soft_dtw
from skelshot.fewshot.spatial_activation import SpatialActivation
from skelshot.ground import SkelshotError


class DASTMOptions(WeightedOptions):
    """Options of DASTM.

    Attributes:
        activation: Whether spatial activation comes before the alignment; it has weights that
            episodes must train. Without it distances are soft-DTW divergences, as in its code.
        gamma: Smoothing of soft-DTW, in units of the frame cost.
        rank_weight: Factor of the rank term in the loss of episodes; 0 leaves it out.
        dropout: Within the spatial activation.

    Example:
        >>> DASTMOptions(activation=False).rank_weight
        0.1
    """

    activation: bool = True
    gamma: float = Field(0.1, ge=1e-9)
    rank_weight: float = Field(0.1, ge=0)
    dropout: float = Field(0.2, ge=0, lt=1)


class DASTM(FewShotMethod):
    """Nearest class mean map by soft-DTW, after attention between the joints of the two maps.

    Args:
        options: Options of the method.

    Example:
        >>> method = DASTM()
        >>> method.make_weights((8, 4, 20))
        >>> support, queries = torch.randn(1, 5, 1, 8, 4, 20), torch.randn(1, 3, 8, 4, 20)
        >>> method(support, queries).shape
        torch.Size([1, 3, 5])
    """

    name: ClassVar[str] = "dastm"
    paper: ClassVar[str] = (
        "Ma et al., Learning Spatial-Preserved Skeleton Representations for Few-Shot Action "
        "Recognition, ECCV 2022"
    )
    reads: ClassVar[Literal["clip", "vector", "map"]] = "map"
    options_type: ClassVar[type[MethodOptions]] = DASTMOptions
    options: DASTMOptions

    def __init__(self, options: MethodOptions | None = None) -> None:
        super().__init__(options)
        self.has_weights = self.options.activation
        self.of_query: SpatialActivation | None = None
        self.of_class: SpatialActivation | None = None

    def make_weights(self, shape: tuple[int, ...]) -> None:
        """Make the two spatial activations, one a direction.

        Args:
            shape: `(D, T', V)`.
        """
        if self.options.activation:
            self.of_query = SpatialActivation(shape[0], self.options.dropout)
            self.of_class = SpatialActivation(shape[0], self.options.dropout)

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score each class by the alignment of its mean map with each query.

        Args:
            support: `(B, N, K, D, T', V)`.
            queries: `(B, Q, D, T', V)`.

        Returns:
            Minus the distance, `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task, are not maps, or there are no weights.
        """
        self.check_inputs(support, queries)
        classes = support.mean(2)
        if not self.options.activation:
            return -alignment_distances(
                queries, classes, cosine_cost, self.options.gamma, divergence=True
            )
        return -self._activated_distances(queries, classes)

    def episode_loss(
        self, logits: Tensor, targets: Tensor, support: Tensor, queries: Tensor
    ) -> Tensor:
        """Add the rank term of class means and queries to the cross-entropy.

        Args:
            logits: `(B, Q, N)`.
            targets: `(B, Q)`.
            support: `(B, N, K, D, T', V)`.
            queries: `(B, Q, D, T', V)`.

        Returns:
            One number.
        """
        loss = super().episode_loss(logits, targets, support, queries)
        if not self.options.rank_weight:
            return loss
        rank = rank_loss(joint_frames(support.mean(2))) + rank_loss(joint_frames(queries))
        return loss + self.options.rank_weight * rank

    def _activated_distances(self, queries: Tensor, classes: Tensor) -> Tensor:
        """Soft-DTW of every query and every class mean after spatial activation: (B, Q, N)."""
        if self.of_query is None or self.of_class is None:
            raise SkelshotError(
                "method dastm: its spatial activation has no weights; train it in episodes "
                "(pretrain with --episodes dastm), or set activation=False"
            )
        width = self.of_query.query.in_features
        if classes.shape[2] != width:
            raise SkelshotError(
                f"method dastm: found maps of {classes.shape[2]} channels, its weights are for "
                f"{width}; use the encoder it was trained with, or train again"
            )
        y = joint_frames(classes)
        key = self.of_query.key(y)
        query, values = self.of_class.query(y), self.of_class.values(y)
        parts = []
        for part in query_chunks(queries.shape[1], classes.numel()):
            x = joint_frames(queries[:, part])
            ours = self.of_query.joined(x, self.of_query.query(x), key, self.of_query.values(x))
            theirs = self.of_class.joined(y, query, self.of_class.key(x), values)
            costs = cosine_cost(ours.flatten(-2), theirs.transpose(1, 2).flatten(-2))
            distances = soft_dtw(costs.flatten(0, 2), self.options.gamma)
            parts.append(distances.view(costs.shape[:3]))
        return torch.cat(parts, dim=1)


def rank_loss(frames: Tensor) -> Tensor:
    """Return the rank loss, which falls as the rank of the frames' joint matrices rises.

    In place of minus the nuclear norm of each V x D matrix X, its code takes minus the mean of the
    min(V, D) largest column norms of softmax(X) over channels, the fast form of batch nuclear-norm
    maximisation (Cui et al., CVPR 2020).

    Args:
        frames: `(..., V, D)`.

    Returns:
        The mean over all frames, -sqrt(V) to 0.

    Example:
        >>> same, unlike = torch.tensor([[9.0, 0.0], [9.0, 0.0]]), torch.eye(2) * 9
        >>> bool(rank_loss(unlike) < rank_loss(same))
        True
    """
    joints, channels = frames.shape[-2:]
    norms = frames.softmax(-1).square().sum(-2).clamp(min=1e-24).sqrt()
    return -norms.topk(min(joints, channels), dim=-1).values.mean()
