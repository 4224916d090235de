"""Integrated gradients from a baseline that is the same for all decisions."""

from typing import ClassVar

from pydantic import Field

from skelshot.explain.attribution_method import AttributionMethod, AttributionOptions, Shares
from skelshot.explain.baselines import Baseline, baseline_of
from skelshot.explain.path_integral import integrate
from skelshot.explain.question import Question


class IntegratedGradientsOptions(AttributionOptions):
    """Options of integrated gradients.

    Attributes:
        baseline: Where the way begins: `still`, the clip's mean pose, or `zero`.
        steps: Points of the path integral.
    """

    baseline: Baseline = "still"
    steps: int = Field(16, ge=1, le=1000)


class IntegratedGradients(AttributionMethod):
    """Integrated gradients on the way from a clip without motion, or from nothing.

    Args:
        options: Options of the method.

    Example:
        >>> IntegratedGradients().options.baseline
        'still'
    """

    name: ClassVar[str] = "integrated-gradients"
    paper: ClassVar[str] = "Sundararajan et al., Axiomatic Attribution for Deep Networks, ICML 2017"
    options_type: ClassVar[type[AttributionOptions]] = IntegratedGradientsOptions
    options: IntegratedGradientsOptions

    def attribute(self, question: Question) -> Shares:
        """Share out the difference between each clip and its baseline."""
        origins = baseline_of(question, self.options.baseline)
        values, gaps = integrate(question, origins, self.options.steps)
        return Shares(values, gaps=gaps)
