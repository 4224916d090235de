"""The parts of the graph networks: the plan of ten blocks, one block, and its small layers.

Inside the encoders features are `(B, C, V, T)` with B = N M clips-and-persons, in
channels-last memory (that is, stored as `(B, V, T, C)`). In this order the sum over
neighbours is one matrix product over V with contiguous rows, and the convolutions over time
run on whole channel vectors; nothing is permuted between layers.
"""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class BlockPlan(NamedTuple):
    """Shape of one of the ten blocks.

    Args:
        channels_in: Channels that enter.
        channels_out: Channels that leave.
        stride: Step along time.
        is_first: Whether it is block 1, which takes the raw channels and has no shortcut.
    """

    channels_in: int
    channels_out: int
    stride: int
    is_first: bool


def ten_blocks(channels: int, widths: tuple[int, int, int]) -> list[BlockPlan]:
    """Lay out the ten blocks: 4, 3 and 3 of a width, time halved at blocks 5 and 8.

    Args:
        channels: Input channels C.
        widths: Channels of the three groups.

    Returns:
        Ten plans in order.

    Example:
        >>> [plan.stride for plan in ten_blocks(3, (64, 128, 256))]
        [1, 1, 1, 1, 2, 1, 1, 2, 1, 1]
    """
    outputs = [widths[0]] * 4 + [widths[1]] * 3 + [widths[2]] * 3
    inputs = [channels, *outputs[:-1]]
    return [
        BlockPlan(c_in, c_out, 2 if place in (4, 7) else 1, place == 0)
        for place, (c_in, c_out) in enumerate(zip(inputs, outputs, strict=True))
    ]


def convolution(
    channels_in: int,
    channels_out: int,
    *,
    kernel: int = 1,
    stride: int = 1,
    dilation: int = 1,
    bias: bool = False,
    fan_out: int | None = None,
) -> nn.Conv2d:
    """Return a convolution over time, alike for all joints, with He initialisation.

    A convolution that a batch norm follows has no bias: the norm would subtract it again.

    Args:
        channels_in: Channels that enter.
        channels_out: Channels that leave.
        kernel: Frames it spans; 1 mixes channels only.
        stride: Step along time; for a kernel of 1 pick frames instead, see `Shortcut`.
        dilation: Distance between the frames it spans.
        bias: Whether to add a bias, zero at first.
        fan_out: Weights are drawn from normal(0, 2 / fan_out) (variance); by default
            `channels_out * kernel`.

    Returns:
        The layer, (B, C_in, V, T) -> (B, C_out, V, T').
    """
    layer = nn.Conv2d(
        channels_in,
        channels_out,
        (1, kernel),
        stride=(1, stride),
        padding=(0, dilation * (kernel - 1) // 2),
        dilation=(1, dilation),
        bias=bias,
    )
    nn.init.normal_(layer.weight, 0.0, math.sqrt(2.0 / (fan_out or channels_out * kernel)))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def batch_norm(channels: int, weight: float = 1.0) -> nn.BatchNorm2d:
    """Return a batch norm over B, V and T whose scale starts at a given value.

    Args:
        channels: Channels C.
        weight: First value of the scale; 1e-6 silences a branch at the start of training.

    Returns:
        The layer, (B, C, V, T) -> (B, C, V, T).
    """
    norm = nn.BatchNorm2d(channels)
    nn.init.constant_(norm.weight, weight)
    return norm


class Shortcut(nn.Sequential):
    """The way around a layer where shapes differ: every `stride`-th frame, 1x1, batch norm.

    Frames are picked before the convolution. A strided 1x1 convolution would do the same, but
    with few channels in channels-last memory its weight gradient writes outside its memory on
    several CPU threads (uxlfoundation/oneDNN issue 6035; torch 2.13).

    Args:
        channels_in: Channels that enter.
        channels_out: Channels that leave.
        stride: Step along time.
    """

    def __init__(self, channels_in: int, channels_out: int, stride: int = 1) -> None:
        super().__init__(convolution(channels_in, channels_out), batch_norm(channels_out))
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer.

        Args:
            x: (B, C_in, V, T).

        Returns:
            (B, C_out, V, ceil(T / stride)).
        """
        convolve, norm = self
        y: Tensor = norm(convolve(x[..., :: self.stride]))
        return y


def shortcut(channels_in: int, channels_out: int, stride: int = 1) -> nn.Module:
    """Return the way around a layer: identity where shapes agree, else a `Shortcut`.

    Args:
        channels_in: Channels that enter.
        channels_out: Channels that leave.
        stride: Step along time.

    Returns:
        The layer, (B, C_in, V, T) -> (B, C_out, V, T').
    """
    if channels_in == channels_out and stride == 1:
        return nn.Identity()
    return Shortcut(channels_in, channels_out, stride)


def gather_neighbours(x: Tensor, topology: Tensor) -> Tensor:
    """Sum each joint's neighbours, once a subset: `z_k[u] = sum_v x[v] A_k[u, v]`.

    Args:
        x: Features (B, C, V, T).
        topology: Weights `A[target, source]`, (B, K, V, V), or (1, K, V, V) for all alike.

    Returns:
        (B, K C, V, T): the subsets side by side, subset 1's channels first.

    Example:
        >>> x = torch.arange(6.0).view(1, 1, 3, 2)
        >>> gather_neighbours(x, torch.eye(3).flip(0)[None, None])[0, 0]
        tensor([[4., 5.], [2., 3.], [0., 1.]])
    """
    B, C, V, T = x.shape
    K = topology.shape[1]
    rows = x.permute(0, 2, 3, 1).reshape(B, V, T * C)
    sums = torch.matmul(topology.reshape(-1, K * V, V).expand(B, -1, -1), rows)
    beside = sums.view(B, K, V, T, C).permute(0, 2, 3, 1, 4).reshape(B, V, T, K * C)
    return beside.permute(0, 3, 1, 2)


class Block(nn.Module):
    """One of the ten blocks: `relu(temporal(spatial(x)) + shortcut(x))`.

    Args:
        plan: The block's shape.
        spatial: Layer over joints, (B, C_in, V, T) -> (B, C_out, V, T).
        temporal: Layer over time, (B, C_out, V, T) -> (B, C_out, V, T').
        dropout: Share of the temporal layer's output set to zero in training.
    """

    def __init__(
        self, plan: BlockPlan, spatial: nn.Module, temporal: nn.Module, dropout: float
    ) -> None:
        super().__init__()
        self.spatial = spatial
        self.temporal = temporal
        self.dropout = dropout
        self.shortcut = (
            None if plan.is_first else shortcut(plan.channels_in, plan.channels_out, plan.stride)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Apply the block.

        Args:
            x: (B, C_in, V, T).

        Returns:
            (B, C_out, V, T').
        """
        y: Tensor = self.temporal(self.spatial(x))
        if self.dropout:
            y = F.dropout(y, self.dropout, self.training)
        if self.shortcut is not None:
            y = y + self.shortcut(x)
        return F.relu(y, inplace=True)
