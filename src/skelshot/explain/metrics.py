"""Metrics: which changes of a clip count as near when its boundary is searched for."""

from typing import Literal

import torch

from skelshot.explain.boundary import Moved, unchanged
from skelshot.explain.movement import joint_movement
from skelshot.explain.question import Question

Metric = Literal["euclid", "movement"]
"""`euclid`: all changes of the same length are as near. `movement`: changes of a joint count in
units of how far it moves in the clip, so that joints which rest are hardly changed."""

AT_REST = 0.02
"""How easily a resting joint is changed, as a share of the joint that moves most."""


def metric_of(question: Question, kind: Metric) -> Moved:
    """Make the map from searched coordinates to changes of clips.

    Args:
        question: The clips, n of them.
        kind: Which metric.

    Returns:
        The map, linear and its own adjoint.

    Example:
        >>> question = Question(
        ...     torch.tensor([0.0, 2.0, 0.0, 0.0]).view(1, 1, 2, 2, 1),
        ...     torch.ones(1, 2, 1, dtype=torch.bool), torch.tensor([0]),
        ...     lambda points, rows: points.flatten(1),
        ... )
        >>> changes = metric_of(question, "movement")(torch.ones(1, 1, 2, 2, 1))
        >>> [round(change, 2) for change in changes.flatten().tolist()]
        [0.02, 1.02, 0.02, 1.02]
    """
    if kind == "euclid":
        return unchanged
    moves = joint_movement(question)
    most = moves.amax((1, 2, 3, 4), keepdim=True)
    weights = torch.where(most > 0, moves + AT_REST * most, 1.0)  # a clip may hold still
    return lambda offsets: weights * offsets
