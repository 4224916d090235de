"""Agreement of encoder and raw positions: a known clip is near the same action by both."""

from typing import ClassVar

import torch

from skelshot.recognition.evidence import Evidence
from skelshot.recognition.unknown.strategy import Knownness, Reference, UnknownStrategy


class Agreement(UnknownStrategy):
    """A clip is known to the extent that the terms share out their belief alike.

    Of every action the least belief among the terms counts, and these are added up: 1 where all
    terms say the same, near 0 where they name different actions; times how near the best is.
    """

    name: ClassVar[str] = "agreement"
    least_actions: ClassVar[int] = 3

    def fit(self, reference: Reference) -> Knownness:
        """Learn nothing: belief is the softmax of scores standardised over the actions."""
        del reference

        def knownness(evidence: Evidence) -> torch.Tensor:
            return evidence.standard.softmax(-1).amin(0).amax(-1)

        return knownness
