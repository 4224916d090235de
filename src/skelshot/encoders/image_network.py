"""Skeleton images into a ResNet-18: Skeleton-DML's network as an encoder."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from skelshot.encoders.base import Encoder
from skelshot.encoders.clip_coordinates import joint_positions
from skelshot.encoders.resnet import FEATURES, SMALLEST_IMAGE, ResNet18
from skelshot.encoders.skeleton_images import ImageEncoding, skeleton_images
from skelshot.encoders.spec import EncoderSpec


class ImageNetworkSpec(EncoderSpec):
    """The specification of a ResNet-18 over skeleton images.

    Args:
        encoding: How a clip becomes an image: `triples` as in Skeleton-DML, `xyz` as in SL-DML.
        image_size: Pixels a side; at least 32, as the network halves them five times.
        positions: Which of the input's channels hold the joints' positions; the first three, or all
            of two, unless told.

    Raises:
        SkelshotError: A value is unknown or out of range.

    Example:
        >>> spec = ImageNetworkSpec(name="skeleton-image", layout="kinect-v1", channels=9)
        >>> spec.position_channels
        (0, 1, 2)
    """

    encoding: ImageEncoding = "triples"
    image_size: int = Field(default=64, ge=SMALLEST_IMAGE, le=1024)
    positions: tuple[int, ...] = Field(default=(), max_length=3)

    @property
    def position_channels(self) -> tuple[int, ...]:
        """Places of the joints' positions among the input's channels.

        Raises:
            SkelshotError: The input does not have one of them.
        """
        self.check_channels(self.positions, "positions", "set encoder.positions")
        return self.positions or tuple(range(min(3, self.channels)))


class ImageNetwork(Encoder):
    """A clip drawn as one image, and ResNet-18 without its last layer.

    All persons stand in one image, so the map is the same for each of them. Its rows are stripes of
    joints, its columns stripes of time. Table IX of the paper pre-trains Skeleton-DML's network by
    the transfer; the episodes of `sl-dml` and `skeleton-dml` go on from this encoder's weights.

    Args:
        spec: The encoder's shape.
    """

    name: ClassVar[str] = "skeleton-image"
    paper: ClassVar[str] = (
        "the network of Memmesheimer et al., Skeleton-DML: Deep Metric Learning for Skeleton-Based "
        "One-Shot Action Recognition, WACV 2022"
    )
    spec_type: ClassVar[type[EncoderSpec]] = ImageNetworkSpec
    spec: ImageNetworkSpec

    def __init__(self, spec: ImageNetworkSpec) -> None:
        super().__init__(spec)
        self.embed_dim = FEATURES
        self._positions = list(spec.position_channels)
        self.trunk = ResNet18()

    def feature_map(self, x: Tensor) -> Tensor:
        """Return the last map of the network, once a person.

        Args:
            x: Clips (N, C, T, V, M).

        Returns:
            (N, M, 512, T', V'): stripes of time by stripes of joints, each a 32nd of the image's
            side.

        Raises:
            SkelshotError: The shape is not the spec's.
        """
        self.check_clips(x)
        # Images are made in float32 also where clips come in a lower precision.
        whole = x if x.dtype == torch.float64 else x.float()
        positions = joint_positions(whole[:, self._positions], slice(None))
        maps = self.trunk.maps(skeleton_images(positions, self.spec.encoding, self.spec.image_size))
        return maps.transpose(2, 3)[:, None].expand(-1, self.persons, -1, -1, -1)
