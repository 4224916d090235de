"""Baselines: what a clip is compared with, or what stands in for a part of it."""

from typing import Literal

import torch
from torch import Tensor

from skelshot.explain.question import Question

Baseline = Literal["still", "zero"]
"""`still`: each joint at its own mean place, so nothing moves. `zero`: all joints at the origin."""


def baseline_of(question: Question, kind: Baseline) -> Tensor:
    """Make the baselines of clips.

    Args:
        question: The clips, n of them.
        kind: Which baseline.

    Returns:
        Positions (n, C, T, V, M), zero where the person is absent.

    Example:
        >>> question = Question(
        ...     torch.tensor([1.0, 3.0]).view(1, 1, 2, 1, 1),
        ...     torch.ones(1, 2, 1, dtype=torch.bool), torch.tensor([0]),
        ...     lambda points, rows: points.flatten(1),
        ... )
        >>> baseline_of(question, "still").flatten().tolist()
        [2.0, 2.0]
    """
    positions = question.positions
    if kind == "zero":
        return torch.zeros_like(positions)
    there = question.present[:, None, :, None, :].to(positions.dtype)
    frames = there.sum(2, keepdim=True).clamp(min=1)
    return (positions * there).sum(2, keepdim=True) / frames * there
