"""The nearest neighbour on joint positions: no encoder, no training."""

from typing import ClassVar

import torch
from torch import Tensor

from skelshot.fewshot.base import check_task
from skelshot.fewshot.nearest import best_of_class
from skelshot.fewshot.raw_clips import RawMethod


class RawNearest(RawMethod):
    """Nearest exemplar by joint positions, compared frame by frame and joint by joint.

    It reads view-normalised joint positions (`inputs` says so to the evaluation) and is a
    baseline that every trained encoder should beat.

    Args:
        options: Options of the method.

    Example:
        >>> exemplars = torch.zeros(1, 2, 1, 3, 8, 20, 1)                 # (B, N, K, C, T, V, M)
        >>> exemplars[0, 1] = 1.0
        >>> RawNearest()(exemplars, torch.full((1, 4, 3, 8, 20, 1), 0.9)).argmax(dim=-1).tolist()
        [[1, 1, 1, 1]]
    """

    name: ClassVar[str] = "raw-nearest"

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score each class by minus the Euclidean distance to its nearest exemplar.

        Args:
            support: Clips, `(B, N, K, C, T, V, M)`.
            queries: Clips, `(B, Q, C, T, V, M)`.

        Returns:
            Logits `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task.
        """
        check_task(support, queries)
        exemplars = support.flatten(1, 2).flatten(2)
        distances = torch.cdist(queries.flatten(2), exemplars)
        return best_of_class(-distances, classes=support.shape[1])
