"""The average-pooling read-out: the mean over frames and joints, then the nearest exemplar."""

from typing import ClassVar

from torch import Tensor

from skelshot.fewshot.readout_nearest import ReadOutNearest


class AveragePooling(ReadOutNearest):
    """Nearest exemplar by the mean of the feature map over frames and joints.

    Args:
        options: Options of the method.

    Example:
        >>> import torch
        >>> maps = torch.tensor([[1.0, 0.0], [0.0, 1.0]])[None, :, None, :, None, None]
        >>> AveragePooling()(maps, maps[:, :, 0]).argmax(-1).tolist()      # D = 2, T' = V = 1
        [[0, 1]]
    """

    name: ClassVar[str] = "average-pooling"
    paper: ClassVar[str] = (
        "Liu et al., Skeleton-Based Action Recognition Using Spatio-Temporal LSTM Network with "
        "Trust Gates, TPAMI 2018"
    )

    def read(self, maps: Tensor) -> Tensor:
        """Average over frames and joints.

        Args:
            maps: `(..., D, T', V)`.

        Returns:
            `(..., D)`.
        """
        return maps.mean((-2, -1))
