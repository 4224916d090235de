"""AGCN: the graph plus a learned matrix plus attention between joints (Shi et al. 2019)."""

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skelshot.encoders.blocks import (
    Block,
    BlockPlan,
    batch_norm,
    convolution,
    gather_neighbours,
    shortcut,
)
from skelshot.encoders.graph_network import GraphNetwork
from skelshot.encoders.graphs import direction_partition
from skelshot.encoders.temporal import TemporalConvolution


class AdaptiveConvolution(nn.Module):
    """Spatial layer: `relu(BN(sum_k W_k f (A_k + B_k + C_k)) + down(f))` (2s-AGCN, eq. 3).

    `A_physical` is the skeleton's graph, `B_learned` a matrix learned freely and
    `C_attention` the likeness of joints within a clip.

    Args:
        channels_in: Channels that enter.
        channels_out: Channels that leave.
        A_physical: The graph, (K, V, V), `A[subset, source, target]`.
    """

    A_physical: Tensor

    def __init__(self, channels_in: int, channels_out: int, A_physical: Tensor) -> None:
        super().__init__()
        K = len(A_physical)
        embedding = channels_out // 4
        self.register_buffer("A_physical", A_physical.clone(), persistent=False)
        self.B_learned = nn.Parameter(torch.full_like(A_physical, 1e-6))
        self.theta_phi = convolution(channels_in, 2 * K * embedding, bias=True, fan_out=embedding)
        self.value = convolution(
            K * channels_in, channels_out, fan_out=channels_out * channels_in * K
        )
        self.norm = batch_norm(channels_out, weight=1e-6)
        self.down = shortcut(channels_in, channels_out)

    def C_attention(self, x: Tensor) -> Tensor:  # noqa: N802  the formula's letter
        """Return the likeness of joints: `softmax_v(theta_k(f_v) . phi_k(f_u) / (C_e T))`.

        theta and phi of all subsets are one 1x1 convolution.

        Args:
            x: (B, C_in, V, T).

        Returns:
            (B, K, V, V) float32, `C[target u, source v]`; each row adds up to 1.
        """
        B, _, V, T = x.shape
        K = len(self.A_physical)
        embedded = self.theta_phi(x).permute(0, 2, 3, 1).reshape(B, V, T, 2 * K, -1)
        theta, phi = embedded.permute(3, 0, 1, 2, 4).reshape(2, K * B, V, -1)
        scores: Tensor = torch.bmm(phi, theta.transpose(1, 2)).float() / theta.shape[-1]
        return scores.softmax(dim=-1).view(K, B, V, V).transpose(0, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer.

        Args:
            x: (B, C_in, V, T).

        Returns:
            (B, C_out, V, T).
        """
        fixed = (self.A_physical + self.B_learned).transpose(1, 2)  # (K, target, source)
        topology = fixed + self.C_attention(x)
        y = self.norm(self.value(gather_neighbours(x, topology)))
        return F.relu(y + self.down(x), inplace=True)


class AGCN(GraphNetwork):
    """AGCN (one stream of 2s-AGCN) with ten blocks.

    Args:
        spec: The encoder's shape.
    """

    name: ClassVar[str] = "agcn"
    paper: ClassVar[str] = (
        "Shi et al., Two-Stream Adaptive Graph Convolutional Networks for Skeleton-Based "
        "Action Recognition, CVPR 2019"
    )

    def make_block(self, plan: BlockPlan) -> Block:
        """Return one of the ten blocks.

        Args:
            plan: Its shape.

        Returns:
            The block, (B, C_in, V, T) -> (B, C_out, V, T').
        """
        graph = direction_partition(self.spec.layout)
        return Block(
            plan,
            AdaptiveConvolution(plan.channels_in, plan.channels_out, graph),
            TemporalConvolution(plan.channels_out, plan.stride),
            self.spec.dropout,
        )
