"""From a feature map to the vector that classifiers compare."""

from typing import Literal

from torch import Tensor

from skelshot.encoders.persons import mean_over_persons

ReadOut = Literal["pooled", "joints", "flat"]
"""`pooled`: one vector a clip, as the encoder's own forward. `joints`: one vector a joint. `flat`:
the whole map, one vector a joint and moment."""


def read_out(feature_map: Tensor, kind: ReadOut, counted: Tensor | None = None) -> Tensor:
    """Average a feature map to one vector a clip.

    Args:
        feature_map: Features (N, M, D, T', V).
        kind: `pooled` averages over persons, time and joints; `joints` keeps the joints apart,
            so that what the hand does is compared with what the hand does; `flat` keeps time as
            well, so that what it does first is compared with what it does first.
        counted: Which persons count, (N, M) bool, as `Encoder.counted_persons` tells; all by
            default.

    Returns:
        Vectors (N, D), (N, D * V) or (N, D * T' * V).

    Example:
        >>> import torch
        >>> features = torch.zeros(2, 1, 8, 4, 20)
        >>> [tuple(read_out(features, kind).shape) for kind in ("pooled", "joints", "flat")]
        [(2, 8), (2, 160), (2, 640)]
    """
    if kind == "pooled":
        return mean_over_persons(feature_map.mean((3, 4)), counted)
    kept = feature_map if kind == "flat" else feature_map.mean(3)
    return mean_over_persons(kept, counted).flatten(1)
