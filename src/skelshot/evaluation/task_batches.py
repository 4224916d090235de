"""All tasks of an evaluation as one batch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from skelshot.datasets.protocols.tasks import Task
from skelshot.ground import SkelshotError


@dataclass(frozen=True, eq=False)
class TaskBatch:
    """B tasks that look up their clips in one bank of features.

    Tasks of several encoders share a batch: each split's features stand one after the other in
    the bank. Rows with fewer queries than the longest are filled up and masked.

    Args:
        support: Places in the bank (B, N, K).
        queries: Places in the bank (B, Q).
        targets: True class of each query (B, Q).
        counts: Queries that are real, (B, Q) bool.
    """

    support: Tensor
    queries: Tensor
    targets: Tensor
    counts: Tensor

    def __len__(self) -> int:
        """Return the number of tasks B."""
        return len(self.support)

    def equally_long(self) -> list[tuple[Tensor, int]]:
        """Group the tasks by their real queries, for methods that look at all of them together.

        Returns:
            Numbers of the tasks of each group, and how many queries each of them has.
        """
        lengths = self.counts.sum(1)
        return [((lengths == n).nonzero()[:, 0], n) for n in sorted(set(lengths.tolist()))]


def batch_tasks(tasks: Sequence[Task], places: Sequence[dict[int, int]]) -> TaskBatch:
    """Stack tasks.

    Args:
        tasks: Tasks of equal N and K.
        places: For each task, where each clip's features stand in the bank.

    Returns:
        The batch.

    Raises:
        SkelshotError: The tasks differ in N or K.

    Example:
        >>> task = Task(0, 0, np.array([[0], [1]]), np.array([2]), np.array([1]), (0, 1))
        >>> batch_tasks([task], [{0: 10, 1: 11, 2: 12}]).support.flatten().tolist()
        [10, 11]
    """
    shapes = {task.support.shape for task in tasks}
    if len(shapes) > 1:
        raise SkelshotError(
            f"tasks: found supports of shapes {sorted(shapes)}, expected one; evaluate tasks of "
            "unequal shots apart"
        )
    targets, counts = masked_targets(tasks)
    longest = targets.shape[1]

    def look_up(indices: np.ndarray, where: dict[int, int]) -> np.ndarray:
        return np.array([where[int(i)] for i in indices.ravel()]).reshape(indices.shape)

    def fill(row: np.ndarray) -> np.ndarray:
        return np.concatenate([row, np.full(longest - len(row), row[0])])

    pairs = list(zip(tasks, places, strict=True))
    return TaskBatch(
        support=torch.from_numpy(np.stack([look_up(t.support, where) for t, where in pairs])),
        queries=torch.from_numpy(np.stack([fill(look_up(t.queries, where)) for t, where in pairs])),
        targets=targets,
        counts=counts,
    )


def masked_targets(tasks: Sequence[Task]) -> tuple[Tensor, Tensor]:
    """Stack the true classes of queries.

    Args:
        tasks: B tasks, of at most Q queries.

    Returns:
        The rows that the queries belong to (B, Q), `UNLABELLED` where nobody knows and 0 where a
        row is filled up; and which queries are real, (B, Q) bool.
    """
    lengths = torch.tensor([len(task.queries) for task in tasks])
    rows = [torch.from_numpy(task.targets) for task in tasks]
    real = torch.arange(int(lengths.max())) < lengths[:, None]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True), real
