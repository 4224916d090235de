"""DASTM's spatial activation: attention between the joints of two clips."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import linear


class SpatialActivation(nn.Module):
    """Single-head attention over the joints of each frame, from one clip x to another clip y.

    With A = softmax(q(x) k(y)^T / sqrt(D)), frame by frame, the activated frame is
    LayerNorm(x + dense(A v(x))), as N. Ma et al. (ECCV 2022) have it in their code: keys come from
    y, values from x. Their paper's code has dropout of 0.2 on A and behind the dense layer.

    Args:
        channels: D.
        dropout: Fraction of both that is dropped in training.

    Example:
        >>> import torch
        >>> x, y = torch.randn(2, 3, 4, 20, 8), torch.randn(2, 5, 4, 20, 8)
        >>> SpatialActivation(8)(x, y).shape
        torch.Size([2, 3, 5, 4, 20, 8])
    """

    def __init__(self, channels: int, dropout: float = 0.2) -> None:
        super().__init__()
        self.query = nn.Linear(channels, channels)
        self.key = nn.Linear(channels, channels)
        self.value = nn.Linear(channels, channels)
        self.dense = nn.Linear(channels, channels)
        self.norm = nn.LayerNorm(channels, eps=1e-12)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Activate each x for each y that it is compared with.

        Args:
            x: Frames of n clips, `(B, n, T', V, D)`.
            y: Frames of m clips, `(B, m, T', V, D)`.

        Returns:
            Activated frames of x, one set a pair, `(B, n, m, T', V, D)`.
        """
        return self.joined(x, self.query(x), self.key(y), self.values(x))

    def values(self, x: Tensor) -> Tensor:
        """Return dense(v(x)) without the bias of dense.

        dense(A v) = A dense(v) but for that bias: once for each clip in place of each pair.

        Args:
            x: `(..., D)`.

        Returns:
            `(..., D)`.
        """
        return linear(self.value(x), self.dense.weight)

    def joined(self, x: Tensor, query: Tensor, key: Tensor, values: Tensor) -> Tensor:
        """Activate from what was computed of each clip alone.

        Args:
            x: Frames of n clips, `(B, n, T', V, D)`.
            query: `query(x)`.
            key: `key(y)`, `(B, m, T', V, D)`.
            values: `values(x)`.

        Returns:
            As `forward`.
        """
        scale = 1 / math.sqrt(x.shape[-1])
        scores = torch.einsum("bntvd,bmtwd->bntmvw", query * scale, key)
        shares = self.drop(scores.softmax(-1))
        seen = torch.einsum("bntmvw,bntwd->bntmvd", shares, values) + self.dense.bias
        activated: Tensor = self.norm(x[:, :, :, None] + self.drop(seen))
        return activated.transpose(2, 3)
