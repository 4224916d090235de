"""Networks over joints and frames: the options they share, and the batch norm of their input."""

from typing import ClassVar

from pydantic import Field
from torch import Tensor, nn

from skelshot.encoders.base import Encoder
from skelshot.encoders.persons import persons_who_are_there
from skelshot.encoders.spec import EncoderSpec
from skelshot.ground import SkelshotError


class JointNetworkSpec(EncoderSpec):
    """The specification of networks whose maps keep persons and joints apart.

    Args:
        width: Multiplies the network's channels.
        dropout: Share of each layer's output set to zero in training.
        mask_absent_persons: Leave persons whose input is all zero out of every mean over
            persons. By default the mean is over all M, as in the published code.

    Raises:
        SkelshotError: A value is unknown or out of range.
    """

    width: float = Field(default=1.0, gt=0, le=16)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    mask_absent_persons: bool = False


class PersonsEncoder(Encoder):
    """An encoder that leaves absent persons out of means, where its spec asks for it.

    Args:
        spec: The encoder's shape.
    """

    spec: JointNetworkSpec

    def counted_persons(self, x: Tensor) -> Tensor | None:
        """Tell which persons count: those who are there, where the spec asks for it.

        Args:
            x: Clips (N, C, T, V, M).

        Returns:
            (N, M) bool; None where all count.
        """
        return persons_who_are_there(x) if self.spec.mask_absent_persons else None


class JointNetwork(PersonsEncoder):
    """A network over joints and frames that begins with a batch norm of the input.

    Args:
        spec: The encoder's shape.
    """

    spec_type: ClassVar[type[EncoderSpec]] = JointNetworkSpec
    norm_is_per_person: ClassVar[bool] = True
    """Whether the first batch norm treats person 1 and person 2 apart."""
    spec: JointNetworkSpec

    def __init__(self, spec: JointNetworkSpec) -> None:
        super().__init__(spec)
        normed = spec.persons if self.norm_is_per_person else 1
        self.input_norm = nn.BatchNorm1d(normed * self.num_joints * spec.channels)

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

    def normalised(self, x: Tensor) -> Tensor:
        """Batch-norm each (person,) joint and channel over clips and frames.

        Args:
            x: Clips (N, C, T, V, M).

        Returns:
            (N, C, T, V, M).
        """
        N, C, T, V, M = x.shape
        series = x.permute(0, 4, 3, 1, 2).reshape(-1, self.input_norm.num_features, T)
        normed: Tensor = self.input_norm(series)
        return normed.view(N, M, V, C, T).permute(0, 3, 4, 2, 1)
