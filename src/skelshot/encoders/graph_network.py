"""The graph network of ten blocks, which ST-GCN, AGCN and CTR-GCN fill with layers of their own."""

from abc import abstractmethod
from typing import ClassVar

from torch import Tensor, nn

from skelshot.encoders.base import Encoder
from skelshot.encoders.blocks import Block, BlockPlan, ten_blocks
from skelshot.encoders.graph_spec import GraphNetworkSpec
from skelshot.encoders.persons import fold_persons, persons_who_are_there, unfold_persons
from skelshot.encoders.spec import EncoderSpec
from skelshot.ground import SkelshotError


class GraphNetwork(Encoder):
    """A batch norm of the input, then ten blocks over the graph of the joints.

    Args:
        spec: The encoder's shape.
    """

    spec_type: ClassVar[type[EncoderSpec]] = GraphNetworkSpec
    norm_is_per_person: ClassVar[bool] = True
    """Whether the first batch norm treats person 1 and person 2 apart."""
    spec: GraphNetworkSpec

    def __init__(self, spec: GraphNetworkSpec) -> None:
        super().__init__(spec)
        self.embed_dim = spec.widths[-1]
        normed = spec.persons if self.norm_is_per_person else 1
        self.input_norm = nn.BatchNorm1d(normed * self.num_joints * spec.channels)
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
        h = fold_persons(self._normalised(x))
        for block in self.blocks:
            h = block(h)
        return unfold_persons(h, self.persons)

    def counted_persons(self, x: Tensor) -> Tensor | None:
        """Tell which persons count: those who are there, where the spec asks for it.

        Args:
            x: Clips (N, C, T, V, M).

        Returns:
            (N, M) bool; None where all count.
        """
        return persons_who_are_there(x) if self.spec.mask_absent_persons else None

    def check_clips(self, x: Tensor) -> None:
        """Refuse clips of another shape than the spec's, and too few to train on.

        Args:
            x: Clips.

        Raises:
            SkelshotError: They do not fit, or a batch norm would train on a single value.
        """
        super().check_clips(x)
        if self.training and len(x) * self.frames < 2:
            raise SkelshotError(
                f"{self.spec.name}: found one clip of one frame in training, expected at least "
                "two frames in the batch; batch norm needs more than one value"
            )

    def _normalised(self, x: Tensor) -> Tensor:
        """Batch-norm each (person,) joint and channel over clips and frames."""
        N, C, T, V, M = x.shape
        series = x.permute(0, 4, 3, 1, 2).reshape(-1, self.input_norm.num_features, T)
        normed: Tensor = self.input_norm(series)
        return normed.view(N, M, V, C, T).permute(0, 3, 4, 2, 1)
