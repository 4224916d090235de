"""A transformer over skeletons: joints attend to joints, then moments to moments."""

from typing import ClassVar

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from skelshot.encoders.graphs import joint_hops
from skelshot.encoders.joint_network import JointNetwork, JointNetworkSpec
from skelshot.encoders.persons import fold_persons, unfold_persons
from skelshot.encoders.spec import EncoderSpec

BASE_WIDTH = 256
"""Channels of a token at width 1, as the graph networks' last blocks have."""

FARTHEST = 8
"""Moments that are farther apart than so many count as so far."""


class SkeletonTransformerSpec(JointNetworkSpec):
    """The specification of the transformer over skeletons.

    Args:
        width: Multiplies the 256 channels of a token; the product is rounded to a multiple of
            twice the heads.
        depth: Layers.
        heads: Heads of each attention.

    Raises:
        SkelshotError: A value is unknown or out of range.

    Example:
        >>> SkeletonTransformerSpec(
        ...     name="skeleton-transformer", layout="kinect-v2", width=0.25
        ... ).token_channels
        64
    """

    depth: int = Field(default=4, ge=1, le=64)
    heads: int = Field(default=4, ge=1, le=64)

    @property
    def token_channels(self) -> int:
        """Channels D of a token."""
        pair = 2 * self.heads
        return max(1, int(BASE_WIDTH * self.width / pair + 0.5)) * pair


class BiasedAttention(nn.Module):
    """Attention with a learned bias a distance: `softmax(q k^T / sqrt(D_h) + b[d(i, j)]) v`.

    The bias tells how far two tokens are apart, in bones or in moments (Zhou et al. 2022, the
    relative position of Hyperformer).

    Args:
        channels: Channels D of a token; a multiple of the heads.
        heads: Heads.
        distances: How far token j is from token i, from 0, (L, L).
        dropout: Share of the output set to zero in training.
    """

    distances: Tensor

    def __init__(self, channels: int, heads: int, distances: Tensor, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(channels)
        self.query_key_value = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        self.register_buffer("distances", distances.clone(), persistent=False)
        self.bias = nn.Parameter(torch.zeros(int(distances.max()) + 1, heads))
        self.dropout = dropout

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer.

        Args:
            x: Tokens (B, L, D).

        Returns:
            (B, L, D).
        """
        B, L, D = x.shape
        projected = self.query_key_value(self.norm(x)).view(B, L, 3, self.heads, -1)
        query, key, value = projected.permute(2, 0, 3, 1, 4)  # each (B, heads, L, D / heads)
        bias = self.bias[self.distances].permute(2, 0, 1)
        scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5 + bias.to(query.dtype)
        mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(B, L, D)
        return F.dropout(self.out(mixed), self.dropout, self.training)


class TransformerLayer(nn.Module):
    """Attention over the joints of a moment, over the moments of a joint, and two linear maps.

    Args:
        spec: The encoder's shape.
        hops: Bones between two joints, (V, V).
        lags: How far two moments are apart, from 0, (T', T').
    """

    def __init__(self, spec: SkeletonTransformerSpec, hops: Tensor, lags: Tensor) -> None:
        super().__init__()
        D = spec.token_channels
        self.joints = BiasedAttention(D, spec.heads, hops, spec.dropout)
        self.moments = BiasedAttention(D, spec.heads, lags, spec.dropout)
        self.wide = nn.Sequential(
            nn.LayerNorm(D),
            nn.Linear(D, 4 * D),
            nn.GELU(),
            nn.Linear(4 * D, D),
            nn.Dropout(spec.dropout),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer.

        Args:
            x: Tokens (B, T', V, D).

        Returns:
            (B, T', V, D).
        """
        B, T, V, D = x.shape
        x = x + self.joints(x.reshape(B * T, V, D)).view(B, T, V, D)
        series = x.transpose(1, 2).reshape(B * V, T, D)
        x = x + self.moments(series).view(B, V, T, D).transpose(1, 2)
        y: Tensor = x + self.wide(x)
        return y


class SkeletonTransformer(JointNetwork):
    """A token for each joint and every fourth frame; attention over joints and over time in turn.

    Two convolutions over time make the tokens, which know their joint and their moment. Attention
    over the two axes in turn costs far less than over all tokens at once (Arnab et al. 2021,
    ViViT, model 3).

    Args:
        spec: The encoder's shape.
    """

    name: ClassVar[str] = "skeleton-transformer"
    paper: ClassVar[str] = (
        "attention over space and time in turn as in Arnab et al., ViViT: A Video Vision "
        "Transformer, ICCV 2021; bias by hops as in Zhou et al., Hypergraph Transformer for "
        "Skeleton-based Action Recognition, 2022"
    )
    spec_type: ClassVar[type[EncoderSpec]] = SkeletonTransformerSpec
    norm_is_per_person: ClassVar[bool] = False
    spec: SkeletonTransformerSpec

    def __init__(self, spec: SkeletonTransformerSpec) -> None:
        super().__init__(spec)
        D = self.embed_dim = spec.token_channels
        self.stem = nn.Sequential(
            nn.Conv2d(spec.channels, D // 2, (1, 7), stride=(1, 2), padding=(0, 3)),
            nn.BatchNorm2d(D // 2),
            nn.GELU(),
            nn.Conv2d(D // 2, D, (1, 5), stride=(1, 2), padding=(0, 2)),
            nn.BatchNorm2d(D),
        )
        moments = torch.arange((spec.frames + 3) // 4)
        self.joint = nn.Parameter(0.02 * torch.randn(1, self.num_joints, D))
        self.moment = nn.Parameter(0.02 * torch.randn(len(moments), 1, D))
        lags = (moments[:, None] - moments).clamp(-FARTHEST, FARTHEST)
        hops = joint_hops(spec.layout)
        self.layers = nn.ModuleList(
            TransformerLayer(spec, hops, lags - lags.min()) for _ in range(spec.depth)
        )
        self.norm = nn.LayerNorm(D)

    def feature_map(self, x: Tensor) -> Tensor:
        """Return the features before any mean is taken.

        Args:
            x: Clips (N, C, T, V, M).

        Returns:
            (N, M, D, T', V) with T' = ceil(T / 4), float32 also under autocast, as layers are
            added up in it.

        Raises:
            SkelshotError: The shape is not the spec's.
        """
        self.check_clips(x)
        tokens = self.stem(fold_persons(self.normalised(x))).permute(0, 3, 2, 1)  # (B, T', V, D)
        h = tokens + self.joint + self.moment
        for layer in self.layers:
            h = layer(h)
        return unfold_persons(self.norm(h).permute(0, 3, 2, 1), self.persons)
