"""Leave one out: how near an action's own exemplars are to each other, and others to it."""

from typing import ClassVar

import torch
from torch import Tensor

from skelshot.recognition.evidence import Evidence
from skelshot.recognition.unknown.strategy import (
    LEAST_SPREAD,
    Knownness,
    Reference,
    UnknownStrategy,
)

PRIOR = 2.0
"""How many exemplars the mean over all actions counts for in that of one."""

GAP = 2.0
"""Where no action has two exemplars: how far known clips are from unknown ones, in spreads."""


class LeaveOneOut(UnknownStrategy):
    """A clip is known that is as near to its best action as that action's own exemplars are.

    Every action has a scale of its own: 0 where exemplars of other actions stand, 1 where its own
    do, each compared with the others. Means of few exemplars are drawn to those of all actions;
    with one exemplar an action there is no own distance, and two spreads stand for it.
    """

    name: ClassVar[str] = "leave-one-out"

    def fit(self, reference: Reference) -> Knownness:
        """Learn where known and unknown clips stand, action by action and term by term."""
        actions = reference.known.terms.shape[2]
        strange, spread = _strange(reference, actions)
        near = reference.known.terms.gather(2, reference.truth.expand(len(strange), -1)[..., None])[
            ..., 0
        ]
        usual = GAP * spread.expand_as(strange)
        if near.shape[1]:
            above = near - strange[:, reference.truth]
            usual = _drawn(above, reference.truth, actions)
        scale = torch.maximum(usual, spread)

        def knownness(evidence: Evidence) -> Tensor:
            best = evidence.actions[evidence.best]
            return evidence.weighted((evidence.nearness - strange[:, best]) / scale[:, best])

        return knownness


def _strange(reference: Reference, actions: int) -> tuple[Tensor, Tensor]:
    """Return how near unknown clips are to each action, (S, N), and how that varies, (S, 1)."""
    known = reference.known.terms
    sums, counts = known.new_zeros(len(known), actions), known.new_zeros(actions)
    for each in reference.unknown:
        sums[:, each.actions] += each.terms.sum(1)
        counts[each.actions] += each.terms.shape[1]
    every = sums.sum(1, keepdim=True) / counts.sum()
    mean = (sums + PRIOR * every) / (counts + PRIOR)
    apart = [(each.terms - mean[:, None, each.actions]).flatten(1) for each in reference.unknown]
    spread = torch.cat(apart, 1).square().mean(1, keepdim=True).sqrt()
    return mean, spread.clamp(min=LEAST_SPREAD)


def _drawn(values: Tensor, labels: Tensor, actions: int) -> Tensor:
    """Return the mean of each action, drawn to that of all, (S, N)."""
    sums = values.new_zeros(len(values), actions).index_add(1, labels, values)
    counts = torch.bincount(labels, minlength=actions)
    return (sums + PRIOR * values.mean(1, keepdim=True)) / (counts + PRIOR)
