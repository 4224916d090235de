"""Events: an action, who shows it, and from when to when."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ActionEvent:
    """An action that somebody shows in a stream.

    Args:
        start: When it begins, in seconds of the stream's clock.
        end: When it ends.
        label: The action.
        confidence: How sure the surest window is, from 0 to 1.
        person: Who shows it: the source's id, or a number given here; `A+B` of two people.
        nearest: The exemplar that it is most like.
        told: At which moment of the stream it was told; what lies between is the latency.
        recording: Number of the recording within the stream, from 1: a clock that is set back
            begins a new one, whose times are of its own.

    Example:
        >>> ActionEvent(1.0, 3.0, "wave", 0.9, "1", "A.json", 3.8).seconds
        2.0
    """

    start: float
    end: float
    label: str
    confidence: float
    person: str
    nearest: str | None
    told: float
    recording: int = 1

    @property
    def order(self) -> tuple[int, float]:
        """Its place among the events of a stream: by recording, then by its beginning."""
        return self.recording, self.start

    @property
    def who(self) -> str:
        """The person, and the recording from the second on, for files that know of one clock."""
        return self.person if self.recording == 1 else f"{self.person} (recording {self.recording})"

    @property
    def seconds(self) -> float:
        """Seconds that it lasts."""
        return self.end - self.start

    def as_json(self) -> dict[str, Any]:
        """Return the event as a JSON document, times in milliseconds' precision."""
        return {
            "start": round(self.start, 3),
            "end": round(self.end, 3),
            "label": self.label,
            "confidence": round(self.confidence, 4),
            "person": self.person,
            "nearest": self.nearest,
            "told": round(self.told, 3),
            "recording": self.recording,
        }
