"""ST-GCN: fixed neighbours with a learned importance of each edge (Yan et al. 2018)."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skelshot.encoders.blocks import Block, BlockPlan, batch_norm, convolution, gather_neighbours
from skelshot.encoders.graph_network import GraphNetwork
from skelshot.encoders.graph_spec import GraphNetworkSpec
from skelshot.encoders.graphs import released_partition, spatial_partition
from skelshot.encoders.spec import EncoderSpec
from skelshot.encoders.temporal import TemporalConvolution


class STGCNSpec(GraphNetworkSpec):
    """The specification of ST-GCN.

    Args:
        partition: How a joint's neighbours fall into subsets: as in the `released` code, so that
            weights trained with it fit, or by all `hops` to the layout's centre, as encoders
            written before there was this option.

    Example:
        >>> STGCNSpec(name="st-gcn", layout="kinect-v2").partition
        'released'
    """

    before: ClassVar[Mapping[str, Any]] = {"partition": "hops"}

    partition: Literal["released", "hops"] = "released"


class PartitionedConvolution(nn.Module):
    """Spatial layer: `relu(BN(sum_k (A_k * M_k)(W_k f + b_k)))` (ST-GCN, eq. 10).

    A_k is the normalised graph of subset k, M_k the learned importance of its edges.

    Args:
        channels_in: Channels that enter.
        channels_out: Channels that leave.
        A_physical: The graph, (K, V, V), `A[subset, source, target]`.
    """

    A_physical: Tensor

    def __init__(self, channels_in: int, channels_out: int, A_physical: Tensor) -> None:
        super().__init__()
        K = len(A_physical)
        self.register_buffer("A_physical", A_physical.clone(), persistent=False)
        self.edge_importance = nn.Parameter(torch.ones_like(A_physical))
        self.value = convolution(K * channels_in, channels_out, fan_out=K * channels_out)
        self.value_bias = nn.Parameter(torch.zeros(K, channels_out))
        self.norm = batch_norm(channels_out)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer.

        Args:
            x: (B, C_in, V, T).

        Returns:
            (B, C_out, V, T).
        """
        A = (self.A_physical * self.edge_importance).transpose(1, 2)  # (K, target, source)
        bias = torch.einsum("kuv,kc->cu", A, self.value_bias)[None, :, :, None]
        y = self.value(gather_neighbours(x, A[None]))
        return F.relu(self.norm(y + bias.to(y.dtype)), inplace=True)


class STGCN(GraphNetwork):
    """ST-GCN: neighbours in three subsets, ten blocks and 9-frame temporal convolutions.

    Args:
        spec: The encoder's shape.
    """

    name: ClassVar[str] = "st-gcn"
    paper: ClassVar[str] = (
        "Yan et al., Spatial Temporal Graph Convolutional Networks for Skeleton-Based Action "
        "Recognition, AAAI 2018"
    )
    spec_type: ClassVar[type[EncoderSpec]] = STGCNSpec
    norm_is_per_person: ClassVar[bool] = False
    spec: STGCNSpec

    def make_block(self, plan: BlockPlan) -> Block:
        """Return one of the ten blocks.

        Args:
            plan: Its shape.

        Returns:
            The block, (B, C_in, V, T) -> (B, C_out, V, T').
        """
        divided = released_partition if self.spec.partition == "released" else spatial_partition
        graph = divided(self.spec.layout)
        return Block(
            plan,
            PartitionedConvolution(plan.channels_in, plan.channels_out, graph),
            TemporalConvolution(plan.channels_out, plan.stride),
            self.spec.dropout,
        )
