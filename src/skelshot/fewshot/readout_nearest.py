"""The base of the read-outs of one network: a vector a clip, then the nearest exemplar.

The rows "Attention", "Fully Connected" and "Average Pooling" of the one-shot tables of NTU RGB+D
120 compare three representations of one recurrent network by nearest neighbour.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from skelshot.fewshot.base import FewShotMethod, MethodOptions, WeightedOptions
from skelshot.fewshot.formulas import cosine_logits
from skelshot.fewshot.nearest import best_of_class
from skelshot.ground import SkelshotError


class ReadOutOptions(MethodOptions):
    """Options that every read-out has.

    Attributes:
        distance: Compare vectors by `cosine` or by the distance of `euclid`.
        scale: Factor on the logits; it changes training in episodes, never a prediction.

    Example:
        >>> ReadOutOptions().distance
        'cosine'
    """

    renamed: ClassVar[Mapping[str, str]] = {"metric": "distance"}

    distance: Literal["cosine", "euclid"] = "cosine"
    scale: Annotated[float, Field(gt=0)] = 10.0


class TrainedReadOutOptions(ReadOutOptions, WeightedOptions):
    """Options of a read-out that has weights of its own."""


class ReadOutNearest(FewShotMethod):
    """Nearest exemplar by a read-out of the feature map.

    Args:
        options: Options of the method.
    """

    reads: ClassVar[Literal["clip", "vector", "map"]] = "map"
    options_type: ClassVar[type[MethodOptions]] = ReadOutOptions
    options: ReadOutOptions

    @abstractmethod
    def read(self, maps: Tensor) -> Tensor:
        """Turn feature maps into vectors.

        Args:
            maps: `(..., D, T', V)`.

        Returns:
            `(..., D')`.

        Raises:
            SkelshotError: There are no weights for maps of that width.
        """

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score each class by the nearness of its nearest exemplar.

        Args:
            support: `(B, N, K, D, T', V)`.
            queries: `(B, Q, D, T', V)`.

        Returns:
            Scale times the cosine, or minus scale times the distance, `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task, are not maps, or there are no weights.
        """
        self.check_inputs(support, queries)
        anchors, seen = self.read(support).flatten(1, 2), self.read(queries)
        if self.options.distance == "cosine":
            nearness = cosine_logits(anchors, seen, scale=self.options.scale)
        else:
            nearness = -self.options.scale * torch.cdist(seen, anchors)
        return best_of_class(nearness, classes=support.shape[1])

    def unfit(self, found: int, expected: int | None) -> SkelshotError:
        """Say why maps cannot be read.

        Args:
            found: D of the maps.
            expected: D that the weights are made for; None when there are none yet.

        Returns:
            The error to raise.
        """
        if expected is None:
            return SkelshotError(
                f"method {self.name}: has no weights yet; call make_weights or load them from a run"
            )
        return SkelshotError(
            f"method {self.name}: found maps of {found} channels, its weights are for "
            f"{expected}; use the encoder it was trained with, or train again"
        )
