"""Nearness above the background: nearer to an action than to movements of other kinds."""

from typing import ClassVar

import torch

from skelshot.recognition.evidence import Evidence
from skelshot.recognition.unknown.strategy import Knownness, Reference, UnknownStrategy

LEAST_SPREAD = 1e-6


class AboveBackground(UnknownStrategy):
    """A clip is known that is nearer to its best action than both are to movements of other kinds.

    Adaptive symmetric score normalisation, as in the verification of speakers (Cumani et al. 2011),
    term by term, and then as far as unknown clips are below it.
    """

    name: ClassVar[str] = "background"
    wants_background: ClassVar[bool] = True

    def fit(self, reference: Reference) -> Knownness:
        """Learn how far above the background unknown clips are, term by term."""
        above = torch.cat([each.above_background for each in reference.unknown], dim=1)
        mean = above.mean(1, keepdim=True)
        spread = above.std(1, correction=0, keepdim=True).clamp(min=LEAST_SPREAD)

        def knownness(evidence: Evidence) -> torch.Tensor:
            return evidence.weighted((evidence.above_background - mean) / spread)

        return knownness
