"""The layers over time: one long convolution, or four branches of different reach."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skelshot.encoders.blocks import batch_norm, convolution

KERNEL = 9
"""Frames that the temporal convolution of ST-GCN and AGCN spans."""


class TemporalConvolution(nn.Module):
    """A convolution over 9 frames and a batch norm, as in ST-GCN and AGCN.

    Args:
        channels: Channels C, in and out.
        stride: Step along time.

    Example:
        >>> TemporalConvolution(8, stride=2)(torch.zeros(1, 8, 5, 15)).shape
        torch.Size([1, 8, 5, 8])
    """

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.convolution = convolution(channels, channels, kernel=KERNEL, stride=stride)
        self.norm = batch_norm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer.

        Args:
            x: (B, C, V, T).

        Returns:
            (B, C, V, ceil(T / stride)).
        """
        y: Tensor = self.norm(self.convolution(x))
        return y


class MultiScaleTemporal(nn.Module):
    """Four branches over time with C/4 channels each, as in CTR-GCN (section 3.4).

    Branches 1 and 2 span 5 frames at the distances 1 and 2, branch 3 takes the maximum of 3
    frames, branch 4 looks at the frame alone. The 1x1 layers that open branches 1 to 3 are one
    product, and the norms that close all four are one norm over the joined channels: batch
    norm treats each channel by itself, so the values are those of separate layers.

    Args:
        channels: Channels C, in and out; a multiple of 4.
        stride: Step along time.
        rectified: End with a relu of its own.

    Example:
        >>> MultiScaleTemporal(8, stride=2)(torch.zeros(1, 8, 5, 15)).shape
        torch.Size([1, 8, 5, 8])
    """

    def __init__(self, channels: int, stride: int, rectified: bool = False) -> None:
        super().__init__()
        quarter = channels // 4
        self.rectified = rectified
        self.stride = stride
        self.opening = convolution(channels, 3 * quarter, fan_out=quarter)
        self.opening_norm = batch_norm(3 * quarter)
        self.near = convolution(quarter, quarter, kernel=5, stride=stride)
        self.far = convolution(quarter, quarter, kernel=5, stride=stride, dilation=2)
        self.point = convolution(channels, quarter)
        self.norm = batch_norm(channels)
        for norm in (self.opening_norm, self.norm):
            nn.init.normal_(norm.weight, 1.0, 0.02)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer.

        Args:
            x: (B, C, V, T).

        Returns:
            (B, C, V, ceil(T / stride)).
        """
        opened = F.relu(self.opening_norm(self.opening(x)), inplace=True)
        near, far, peak = opened.chunk(3, dim=1)
        branches = [
            self.near(near),
            self.far(far),
            F.max_pool2d(peak, (1, 3), stride=(1, self.stride), padding=(0, 1)),
            self.point(x[..., :: self.stride]),
        ]
        y: Tensor = self.norm(torch.cat(branches, dim=1))
        return F.relu(y, inplace=True) if self.rectified else y
