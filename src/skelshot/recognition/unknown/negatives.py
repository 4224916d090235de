"""Negatives: a line between the exemplars and movements spliced and reversed from them."""

from typing import ClassVar

import torch
from torch import Tensor

from skelshot.recognition.evidence import Evidence
from skelshot.recognition.unknown.strategy import Knownness, Reference, UnknownStrategy

RIDGE = 0.1
"""What is added to the variances, as a share of them: few clips must not decide alone."""

GAP = 2.0
"""Where no action has two exemplars: how far known clips are from unknown ones, in spreads."""


class Negatives(UnknownStrategy):
    """Linear discriminant between exemplars and negatives, of how near and how clear the best is.

    Negatives are the exemplars without their own action, and clips that are spliced of two actions
    or played backwards.
    """

    name: ClassVar[str] = "negatives"
    wants_negatives: ClassVar[bool] = True

    def fit(self, reference: Reference) -> Knownness:
        """Learn the line."""
        negative = torch.cat([_features(each) for each in reference.unknown])
        positive = _features(reference.known)
        spread = negative.std(0, correction=0).clamp(min=1e-6)
        centre = negative.mean(0)
        if not len(positive):
            positive = centre[None] + GAP * spread
        inside = [negative - centre, positive - positive.mean(0)]
        rows = torch.cat(inside) / spread
        covariance = rows.T @ rows / len(rows) + RIDGE * torch.eye(rows.shape[1])
        line: Tensor = torch.linalg.solve(covariance, (positive.mean(0) - centre) / spread)

        def knownness(evidence: Evidence) -> Tensor:
            return ((_features(evidence) - centre) / spread) @ line

        return knownness


def _features(evidence: Evidence) -> Tensor:
    """Return how near the best action is by each term, (Q, S)."""
    return evidence.nearness.T
