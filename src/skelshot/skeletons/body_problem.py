"""Problems of coordinates that do not fit a human body."""

from dataclasses import dataclass
from typing import Literal

from skelshot.skeletons.coordinate_axes import CoordinateAxes

ProblemKind = Literal[
    "layout", "axes", "units", "score", "flat", "normalised", "upright", "mirrored"
]
Severity = Literal["wrong", "suspicious"]


@dataclass(frozen=True)
class BodyProblem:
    """A thing that does not fit a human body.

    Args:
        kind: What it concerns.
        severity: "wrong" where only a mistake explains it, else "suspicious".
        found: What was found, for a message.
        expected: What was expected.
        advice: What to do.
        axes: The axes of these coordinates that would be right, where they are at fault.

    Example:
        >>> print(BodyProblem("units", "wrong", "bodies of 1700", "metres", "divide by 1000"))
        found bodies of 1700, expected metres; divide by 1000
    """

    kind: ProblemKind
    severity: Severity
    found: str
    expected: str
    advice: str
    axes: CoordinateAxes | None = None

    def __str__(self) -> str:
        """Return found, expected and advice in one line."""
        return f"found {self.found}, expected {self.expected}; {self.advice}"
