"""TCN-Oneshot: nearest exemplar by a causal convolutional network on pose features.

A. Sabater et al., "One-Shot Action Recognition in Challenging Therapy Scenarios", CVPR Workshops
2021.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field
from torch import Tensor, nn

from skelshot.encoders.clip_coordinates import main_person
from skelshot.fewshot.base import MethodOptions
from skelshot.fewshot.embedding_method import EmbeddingMethod, EmbeddingOptions
from skelshot.fewshot.pose_features import (
    Bones,
    Distances,
    feature_count,
    hips_of,
    pose_features,
)
from skelshot.fewshot.tcn import CausalNetwork
from skelshot.skeletons import SkeletonLayout
from skelshot.skeletons.layouts import layout_as_data, layout_from


class TCNOneshotOptions(EmbeddingOptions):
    """Options of TCN-Oneshot.

    Attributes:
        layout: The joint layout, by name or definition; training fills it in. Without one,
            bodies are neither scaled nor turned.
        bones: Angles of the skeleton's `tree`, or of `consecutive` joints as its code has them.
        distances: Between joints in the `body`'s own frame as its code has them, or in that of
            the `camera`, as weights were trained before there was this option.
        width: Channels of the network, the size of the embedding.
        kernel: Frames a convolution sees.
        dilations: Of the blocks of a stack.
        stacks: Number of stacks.
        dropout: After each convolution.

    Example:
        >>> TCNOneshotOptions(width=64).dilations
        (1, 2, 4)
    """

    before: ClassVar[Mapping[str, Any]] = {"distances": "camera"}

    layout: str | dict[str, Any] | None = None
    bones: Bones = "tree"
    distances: Distances = "body"
    width: int = Field(256, ge=1, le=65_536)
    kernel: int = Field(4, ge=1, le=1000)
    dilations: tuple[int, ...] = Field((1, 2, 4), min_length=1)
    stacks: int = Field(2, ge=1, le=100)
    dropout: float = Field(0.2, ge=0, lt=1)


class _PoseNetwork(nn.Module):
    """Pose features of the main person, then a causal network over time.

    Args:
        joints: V.
        options: Of the method.
    """

    def __init__(self, joints: int, options: TCNOneshotOptions) -> None:
        super().__init__()
        self.layout = None if options.layout is None else layout_from(options.layout)
        self.bones, self.distances = options.bones, options.distances
        self.tcn = CausalNetwork(
            feature_count(joints),
            options.width,
            options.kernel,
            options.dilations,
            options.stacks,
            options.dropout,
        )

    def forward(self, positions: Tensor) -> Tensor:
        """Map joint positions (n, 3, T, V, M) to embeddings (n, width)."""
        person = main_person(positions)
        features = pose_features(person, self.layout, self.bones, self.distances)
        embedded: Tensor = self.tcn(features.transpose(1, 2))
        return embedded


class TCNOneshot(EmbeddingMethod):
    """Nearest exemplar by the output of a causal network on pose features at the last frame.

    Args:
        options: Options of the method.

    Example:
        >>> import torch
        >>> method = TCNOneshot(TCNOneshotOptions(width=16))
        >>> method.make_weights((3, 24, 20, 1))
        >>> method.eval().embed(torch.randn(2, 3, 24, 20, 1)).shape
        torch.Size([2, 16])
    """

    name: ClassVar[str] = "tcn-oneshot"
    paper: ClassVar[str] = (
        "Sabater et al., One-Shot Action Recognition in Challenging Therapy Scenarios, CVPRW 2021"
    )
    options_type: ClassVar[type[MethodOptions]] = TCNOneshotOptions
    options: TCNOneshotOptions

    @property
    def embed_dim(self) -> int:
        """The network's width."""
        return self.options.width

    def make_network(self, shape: tuple[int, ...]) -> nn.Module:
        """Make the network with fresh weights.

        Args:
            shape: `(C, T, V, M)`.

        Returns:
            From joint positions (n, 3, T, V, M) to (n, width).
        """
        return _PoseNetwork(shape[2], self.options)

    def begin_training(self, shape: tuple[int, ...], layout: SkeletonLayout) -> None:
        """Make the network for bodies of a layout, which the options then name.

        Args:
            shape: `(C, T, V, M)`.
            layout: The joints V.

        Raises:
            SkelshotError: The layout has no hips.
        """
        hips_of(layout)
        self.options = self.options.model_copy(update={"layout": layout_as_data(layout)})
        super().begin_training(shape, layout)
