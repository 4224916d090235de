"""SL-DML: clips as images, a ResNet-18 and a metric loss.

R. Memmesheimer et al., "SL-DML: Signal Level Deep Metric Learning for Multimodal One-Shot Action
Recognition", ICPR 2020.
"""

from pathlib import Path
from typing import ClassVar

from pydantic import Field
from torch import Tensor, nn

from skelshot.encoders import Encoder, ImageNetwork
from skelshot.encoders.resnet import FEATURES, SMALLEST_IMAGE, ResNet18
from skelshot.encoders.skeleton_images import ImageEncoding, skeleton_images
from skelshot.fewshot.base import MethodOptions
from skelshot.fewshot.embedding_method import EmbeddingMethod, EmbeddingOptions
from skelshot.fewshot.imagenet import load_imagenet
from skelshot.ground import SkelshotError
from skelshot.skeletons import SkeletonLayout


class SLDMLOptions(EmbeddingOptions):
    """Options of SL-DML.

    Attributes:
        encoding: How a clip becomes an image.
        image_size: Pixels a side, at least 32; its code has 256.
        embedding: Size of the embedding.
        imagenet: A file of public ResNet-18 weights in torchvision's layout that training starts
            from; random weights without it.

    Example:
        >>> SLDMLOptions(image_size=256).embedding
        128
    """

    encoding: ImageEncoding = "xyz"
    image_size: int = Field(64, ge=SMALLEST_IMAGE, le=1024)
    embedding: int = Field(128, ge=1, le=65_536)
    imagenet: Path | None = None


class _ImageNetwork(nn.Module):
    """An image of a clip, then ResNet-18 and a linear layer.

    Args:
        options: Of the method.
    """

    def __init__(self, options: SLDMLOptions) -> None:
        super().__init__()
        self.encoding = options.encoding
        self.size = options.image_size
        self.trunk = ResNet18()
        self.embedder = nn.Linear(FEATURES, options.embedding)

    def forward(self, positions: Tensor) -> Tensor:
        """Map joint positions (n, 3, T, V, M) to embeddings (n, embedding)."""
        images = skeleton_images(positions, self.encoding, self.size)
        embedded: Tensor = self.embedder(self.trunk(images))
        return embedded


class SLDML(EmbeddingMethod):
    """Nearest exemplar by an embedded image of joints by time, coordinates as colours.

    Args:
        options: Options of the method.

    Example:
        >>> import torch
        >>> method = SLDML()
        >>> method.make_weights((3, 24, 20, 1))
        >>> method.eval().embed(torch.randn(2, 3, 24, 20, 1)).shape
        torch.Size([2, 128])
    """

    name: ClassVar[str] = "sl-dml"
    paper: ClassVar[str] = (
        "Memmesheimer et al., SL-DML: Signal Level Deep Metric Learning for Multimodal One-Shot "
        "Action Recognition, ICPR 2020"
    )
    options_type: ClassVar[type[MethodOptions]] = SLDMLOptions
    options: SLDMLOptions

    @property
    def embed_dim(self) -> int:
        """The size of the embedding."""
        return self.options.embedding

    def make_network(self, shape: tuple[int, ...]) -> nn.Module:
        """Make the network with fresh weights.

        Args:
            shape: `(C, T, V, M)`; images have one size whatever it is.

        Returns:
            From joint positions (n, 3, T, V, M) to (n, embedding).
        """
        del shape
        return _ImageNetwork(self.options)

    def begin_training(self, shape: tuple[int, ...], layout: SkeletonLayout) -> None:
        """Make the network, with ImageNet weights where the options name a file.

        Args:
            shape: `(C, T, V, M)`.
            layout: The joints V.

        Raises:
            SkelshotError: The file cannot be read, or its weights do not fit.
        """
        super().begin_training(shape, layout)
        if self.options.imagenet is not None and isinstance(self.network, _ImageNetwork):
            load_imagenet(self.network.trunk, self.options.imagenet)

    def take_over(self, encoder: Encoder) -> None:
        """Begin with the ResNet-18 of an encoder `skeleton-image` (Table IX of the paper).

        Args:
            encoder: The encoder of the run.

        Raises:
            SkelshotError: It draws other images, or of other channels, or the options name a file
                of weights as well.
        """
        if not isinstance(encoder, ImageNetwork) or not isinstance(self.network, _ImageNetwork):
            return
        if self.options.imagenet is not None:
            raise SkelshotError(
                f"method {self.name}, imagenet: found {self.options.imagenet} beside the encoder "
                f"{encoder.name}, whose weights training begins with; leave one of them out"
            )
        joints = tuple(range(*self.joint_channels.indices(encoder.channels)))
        if encoder.spec.position_channels != joints:
            raise SkelshotError(
                f"encoder {encoder.name}, positions: found {encoder.spec.position_channels}, the "
                f"joints' positions are channels {joints}; set encoder.positions"
            )
        theirs, ours = encoder.spec, self.options
        for option in ("encoding", "image_size"):
            if getattr(theirs, option) != getattr(ours, option):
                raise SkelshotError(
                    f"method {self.name}, {option}: found {getattr(ours, option)!r}, the encoder "
                    f"{encoder.name} has {getattr(theirs, option)!r}; set encoder.{option} or "
                    f"episodic.method_options.{option}"
                )
        self.network.trunk.load_state_dict(encoder.trunk.state_dict())
