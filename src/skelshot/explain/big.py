"""Boundary-based integrated gradients: from the nearest decision boundary to the clip."""

from typing import ClassVar

from pydantic import Field

from skelshot.explain.attribution_method import AttributionMethod, AttributionOptions, Shares
from skelshot.explain.boundary import nearest_boundary
from skelshot.explain.metrics import Metric, metric_of
from skelshot.explain.path_integral import integrate
from skelshot.explain.question import Question


class BIGOptions(AttributionOptions):
    """Options of boundary-based integrated gradients.

    Attributes:
        metric: Which changes of a clip count as near: `euclid`, as printed, or `movement`.
        search_steps: Gradients of the search for the boundary.
        halvings: Of the segment from the clip to the crossing that was found.
        reach: How far a boundary is looked for, as a multiple of the clip's own norm.
        steps: Points of the path integral.
    """

    metric: Metric = "movement"
    search_steps: int = Field(16, ge=1, le=10_000)
    halvings: int = Field(10, ge=0, le=60)
    reach: float = Field(1.0, gt=0, le=1000)
    steps: int = Field(8, ge=1, le=1000)


class BIG(AttributionMethod):
    """Integrated gradients whose baseline is the nearest point of the decision boundary.

    Args:
        options: Options of the method.

    Example:
        >>> BIG().options.steps
        8
    """

    name: ClassVar[str] = "big"
    paper: ClassVar[str] = (
        "Wang et al., Robust Models Are More Interpretable Because Attributions Look Normal, "
        "ICML 2022"
    )
    options_type: ClassVar[type[AttributionOptions]] = BIGOptions
    options: BIGOptions

    def attribute(self, question: Question) -> Shares:
        """Share out the difference between each clip and the nearest point of the boundary."""
        options = self.options
        boundary = nearest_boundary(
            question,
            options.search_steps,
            options.halvings,
            options.reach,
            metric_of(question, options.metric),
        )
        values, gaps = integrate(question, boundary.points, options.steps)
        return Shares(values, boundary.found, boundary.distances, gaps)
