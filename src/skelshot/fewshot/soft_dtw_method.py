"""Soft-DTW on feature maps: the class whose exemplars align best in time."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field
from torch import Tensor

from skelshot.fewshot.base import FewShotMethod, MethodOptions
from skelshot.fewshot.map_alignment import FrameCost, alignment_distances
from skelshot.fewshot.nearest import best_of_class
from skelshot.fewshot.soft_dtw import cosine_cost, squared_euclid


class SoftDTWOptions(MethodOptions):
    """Options of Soft-DTW on feature maps.

    Attributes:
        distance: Of two frames: 1 - `cosine`, or squared `euclid` averaged over the numbers
            of a frame.
        gamma: Smoothing, in units of the cost.
        divergence: Subtract half of each map's soft-DTW with itself.
        to: Align with the `mean` map of a class, or with every `exemplar` and keep the nearest.
        by_length: Divide by the number of frames T', so that logits do not grow with it.

    Example:
        >>> SoftDTWOptions(to="exemplar").gamma
        0.1
    """

    renamed: ClassVar[Mapping[str, str]] = {"cost": "distance"}

    distance: Literal["cosine", "euclid"] = "cosine"
    gamma: float = Field(0.1, ge=1e-9)
    divergence: bool = True
    to: Literal["mean", "exemplar"] = "mean"
    by_length: bool = False


class SoftDTW(FewShotMethod):
    """Nearest class mean map, or nearest exemplar, by soft-DTW of feature maps.

    Args:
        options: Options of the method.

    Example:
        >>> import torch
        >>> support = torch.randn(1, 5, 1, 8, 4, 20)                    # (B, N, K, D, T', V)
        >>> SoftDTW()(support, support[:, :, 0]).argmax(-1).tolist()
        [[0, 1, 2, 3, 4]]
    """

    name: ClassVar[str] = "soft-dtw"
    paper: ClassVar[str] = (
        "Cuturi and Blondel, Soft-DTW: a Differentiable Loss Function for Time-Series, ICML 2017"
    )
    reads: ClassVar[Literal["clip", "vector", "map"]] = "map"
    options_type: ClassVar[type[MethodOptions]] = SoftDTWOptions
    options: SoftDTWOptions

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score each class by its alignment with each query.

        Args:
            support: `(B, N, K, D, T', V)`.
            queries: `(B, Q, D, T', V)`.

        Returns:
            Minus the soft-DTW distance, `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task, or are not maps.
        """
        self.check_inputs(support, queries)
        options = self.options
        anchors = support.mean(2) if options.to == "mean" else support.flatten(1, 2)
        cost: FrameCost = cosine_cost if options.distance == "cosine" else mean_square
        nearness = -alignment_distances(queries, anchors, cost, options.gamma, options.divergence)
        if options.by_length:
            nearness = nearness / queries.shape[3]
        return best_of_class(nearness, classes=support.shape[1])


def mean_square(x: Tensor, y: Tensor) -> Tensor:
    """Return the squared Euclidean distance of frames, averaged over their F numbers.

    Args:
        x: `(..., n, F)`.
        y: `(..., m, F)`.

    Returns:
        `(..., n, m)`.
    """
    return squared_euclid(x, y) / x.shape[-1]
