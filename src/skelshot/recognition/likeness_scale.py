"""Likeness: how near a clip is to its best action, where unknown clips are 0 and known ones 1."""

from dataclasses import dataclass

from torch import Tensor

from skelshot.recognition.calibration import GAP, Calibration
from skelshot.recognition.evidence import Evidence
from skelshot.recognition.unknown.nearest_distance import NearestDistance
from skelshot.recognition.unknown.strategy import Knownness, Reference


@dataclass(frozen=True)
class LikenessScale:
    """Nearness of clips to their best action, on the scale of a support set.

    A probability of being known reaches 1 well before the clip is as near as it can get; this goes
    on, so that of several cuts of one movement the best one can be told.

    Args:
        nearness: In units of how far unknown clips are from their best action.
        unknown: That of unknown clips.
        apart: How much more known clips have, at least `GAP` spreads.
    """

    nearness: Knownness
    unknown: float
    apart: float

    @classmethod
    def of(cls, reference: Reference) -> "LikenessScale":
        """Learn the scale of a support set.

        Args:
            reference: What the support set tells of known and unknown clips.

        Returns:
            The scale.
        """
        nearness = NearestDistance().fit(reference)
        found = Calibration.of(reference.of_unknown(nearness), nearness(reference.known))
        return cls(nearness, found.unknown, max(found.known - found.unknown, GAP * found.spread))

    def __call__(self, evidence: Evidence) -> Tensor:
        """Tell how near clips are to their best action.

        Args:
            evidence: About Q clips.

        Returns:
            0 for as near as unknown clips are, 1 for as near as exemplars of one action are to
            each other; not bounded, (Q,).
        """
        return (self.nearness(evidence) - self.unknown) / self.apart
