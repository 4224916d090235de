"""Calibration: from a strategy's own numbers to how sure it is that a clip is known."""

from dataclasses import dataclass

import torch
from torch import Tensor

GAP = 2.0
"""Where no action has two exemplars: how far known clips are taken to be from unknown ones."""

SUREST = 2.5
"""At most so many spreads lie between unknown and known clips: exemplars are few, often of one
person, and so more alike than what will be asked; beyond, probabilities would be 0 and 1 alone."""

LEAST_SPREAD = 1e-6


@dataclass(frozen=True)
class Calibration:
    """Two normal distributions of one spread: the numbers of unknown clips and of known ones.

    Args:
        unknown: Mean of unknown clips.
        known: Mean of known clips, which is larger.
        spread: Standard deviation of either.

    Example:
        >>> Calibration(unknown=0.0, known=2.0, spread=1.0)(torch.tensor([1.0, 2.0]))
        tensor([0.5000, 0.8808])
    """

    unknown: float
    known: float
    spread: float

    @classmethod
    def of(cls, unknown: Tensor, known: Tensor) -> "Calibration":
        """Learn the distributions of what the support set gives.

        Args:
            unknown: Numbers of u unknown clips, (u,).
            known: Numbers of k known clips, (k,); where there are none, they are taken to stand
                `GAP` spreads above the unknown ones.

        Returns:
            The calibration.
        """
        apart = unknown - unknown.mean()
        if len(known):
            apart = torch.cat([apart, known - known.mean()])
        spread = max(float(apart.square().mean().sqrt()), LEAST_SPREAD)
        centre = float(unknown.mean())
        above = float(known.mean()) - centre if len(known) else GAP * spread
        return cls(centre, centre + max(above, spread / 2), max(spread, above / SUREST))

    def __call__(self, values: Tensor) -> Tensor:
        """Tell how sure it is that clips are known.

        Args:
            values: The strategy's numbers, (Q,).

        Returns:
            Probabilities, (Q,), rising with the numbers; 0.5 half way between the two means.
        """
        slope = (self.known - self.unknown) / self.spread**2
        return torch.sigmoid(slope * (values - (self.known + self.unknown) / 2))
