"""Split-conformal p-values: a known clip is refused no more often than was promised."""

from dataclasses import dataclass

import torch
from torch import Tensor

from skelshot.ground import SkelshotError


@dataclass(frozen=True, eq=False)
class Conformal:
    """p-values of clips among calibration clips that the measure was not fitted to.

    If a known clip and the calibration clips are exchangeable, the chance that its p-value is at
    most alpha is at most alpha (Vovk et al. 2005; Papadopoulos et al. 2002).

    Args:
        held: Numbers of the n calibration clips, (n,).

    Example:
        >>> Conformal(torch.tensor([1.0, 2.0, 3.0]))(torch.tensor([0.5, 2.0, 9.0]))
        tensor([0.2500, 0.7500, 1.0000])
    """

    held: Tensor

    def __call__(self, values: Tensor) -> Tensor:
        """Tell which share of the calibration clips, and the clip itself, look no more known.

        Args:
            values: The strategy's numbers, (Q,).

        Returns:
            p-values, (Q,).
        """
        below = (self.held[None] <= values[:, None]).sum(1)
        return (below + 1) / (len(self.held) + 1)


def halves(labels: Tensor, alpha: float) -> tuple[Tensor, Tensor]:
    """Part exemplars into those that clips are compared with and those that calibrate.

    Of each action every second exemplar calibrates, in their order.

    Args:
        labels: The action of each exemplar, (E,).
        alpha: How often a known clip may be refused.

    Returns:
        Their places, (e,) and (n,).

    Raises:
        SkelshotError: There are too few for that alpha.

    Example:
        >>> [part.tolist() for part in halves(torch.tensor([0, 0, 1, 1, 0]), alpha=0.4)]
        [[0, 2, 4], [1, 3]]
    """
    seen: dict[int, int] = {}
    second = []
    for label in labels.tolist():
        second.append(seen.get(label, 0) % 2 == 1)
        seen[label] = seen.get(label, 0) + 1
    held = torch.tensor(second)
    needed = round(1 / alpha + 0.499999) - 1
    if int(held.sum()) < needed:
        raise SkelshotError(
            f"--conformal {alpha:g}: found {int(held.sum())} exemplars to calibrate with, every "
            f"second one of each action, expected at least {needed}; enrol more clips or raise it"
        )
    return (~held).nonzero()[:, 0], held.nonzero()[:, 0]
