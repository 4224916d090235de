"""The residual discriminator: what is left of a clip when its action's exemplars are taken off."""

from typing import ClassVar

import torch
from torch import Tensor

from skelshot.recognition.evidence import Evidence
from skelshot.recognition.unknown.residual_weights import packaged_weights
from skelshot.recognition.unknown.strategy import (
    LEAST_SPREAD,
    Knownness,
    Reference,
    UnknownStrategy,
)


class Residual(UnknownStrategy):
    """A clip is known that is short of residual, by a line learnt on actions that were held out.

    The residuals are those to the nearest exemplar of the best action and to the mean of its
    exemplars, by each term, beyond what clip and action have to movements of other kinds, in
    spreads of unknown clips. None depends on the encoder's numbers themselves, so that the line
    serves any encoder; `skelshot train-base` learns it.
    """

    name: ClassVar[str] = "residual"
    wants_background: ClassVar[bool] = True

    def fit(self, reference: Reference) -> Knownness:
        """Learn the unit of the residuals; their weights come with the package.

        Of one term alone, those of the first one are taken.
        """
        unit = residual_unit(reference)
        terms = len(reference.known.terms)
        weights = packaged_weights()[:, :terms, None]

        def knownness(evidence: Evidence) -> Tensor:
            return (weights * unit(evidence)).sum((0, 1))

        return knownness


def residual_unit(reference: Reference) -> Knownness:
    """Learn how long the residuals of unknown clips are, one kind and term at a time.

    Args:
        reference: What the support set tells.

    Returns:
        From evidence about Q clips to their residuals in spreads of unknown ones, larger is
        shorter, (2, S, Q).
    """
    unknown = torch.cat([each.residuals for each in reference.unknown], dim=2)
    mean = unknown.mean(2, keepdim=True)
    spread = unknown.std(2, correction=0, keepdim=True).clamp(min=LEAST_SPREAD)

    def measure(evidence: Evidence) -> Tensor:
        return (evidence.residuals - mean) / spread

    return measure
