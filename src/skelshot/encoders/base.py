"""The contract of every encoder: clips in, feature maps and vectors out."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from skelshot.encoders.persons import mean_over_persons
from skelshot.encoders.spec import EncoderSpec
from skelshot.ground import SkelshotError


class Encoder(nn.Module, ABC):
    """A network from a skeleton clip to a vector.

    A sub-class sets `name`, `spec_type` and `embed_dim`, makes its layers in `__init__` and
    computes `feature_map`. A network without an axis of joints, such as a transformer over
    frames, gives maps with V' = 1; one that pools by itself gives T' = V' = 1.

    Attributes:
        name: The name users type.
        paper: A short citation, or "" when there is no single source.
        spec_type: The model of its specification.
        embed_dim: Size D of the vectors; an encoder sets it when it is made.

    Args:
        spec: The encoder's shape; also found as attributes `layout`, `channels`, `frames`,
            `persons` and `num_joints`.

    Example:
        >>> class Mean(Encoder):
        ...     name = "mean"
        ...     def __init__(self, spec):
        ...         super().__init__(spec)
        ...         self.embed_dim = spec.channels
        ...     def feature_map(self, x):
        ...         return x.permute(0, 4, 1, 2, 3)
        >>> encoder = Mean(EncoderSpec(name="mean", layout="kinect-v1", frames=8))
        >>> encoder(torch.zeros(2, 3, 8, 20, 1)).shape
        torch.Size([2, 3])
    """

    name: ClassVar[str]
    paper: ClassVar[str] = ""
    spec_type: ClassVar[type[EncoderSpec]] = EncoderSpec
    embed_dim: int

    def __init__(self, spec: EncoderSpec) -> None:
        super().__init__()
        self.spec = spec
        self.layout = spec.layout.name
        self.channels = spec.channels
        self.frames = spec.frames
        self.persons = spec.persons
        self.num_joints = spec.layout.num_joints

    @classmethod
    def from_pretrained(cls, name: str) -> "tuple[Encoder, dict[str, Any]]":
        """Load an encoder that comes with the package, without a network.

        Args:
            name: Such as `skelshot-base`; `skelshot encoders` lists them.

        Returns:
            The encoder in evaluation mode on the CPU, and the input spec as JSON values, as
            `load_encoder` gives them.

        Raises:
            SkelshotError: There is none of that name, it is of another class than the one that
                is asked, or its file is not the one of its card.

        Example:
            >>> encoder, inputs = Encoder.from_pretrained("skelshot-base")
            >>> encoder.name, inputs["layout"]
            ('multi-stream', 'kinect-v1')
        """
        from skelshot.encoders.packaged import load_packaged  # noqa: PLC0415 - it makes encoders

        encoder, inputs = load_packaged(name)
        if not isinstance(encoder, cls):
            raise SkelshotError(
                f"packaged encoder {name}: found {encoder.name}, expected {cls.name}; call "
                "Encoder.from_pretrained"
            )
        return encoder, inputs

    @abstractmethod
    def feature_map(self, x: Tensor) -> Tensor:
        """Return the features before any mean is taken.

        Args:
            x: Clips (N, C, T, V, M).

        Returns:
            (N, M, D, T', V'), float32, or the lower precision of autocast.

        Raises:
            SkelshotError: The shape is not the spec's (see `check_clips`).
        """

    def forward(self, x: Tensor) -> Tensor:
        """Return one vector a clip: the mean of the map over frames, joints and persons.

        It is the same for all encoders, because an evaluation takes the mean of maps itself.

        Args:
            x: Clips (N, C, T, V, M).

        Returns:
            Embeddings (N, D), float32 also under autocast.

        Raises:
            SkelshotError: The shape is not the spec's.
        """
        vectors = self.feature_map(x).mean(dim=(3, 4), dtype=torch.float32)
        return mean_over_persons(vectors, self.counted_persons(x))

    def counted_persons(self, x: Tensor) -> Tensor | None:
        """Tell which persons the mean over persons counts.

        Args:
            x: Clips (N, C, T, V, M).

        Returns:
            (N, M) bool; None where all count, as by default.
        """
        del x
        return None

    def check_clips(self, x: Tensor) -> None:
        """Refuse clips of another shape than the spec's.

        Args:
            x: Clips.

        Raises:
            SkelshotError: They are not (N, C, T, V, M) with the spec's C, T, V and M.
        """
        expected = (self.channels, self.frames, self.num_joints, self.persons)
        if x.ndim != 5 or tuple(x.shape[1:]) != expected or len(x) == 0:
            raise SkelshotError(
                f"{self.spec.name} on {self.layout}: found an input of shape {tuple(x.shape)}, "
                f"expected (N, C, T, V, M) = (N, {', '.join(map(str, expected))}) with N >= 1; "
                "encode clips with the input spec that belongs to this encoder"
            )
