"""Saliency: the gradient of the decision at the clip."""

from typing import ClassVar

from skelshot.explain.attribution_method import AttributionMethod, Shares
from skelshot.explain.question import Question


class Saliency(AttributionMethod):
    """Gradient at the clip: how fast the answer changes as a joint is moved.

    Args:
        options: Options of the method.

    Example:
        >>> Saliency().options.target
        'logit'
    """

    name: ClassVar[str] = "saliency"
    paper: ClassVar[str] = "Simonyan et al., Deep Inside Convolutional Networks, ICLR 2014"

    def attribute(self, question: Question) -> Shares:
        """Take the gradients."""
        return Shares(question.slopes(question.positions, question.rows)[1])
