"""The contract that all encoders share."""

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn

from skelshot.encoders.blocks import Block, BlockPlan, ten_blocks
from skelshot.encoders.spec import EncoderSpec
from skelshot.ground import SkelshotError


def fold_persons(x: Tensor) -> Tensor:
    """Put persons beside clips and bring the axes into the encoders' order.

    Args:
        x: Clips (N, C, T, V, M).

    Returns:
        (N M, C, V, T) in channels-last memory, a clip's persons next to each other.

    Example:
        >>> fold_persons(torch.zeros(4, 3, 64, 25, 2)).shape
        torch.Size([8, 3, 25, 64])
    """
    folded = x.permute(0, 4, 1, 3, 2).flatten(0, 1)
    return folded.contiguous(memory_format=torch.channels_last)


def unfold_persons(features: Tensor, persons: int) -> Tensor:
    """Take persons and clips apart again.

    Args:
        features: (N M, D, V, T').
        persons: M.

    Returns:
        (N, M, D, T', V), a view.

    Example:
        >>> unfold_persons(torch.zeros(8, 256, 25, 16), persons=2).shape
        torch.Size([4, 2, 256, 16, 25])
    """
    return features.view(-1, persons, *features.shape[1:]).transpose(3, 4)


def mean_over_persons(vectors: Tensor, counted: Tensor | None = None) -> Tensor:
    """Average the persons of a clip.

    Args:
        vectors: (N, M, D).
        counted: Which persons count, (N, M) bool; all by default.

    Returns:
        (N, D); zeros where nobody counts.

    Example:
        >>> two = torch.tensor([[[2.0], [4.0]]])
        >>> mean_over_persons(two), mean_over_persons(two, torch.tensor([[True, False]]))
        (tensor([[3.]]), tensor([[2.]]))
    """
    if counted is None:
        return vectors.mean(dim=1)
    weights = counted.to(vectors.dtype)[:, :, None]
    return (vectors * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)


class Encoder(nn.Module, ABC):
    """A skeleton clip in, a vector out.

    The input passes a batch norm for each person, joint and channel, ten blocks, and is
    averaged over frames, joints and persons.

    Args:
        spec: The encoder's shape; also found as attributes `layout`, `channels`, `frames`,
            `persons` and `embed_dim`.
    """

    norm_is_per_person: ClassVar[bool] = True
    """Whether the first batch norm treats person 1 and person 2 apart."""

    def __init__(self, spec: EncoderSpec) -> None:
        super().__init__()
        self.spec = spec
        self.layout = spec.layout.name
        self.channels = spec.channels
        self.frames = spec.frames
        self.persons = spec.persons
        self.embed_dim = spec.embed_dim
        self.num_joints = spec.layout.num_joints
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
        self._check_shape(x)
        h = fold_persons(self._normalised(x))
        for block in self.blocks:
            h = block(h)
        return unfold_persons(h, self.persons)

    def forward(self, x: Tensor) -> Tensor:
        """Return one vector a clip.

        Args:
            x: Clips (N, C, T, V, M).

        Returns:
            Embeddings (N, D), float32 also under autocast.

        Raises:
            SkelshotError: The shape is not the spec's.
        """
        vectors = self.feature_map(x).mean(dim=(3, 4), dtype=torch.float32)
        counted = (
            (x != 0).any(dim=3).any(dim=2).any(dim=1) if self.spec.mask_absent_persons else None
        )
        return mean_over_persons(vectors, counted)

    def _normalised(self, x: Tensor) -> Tensor:
        """Batch-norm each (person,) joint and channel over clips and frames."""
        N, C, T, V, M = x.shape
        series = x.permute(0, 4, 3, 1, 2).reshape(-1, self.input_norm.num_features, T)
        normed: Tensor = self.input_norm(series)
        return normed.view(N, M, V, C, T).permute(0, 3, 4, 2, 1)

    def _check_shape(self, x: Tensor) -> None:
        """Compare the clips' shape to the spec's."""
        expected = (self.channels, self.frames, self.num_joints, self.persons)
        if x.ndim != 5 or tuple(x.shape[1:]) != expected or len(x) == 0:
            raise SkelshotError(
                f"{self.spec.name} on {self.layout}: found an input of shape {tuple(x.shape)}, "
                f"expected (N, C, T, V, M) = (N, {', '.join(map(str, expected))}) with N >= 1; "
                "encode clips with the input spec that belongs to this encoder"
            )
        if self.training and len(x) * self.frames < 2:
            raise SkelshotError(
                f"{self.spec.name}: found one clip of one frame in training, expected at least "
                "two frames in the batch; batch norm needs more than one value"
            )
