"""The largest probability among the actions, the usual baseline."""

from typing import ClassVar

import torch

from skelshot.recognition.evidence import Evidence
from skelshot.recognition.unknown.strategy import Knownness, Reference, UnknownStrategy


class MaxSoftmax(UnknownStrategy):
    """A clip is known that one action stands out for (Hendrycks and Gimpel 2017)."""

    name: ClassVar[str] = "max-softmax"
    least_actions: ClassVar[int] = 3

    def fit(self, reference: Reference) -> Knownness:
        """Learn nothing."""
        del reference

        def knownness(evidence: Evidence) -> torch.Tensor:
            return evidence.scores.softmax(-1).amax(-1)

        return knownness
