"""The cohort: movements of other kinds, which tell what is near by chance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from skelshot.recognition.term import Term

NEAREST = 5
"""Movements of the background that count: the nearest ones, as in adaptive score normalisation."""


@dataclass(frozen=True, eq=False)
class Cohort:
    """Movements of other kinds as terms read them, and how near exemplars are to them.

    Args:
        features: What each of S terms reads of B movements, S tensors (B, ...).
        levels: How near each of E exemplars is to its nearest movements by each term, (S, E).
        among: How near the exemplars are to each other by each term, S tensors (E, E).
    """

    features: tuple[Tensor, ...]
    levels: Tensor
    among: tuple[Tensor, ...]

    def of_exemplars(self, chosen: Tensor) -> "Cohort":
        """Keep what is known of some exemplars.

        Args:
            chosen: Their places, (e,).

        Returns:
            The same movements.
        """
        among = tuple(each[chosen][:, chosen] for each in self.among)
        return replace(self, levels=self.levels[:, chosen], among=among)

    def of_actions(self, labels: Tensor, actions: int) -> Tensor:
        """Average the levels of each action's exemplars.

        Args:
            labels: The action of each exemplar, (E,).
            actions: Number of actions N.

        Returns:
            (S, N); 0 for an action without exemplars.
        """
        counts = torch.bincount(labels, minlength=actions).clamp(min=1)
        sums = self.levels.new_zeros(len(self.levels), actions)
        return sums.index_add(1, labels, self.levels) / counts


def levels_of(
    terms: Sequence[Term], movements: Sequence[Tensor], clips: Sequence[Tensor]
) -> Tensor:
    """Measure how near clips are to their nearest movements of other kinds.

    Args:
        terms: The ways of comparing.
        movements: What each reads of B movements, S tensors (B, ...).
        clips: What each reads of Q clips, S tensors (Q, ...).

    Returns:
        The mean nearness of the `NEAREST` by each term, (S, Q).
    """
    near = [
        term.to_exemplars(known, asked).topk(min(NEAREST, len(known)), dim=1).values.mean(1)
        for term, known, asked in zip(terms, movements, clips, strict=True)
    ]
    return torch.stack(near)
