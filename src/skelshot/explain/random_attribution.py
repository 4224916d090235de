"""Random attribution: what any other method must be better than."""

from typing import ClassVar

import torch

from skelshot.explain.attribution_method import AttributionMethod, AttributionOptions, Shares
from skelshot.explain.question import Question


class RandomOptions(AttributionOptions):
    """Options of random attribution.

    Attributes:
        seed: What the numbers follow from.
    """

    seed: int = 0


class RandomAttribution(AttributionMethod):
    """Normal random numbers that know nothing of the clip.

    Args:
        options: Options of the method.

    Example:
        >>> RandomAttribution().options.seed
        0
    """

    name: ClassVar[str] = "random"
    options_type: ClassVar[type[AttributionOptions]] = RandomOptions
    options: RandomOptions

    def attribute(self, question: Question) -> Shares:
        """Draw the numbers, zero where the person is absent."""
        generator = torch.Generator().manual_seed(self.options.seed)
        drawn = torch.randn(question.positions.shape, generator=generator)
        there = question.present[:, None, :, None, :]
        return Shares(drawn.to(question.positions) * there)
