"""The fully connected read-out: a layer above the mean feature, then the nearest exemplar."""

from typing import Annotated, ClassVar

from pydantic import Field
from torch import Tensor, nn

from skelshot.fewshot.base import MethodOptions
from skelshot.fewshot.readout_nearest import ReadOutNearest, TrainedReadOutOptions


class FCReadOutOptions(TrainedReadOutOptions):
    """Options of the fully connected read-out.

    Attributes:
        width: Units of the layer.

    Example:
        >>> FCReadOutOptions().width
        256
    """

    width: Annotated[int, Field(ge=1, le=65_536)] = 256


class FCReadOut(ReadOutNearest):
    """Nearest exemplar by relu(W f + b), f the mean of the feature map over frames and joints.

    Args:
        options: Options of the method.

    Example:
        >>> import torch
        >>> method = FCReadOut()
        >>> method.make_weights((8, 4, 20))
        >>> method.read(torch.randn(3, 8, 4, 20)).shape
        torch.Size([3, 256])
    """

    name: ClassVar[str] = "fc-readout"
    paper: ClassVar[str] = (
        "Liu et al., Skeleton-Based Human Action Recognition with Global Context-Aware Attention "
        "LSTM Networks, TIP 2018"
    )
    options_type: ClassVar[type[MethodOptions]] = FCReadOutOptions
    has_weights = True
    options: FCReadOutOptions

    def __init__(self, options: FCReadOutOptions | None = None) -> None:
        super().__init__(options)
        self.layer: nn.Linear | None = None

    def make_weights(self, shape: tuple[int, ...]) -> None:
        """Make the layer, by He's initialisation and with zero biases.

        Args:
            shape: `(D, T', V)`.
        """
        self.layer = nn.Linear(shape[0], self.options.width)
        nn.init.kaiming_normal_(self.layer.weight, nonlinearity="relu")
        nn.init.zeros_(self.layer.bias)

    def read(self, maps: Tensor) -> Tensor:
        """Average over frames and joints, then pass the layer.

        Args:
            maps: `(..., D, T', V)`.

        Returns:
            `(..., width)`, none negative.

        Raises:
            SkelshotError: There are no weights for maps of that width.
        """
        channels = maps.shape[-3]
        if self.layer is None:
            raise self.unfit(channels, None)
        if channels != self.layer.in_features:
            raise self.unfit(channels, self.layer.in_features)
        features: Tensor = self.layer(maps.mean((-2, -1))).relu()
        return features
