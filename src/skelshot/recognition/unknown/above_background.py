"""The distance to the nearest action, beyond what movements of other kinds have."""

from typing import ClassVar

from torch import Tensor

from skelshot.recognition.evidence import Evidence
from skelshot.recognition.unknown.nearest_distance import NearestDistance


class AboveBackground(NearestDistance):
    """A clip is known that is nearer to its best action than both are to other movements.

    Adaptive symmetric normalisation of scores by a cohort, as in the verification of speakers
    (Cumani et al. 2011), term by term.
    """

    name: ClassVar[str] = "background"
    wants_background: ClassVar[bool] = True

    def nearness(self, evidence: Evidence) -> Tensor:
        """Take off what clip and action share with any movement."""
        return evidence.above_background
