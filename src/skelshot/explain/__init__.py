"""Explanations: attribution of decisions to joints and frames, measured and drawn."""

from skelshot.explain.attribution import Attribution
from skelshot.explain.attribution_method import AttributionMethod, AttributionOptions, Shares
from skelshot.explain.explain import Explainer, Explanation
from skelshot.explain.family import ATTRIBUTIONS
from skelshot.explain.question import Question

__all__ = [
    "ATTRIBUTIONS",
    "Attribution",
    "AttributionMethod",
    "AttributionOptions",
    "Explainer",
    "Explanation",
    "Question",
    "Shares",
]
