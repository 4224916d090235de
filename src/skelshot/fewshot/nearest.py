"""The nearest neighbour, "NN" in the paper's comparison of classifiers (Table XI)."""

from collections.abc import Mapping
from typing import ClassVar, Literal

import torch
from torch import Tensor

from skelshot.fewshot.base import FewShotMethod, MethodOptions, check_task
from skelshot.fewshot.formulas import cosine_logits, support_weights


class NearestOptions(MethodOptions):
    """Options of the nearest neighbour.

    Attributes:
        distance: `euclid`, as in the paper, or `cosine`.
        to: Compare with every `exemplar` of a class and keep the nearest, with the class `mean`
            (nearest class mean), or with `both` and average. The paper does not say; with one
            exemplar they agree.

    Example:
        >>> NearestOptions(distance="cosine").to
        'exemplar'
    """

    renamed: ClassVar[Mapping[str, str]] = {"metric": "distance"}

    distance: Literal["euclid", "cosine"] = "euclid"
    to: Literal["exemplar", "mean", "both"] = "exemplar"


class NearestNeighbour(FewShotMethod):
    """Nearest neighbour among the exemplars, among the class means, or both.

    Args:
        options: Options of the method.

    Example:
        >>> support = torch.tensor([[[[0.0, 0.0]], [[4.0, 0.0]]]])        # (B, N, K, D)
        >>> NearestNeighbour()(support, torch.tensor([[[1.0, 0.0]]])).tolist()
        [[[-1.0, -3.0]]]
    """

    name: ClassVar[str] = "nearest"
    options_type: ClassVar[type[MethodOptions]] = NearestOptions
    options: NearestOptions

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score each class by its nearness to each query.

        Args:
            support: `(B, N, K, D)`.
            queries: `(B, Q, D)`.

        Returns:
            Minus the Euclidean distance, or the cosine, `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task.
        """
        check_task(support, queries)
        if self.options.to == "exemplar":
            return self._best_of(support, queries)
        is_cosine = self.options.distance == "cosine"
        means = support_weights(support, normalised=is_cosine)[:, :, None]
        to_means = self._best_of(means, queries)
        if self.options.to == "mean":
            return to_means
        return (to_means + self._best_of(support, queries)) / 2

    def _best_of(self, anchors: Tensor, queries: Tensor) -> Tensor:
        """Keep the nearest anchor of each class."""
        every, is_cosine = anchors.flatten(1, 2), self.options.distance == "cosine"
        nearness = cosine_logits(every, queries) if is_cosine else -torch.cdist(queries, every)
        return best_of_class(nearness, classes=anchors.shape[1])


def best_of_class(nearness: Tensor, classes: int) -> Tensor:
    """Keep the nearest exemplar of each class.

    Args:
        nearness: One value an exemplar, class by class, larger is nearer, `(B, Q, N * K)`.
        classes: N.

    Returns:
        `(B, Q, N)`.

    Example:
        >>> best_of_class(torch.tensor([[[1.0, 4.0, 3.0, 2.0]]]), classes=2).tolist()
        [[[4.0, 3.0]]]
    """
    tasks, queries, exemplars = nearness.shape
    return nearness.reshape(tasks, queries, classes, exemplars // classes).amax(dim=-1)
