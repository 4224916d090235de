"""From a feature map to the vector that classifiers compare."""

from typing import Literal

from torch import Tensor

from skelshot.encoders.persons import mean_over_persons

ReadOut = Literal["pooled", "joints"]
"""`pooled`: one vector a clip, as the encoder's own forward. `joints`: one vector a joint."""


def read_out(feature_map: Tensor, kind: ReadOut, counted: Tensor | None = None) -> Tensor:
    """Average a feature map to one vector a clip.

    Args:
        feature_map: Features (N, M, D, T', V).
        kind: `pooled` averages over persons, time and joints; `joints` keeps the joints apart,
            so that what the hand does is compared with what the hand does.
        counted: Which persons count, (N, M) bool, see `Encoder.counted_persons`; all by default.

    Returns:
        Vectors (N, D), or (N, D * V).

    Example:
        >>> import torch
        >>> features = torch.zeros(2, 1, 8, 4, 20)
        >>> read_out(features, "pooled").shape, read_out(features, "joints").shape
        (torch.Size([2, 8]), torch.Size([2, 160]))
    """
    if kind == "pooled":
        return mean_over_persons(feature_map.mean((3, 4)), counted)
    return mean_over_persons(feature_map.mean(3), counted).flatten(1)
