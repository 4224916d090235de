"""The contract of a way to tell unknown movements: evidence in, one number a clip out."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from skelshot.recognition.evidence import Evidence

Knownness = Callable[[Evidence], Tensor]
"""From evidence about Q clips to how much they look like one of the actions, (Q,)."""

LEAST_SPREAD = 1e-6
"""The least spread that values are told in, where all of them are the same."""


@dataclass(frozen=True, eq=False)
class Reference:
    """Scores of known and unknown clips as far as the support set alone tells.

    Args:
        known: Exemplars compared with all others; of actions with several exemplars.
        truth: Their actions, (k,).
        unknown: Clips of none of the actions that they are compared with: exemplars without
            their own action, and negatives where there are any. At least one clip in all.
    """

    known: Evidence
    truth: Tensor
    unknown: tuple[Evidence, ...]

    def of_unknown(self, measure: Knownness) -> Tensor:
        """Measure all unknown clips.

        Args:
            measure: What is measured of each.

        Returns:
            One value a clip, (u,).
        """
        return torch.cat([measure(each) for each in self.unknown])


class UnknownStrategy(ABC):
    """A way to tell unknown movements.

    Attributes:
        name: The name users type.
        wants_negatives: Whether negatives are made of the exemplars for it.
        wants_background: Whether it compares clips with movements of other kinds; where these
            cannot be read, `nearest-distance` stands in.
        least_actions: How many actions it needs; with fewer, `nearest-distance` stands in.
    """

    name: ClassVar[str]
    wants_negatives: ClassVar[bool] = False
    wants_background: ClassVar[bool] = False
    least_actions: ClassVar[int] = 1

    @abstractmethod
    def fit(self, reference: Reference) -> Knownness:
        """Learn from the support set what known and unknown clips look like.

        Args:
            reference: What the support set tells.

        Returns:
            From evidence to how much clips look known; its unit is the strategy's own.
        """
