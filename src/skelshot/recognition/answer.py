"""The answer about one clip."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """Answer about a clip: what it shows, how sure that is, and why not.

    Args:
        label: The action; None where it is none of those enrolled.
        confidence: How sure the answer is, from 0 to 1: of a label the product of `known` and its
            share among the actions, of an unknown clip 1 - `known`.
        runner_up: The next best action; the best one where the clip is unknown. None where there
            is no other.
        nearest: Name of the exemplar that the clip is most like.
        scores: The score of each action, the larger the better: as `skelshot evaluate` has it.
        why: Why nothing is recognised, or what makes the answer doubtful; None where all is well.
        known: How sure it is that the clip shows one of the actions at all.
        threshold: The least of that at which a label is given.
        remarks: What was done to the clip before it was compared.
        likeness: How near it is to its best action: 0 as unknown clips are, 1 as the action's own
            exemplars are to each other; not bounded. None where that is not known.
    """

    label: str | None
    confidence: float
    runner_up: str | None
    nearest: str | None
    scores: dict[str, float] = field(default_factory=dict)
    why: str | None = None
    known: float = 1.0
    threshold: float = 0.0
    remarks: tuple[str, ...] = ()
    likeness: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the answer as a JSON document."""
        return {
            "label": self.label,
            "confidence": self.confidence,
            "runner_up": self.runner_up,
            "nearest": self.nearest,
            "scores": self.scores,
            "why": self.why,
            "known": self.known,
            "threshold": self.threshold,
            "remarks": list(self.remarks),
        }
