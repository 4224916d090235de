"""The distance to the nearest action, in units of how far unknown clips are from it."""

from typing import ClassVar

import torch

from skelshot.recognition.evidence import Evidence
from skelshot.recognition.unknown.strategy import (
    LEAST_SPREAD,
    Knownness,
    Reference,
    UnknownStrategy,
)


class NearestDistance(UnknownStrategy):
    """A clip is known that is nearer to its best action than unknown clips are."""

    name: ClassVar[str] = "nearest-distance"

    def fit(self, reference: Reference) -> Knownness:
        """Learn how near unknown clips are, term by term."""
        near = torch.cat([self.nearness(each) for each in reference.unknown], dim=1)
        mean = near.mean(1, keepdim=True)
        spread = near.std(1, correction=0, keepdim=True).clamp(min=LEAST_SPREAD)

        def knownness(evidence: Evidence) -> torch.Tensor:
            return evidence.weighted((self.nearness(evidence) - mean) / spread)

        return knownness

    def nearness(self, evidence: Evidence) -> torch.Tensor:
        """Read how near clips are to their best action.

        Args:
            evidence: About Q clips.

        Returns:
            Larger is nearer, (S, Q).
        """
        return evidence.nearness
