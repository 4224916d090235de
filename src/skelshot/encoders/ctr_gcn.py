"""CTR-GCN: a topology of its own for every channel (Chen et al. 2021)."""

import math
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skelshot.encoders.blocks import Block, BlockPlan, batch_norm, convolution, shortcut
from skelshot.encoders.graph_network import GraphNetwork
from skelshot.encoders.graphs import direction_partition
from skelshot.encoders.temporal import MultiScaleTemporal


class ChannelwiseConvolution(nn.Module):
    """Spatial layer: `relu(BN(sum_k R_k * (W_k f)) + down(f))`, R_k one matrix a channel.

    `R_k = A_k + alpha Q_k(f)` refines a topology shared by all channels (CTR-GCN, eq. 3-6).
    The graph is only the first value of the learned A. As in the published code, here its rows
    are the targets: subset 2 gathers a joint's children, subset 3 its parent.

    Args:
        channels_in: Channels that enter.
        channels_out: Channels that leave.
        relations: Channels r in which joints are compared.
        graph: First value of A, (K, V, V).
    """

    def __init__(self, channels_in: int, channels_out: int, relations: int, graph: Tensor) -> None:
        super().__init__()
        K = len(graph)
        self.A_learned = nn.Parameter(graph.clone())
        self.alpha = nn.Parameter(torch.zeros(()))
        self.psi_phi = nn.Linear(channels_in, 2 * K * relations)
        self.refine = nn.Parameter(torch.empty(K, channels_out, relations))
        self.refine_bias = nn.Parameter(torch.zeros(K, channels_out, 1))
        self.value = nn.ModuleList(
            convolution(channels_in, channels_out, bias=True) for _ in range(K)
        )
        self.norm = batch_norm(channels_out, weight=1e-6)
        self.down = shortcut(channels_in, channels_out)
        nn.init.normal_(self.psi_phi.weight, 0.0, math.sqrt(2.0 / relations))
        nn.init.zeros_(self.psi_phi.bias)
        nn.init.normal_(self.refine, 0.0, math.sqrt(2.0 / channels_out))

    def relations(self, x: Tensor) -> Tensor:
        """Return `tanh(psi_k(f_u) - phi_k(f_v))`, the features averaged over time first.

        psi and phi are linear, so the mean is taken before them, where it is cheap.

        Args:
            x: (B, C_in, V, T).

        Returns:
            (K, B, r, V, V), `[target u, source v]`.
        """
        B, _, V, _ = x.shape
        K = len(self.A_learned)
        compared = self.psi_phi(x.mean(dim=3).transpose(1, 2))  # (B, V, 2 K r)
        psi, phi = compared.view(B, V, 2, K, -1).permute(2, 3, 0, 4, 1)  # (K, B, r, V) each
        return torch.tanh(psi[..., :, None] - phi[..., None, :])

    def refined_topology(self, relations: Tensor, k: int) -> Tensor:
        """Return `R_k = A_k + alpha (refine_k M_k)`, one matrix a channel.

        Args:
            relations: `M_k` as `relations` returns it, (B, r, V, V).
            k: The subset.

        Returns:
            (B, C_out, V, V), `R[target, source]`.
        """
        B, _, V, _ = relations.shape
        weight = (self.alpha * self.refine[k]).expand(B, -1, -1)
        offset = self.A_learned[k].flatten() + self.alpha * self.refine_bias[k]  # (C_out, V V)
        refined = torch.baddbmm(offset.expand(B, -1, -1), weight, relations.flatten(2))
        return refined.view(B, -1, V, V)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer.

        Args:
            x: (B, C_in, V, T).

        Returns:
            (B, C_out, V, T).
        """
        B, _, V, T = x.shape
        (R, value), *others = [
            (self.refined_topology(M, k).view(-1, V, V), self.value[k](x).reshape(-1, V, T))
            for k, M in enumerate(self.relations(x))
        ]
        total = torch.bmm(R, value)  # a product of its own for every clip and channel
        for R, value in others:
            total = torch.baddbmm(total, R, value)
        y = self.norm(total.view(B, -1, V, T))
        return F.relu(y + self.down(x), inplace=True)


class CTRGCN(GraphNetwork):
    """CTR-GCN (one stream) with ten blocks and multi-scale temporal layers.

    Args:
        spec: The encoder's shape.
    """

    name: ClassVar[str] = "ctr-gcn"
    paper: ClassVar[str] = (
        "Chen et al., Channel-wise Topology Refinement Graph Convolution for Skeleton-Based "
        "Action Recognition, ICCV 2021"
    )

    def make_block(self, plan: BlockPlan) -> Block:
        """Return one of the ten blocks.

        Args:
            plan: Its shape.

        Returns:
            The block, (B, C_in, V, T) -> (B, C_out, V, T').
        """
        relations = 8 if plan.is_first else plan.channels_in // 8
        graph = direction_partition(self.spec.layout)
        return Block(
            plan,
            ChannelwiseConvolution(plan.channels_in, plan.channels_out, relations, graph),
            MultiScaleTemporal(plan.channels_out, plan.stride, self.spec.temporal_relu),
            self.spec.dropout,
        )
