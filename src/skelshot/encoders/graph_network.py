"""The graph network of ten blocks, which ST-GCN, AGCN and CTR-GCN fill with layers of their own."""

from abc import abstractmethod
from typing import ClassVar

from torch import Tensor, nn

from skelshot.encoders.blocks import Block, BlockPlan, ten_blocks
from skelshot.encoders.graph_spec import GraphNetworkSpec
from skelshot.encoders.joint_network import JointNetwork
from skelshot.encoders.persons import fold_persons, unfold_persons
from skelshot.encoders.spec import EncoderSpec


class GraphNetwork(JointNetwork):
    """A batch norm of the input, then ten blocks over the graph of the joints.

    Args:
        spec: The encoder's shape.
    """

    spec_type: ClassVar[type[EncoderSpec]] = GraphNetworkSpec
    spec: GraphNetworkSpec

    def __init__(self, spec: GraphNetworkSpec) -> None:
        super().__init__(spec)
        self.embed_dim = spec.widths[-1]
        plans = ten_blocks(spec.channels, spec.widths)
        self.blocks = nn.ModuleList(self.make_block(plan) for plan in plans)

    @abstractmethod
    def make_block(self, plan: BlockPlan) -> Block:
        """Return one of the ten blocks.

        Args:
            plan: Its shape.

        Returns:
            The block, (B, C_in, V, T) -> (B, C_out, V, T').
        """

    def feature_map(self, x: Tensor) -> Tensor:
        """Return the features before any mean is taken.

        Args:
            x: Clips (N, C, T, V, M).

        Returns:
            (N, M, D, T', V) with T' = ceil(ceil(T / 2) / 2); under autocast in the lower
            precision.

        Raises:
            SkelshotError: The shape is not the spec's.
        """
        self.check_clips(x)
        h = fold_persons(self.normalised(x))
        for block in self.blocks:
            h = block(h)
        return unfold_persons(h, self.persons)
