"""Clips of very few frames."""

from collections.abc import Iterator

from skelshot.recognition.checking.checked_clip import CheckedClip
from skelshot.recognition.checking.suspicion import Suspect, Suspicion

FRAMES = 8
"""Frames below which a clip shows hardly a movement."""

SECONDS = 0.3
"""The same in seconds, where the rate is stated."""


class Short(Suspect):
    """Looks for clips too short to show a movement."""

    kind = "short"
    about = "very short clips"

    def of_clip(self, clip: CheckedClip) -> Iterator[Suspicion]:
        """Count the frames in which somebody is there."""
        frames = int(clip.sequence.present.any(axis=0).sum())
        least = FRAMES if clip.rate is None else max(FRAMES, round(SECONDS * clip.rate))
        if frames < least:
            yield Suspicion(
                self.kind,
                clip.name,
                f"{frames} frames with a person",
                f"{least} or more",
                "record the whole movement, or leave the clip out",
                clip.label,
            )
