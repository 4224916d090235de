"""The family of ways to tell unknown movements."""

from skelshot.ground.families import Family
from skelshot.recognition.unknown.above_background import AboveBackground
from skelshot.recognition.unknown.agreement import AgreementOfTerms
from skelshot.recognition.unknown.leave_one_out import LeaveOneOut
from skelshot.recognition.unknown.max_softmax import MaxSoftmax
from skelshot.recognition.unknown.nearest_distance import NearestDistance
from skelshot.recognition.unknown.negatives import Negatives
from skelshot.recognition.unknown.residual import Residual
from skelshot.recognition.unknown.strategy import UnknownStrategy

SHIPPED: tuple[type[UnknownStrategy], ...] = (
    NearestDistance,
    AboveBackground,
    MaxSoftmax,
    LeaveOneOut,
    Negatives,
    AgreementOfTerms,
    Residual,
)


def _problem(part: type) -> str | None:
    """Return what is wrong with the class of a strategy from outside, or None."""
    if not issubclass(part, UnknownStrategy):
        return f"found the class {part.__name__}, expected a sub-class of UnknownStrategy"
    if abstract := sorted(getattr(part, "__abstractmethods__", ())):
        return f"lacks {', '.join(abstract)}"
    return None


UNKNOWNS: Family[UnknownStrategy] = Family("unknown strategy", SHIPPED, _problem)
"""All ways by name; another package adds its own in the group `skelshot.unknown_strategies`."""
