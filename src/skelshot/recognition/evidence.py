"""Evidence: how near clips are to each action, by every way of comparing them."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from skelshot.evaluation.fusion import FUSIONS


@dataclass(frozen=True, eq=False)
class Evidence:
    """How near Q clips are to N actions by S terms.

    Args:
        terms: Larger is nearer, (S, Q, N).
        weights: One a term.
        actions: Which of all actions these are, (N,).
    """

    terms: Tensor
    weights: tuple[float, ...]
    actions: Tensor

    @property
    def scores(self) -> Tensor:
        """The terms added up, each standardised over the actions as an evaluation does, (Q, N)."""
        if len(self.weights) == 1:
            return self.terms[0]
        weights = self.terms.new_tensor(self.weights)[:, None, None]
        return (weights * self.standard).sum(0)

    @property
    def standard(self) -> Tensor:
        """Every term standardised over the actions, (S, Q, N)."""
        return FUSIONS["z-scores"](self.terms) if self.terms.numel() else self.terms

    @property
    def best(self) -> Tensor:
        """The place of the best action, (Q,)."""
        return self.scores.argmax(-1)

    @property
    def nearness(self) -> Tensor:
        """How near the best action is by every term, (S, Q)."""
        return self.terms.gather(2, self.best.expand(len(self.terms), -1)[..., None])[..., 0]

    def weighted(self, values: Tensor) -> Tensor:
        """Add up values of the terms.

        Args:
            values: (S, ...).

        Returns:
            Their weighted mean, (...).
        """
        weights = values.new_tensor(self.weights).view(-1, *[1] * (values.dim() - 1))
        return (values * weights).sum(0) / weights.sum()


def joined(parts: Sequence[Evidence]) -> Evidence:
    """Put evidence about the same actions together.

    Args:
        parts: At least one.

    Returns:
        The clips of all, in their order.
    """
    first = parts[0]
    return Evidence(torch.cat([part.terms for part in parts], 1), first.weights, first.actions)
