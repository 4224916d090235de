"""The family of methods of attribution: those that ship, and those of other packages."""

from skelshot.explain.alignment import Alignment
from skelshot.explain.attribution_method import AttributionMethod, AttributionOptions
from skelshot.explain.big import BIG
from skelshot.explain.integrated_gradients import IntegratedGradients
from skelshot.explain.movement import Movement
from skelshot.explain.occlusion import Occlusion
from skelshot.explain.random_attribution import RandomAttribution
from skelshot.explain.saliency import Saliency
from skelshot.ground.families import Family

SHIPPED: tuple[type[AttributionMethod], ...] = (
    BIG,
    IntegratedGradients,
    Saliency,
    Occlusion,
    Alignment,
    Movement,
    RandomAttribution,
)


def _problem(part: type) -> str | None:
    """Return what is wrong with the class of a method from outside, or None."""
    if not issubclass(part, AttributionMethod):
        return (
            f"found the class {part.__name__}, expected a sub-class of "
            "skelshot.explain.AttributionMethod"
        )
    kind: object = part.options_type
    if not (isinstance(kind, type) and issubclass(kind, AttributionOptions)):
        return f"found options_type = {kind!r:.80}, expected a sub-class of AttributionOptions"
    return None


ATTRIBUTIONS: Family[AttributionMethod] = Family(
    "attribution", SHIPPED, _problem, {"ig": "integrated-gradients", "gradient": "saliency"}
)
"""All methods by name; another package adds its own in the group `skelshot.attributions`."""
