"""Clips unlike their class: far from it as its clips go, and much nearer to another."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from skelshot.recognition.checking.likeness import Likeness
from skelshot.recognition.checking.noted_clips import NotedClips
from skelshot.recognition.checking.suspicion import Suspect, Suspicion

FAR = 2.5
"""The least distance from the nearest clip of the class, in robust standard deviations (of the
logarithm) of such distances in the class."""

NEARER = 2.0
"""How many times nearer another class must be."""

_CLIPS = 4
_LEAST_SPREAD = 0.2


class Unlike(Suspect):
    """Looks for clips that belong to another class by `raw-dtw`: mislabelled or failed ones."""

    kind = "unlike"
    about = "clips unlike their class"

    def of_all(self, clips: NotedClips) -> Iterator[Suspicion]:
        """Hold each clip of the sample against its class and all others."""
        likeness = clips.likeness
        for at, nearest, times in clips_unlike(likeness):
            clip, other = likeness.clips[at], likeness.clips[nearest]
            yield Suspicion(
                self.kind,
                clip.name,
                f"a clip {times:.1f} times nearer to {other.name} of {other.label!r} than to any "
                f"of {clip.label!r}",
                f"clips of {clip.label!r} near each other",
                "correct its class, or leave it out",
                clip.label,
                other.name,
            )


def clips_unlike(likeness: Likeness) -> Iterator[tuple[int, int, float]]:
    """Find clips that are far from their class and much nearer to another.

    Args:
        likeness: How alike clips are.

    Yields:
        The place of each, of the clip of another class that is nearest, and how many times nearer
        that is than any of its own.
    """
    for label in range(len(likeness.names) if len(likeness.names) > 1 else 0):
        members = np.flatnonzero(likeness.labels == label)
        if len(members) < _CLIPS:
            continue
        own = np.log([likeness.nearest(int(at), label)[1] for at in members])
        spread = 1.4826 * float(np.median(np.abs(own - np.median(own))))
        far = (own - np.median(own)) / max(spread, _LEAST_SPREAD)
        for at, away in zip(members[far >= FAR].tolist(), own[far >= FAR], strict=True):
            others = np.where(_no_evidence(likeness, at), np.inf, likeness.apart[at])
            nearest = int(others.argmin())
            times = float(np.exp(away) / others[nearest])
            if times >= NEARER:
                yield at, nearest, times


def _no_evidence(likeness: Likeness, at: int) -> NDArray[np.bool_]:
    """Tell which clips say nothing against a clip: of its class, or by the same of many people."""
    subjects = np.array([-1 if clip.subject is None else clip.subject for clip in likeness.clips])
    known = len(set(subjects.tolist()) - {-1}) > 1 and subjects[at] != -1
    same_person = (subjects == subjects[at]) & known
    return np.asarray((likeness.labels == likeness.labels[at]) | same_person)
