"""The contract of a suspicion, and of what looks for one."""

from abc import ABC
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from skelshot.recognition.checking.checked_clip import CheckedClip
    from skelshot.recognition.checking.noted_clips import NotedClips


@dataclass(frozen=True)
class Suspicion:
    """A thing about clips that is probably a mistake.

    Args:
        kind: The name of what looked for it.
        clip: The clip's name; None where it is about a class or all clips.
        found: What was found.
        expected: What was expected.
        advice: What to do, with the option that does it.
        label: The class it is about, if it is about one.
        beside: Another clip to look at beside the first.

    Example:
        >>> str(Suspicion("short", "wave_1", "3 frames", "8 or more", "record longer clips"))
        'short: wave_1: found 3 frames, expected 8 or more; record longer clips'
    """

    kind: str
    clip: str | None
    found: str
    expected: str
    advice: str
    label: str | None = None
    beside: str | None = None

    def __str__(self) -> str:
        """Return kind, place, found, expected and advice in one line."""
        place = f"{self.clip}: " if self.clip else ""
        return f"{self.kind}: {place}found {self.found}, expected {self.expected}; {self.advice}"

    def as_json(self) -> dict[str, Any]:
        """Return the suspicion as a JSON document."""
        return asdict(self)


class Suspect(ABC):
    """Looks for one kind of suspicion; it is made anew for every check.

    A new one is a file with a sub-class and a row of `skelshot.recognition.checking.family`.

    Attributes:
        kind: The name of the kind.
        about: What it looks for, as the page's heading says it.
    """

    kind: ClassVar[str]
    about: ClassVar[str]

    def of_clip(self, clip: "CheckedClip") -> Iterable[Suspicion]:
        """Look at one clip, and note what is needed of it later.

        Args:
            clip: The clip, whose arrays are not kept.

        Returns:
            What is suspicious of it.
        """
        return ()

    def of_all(self, clips: "NotedClips") -> Iterable[Suspicion]:
        """Look at all clips together, once each has been seen.

        Args:
            clips: What is kept of them.

        Returns:
            What is suspicious of them.
        """
        return ()
