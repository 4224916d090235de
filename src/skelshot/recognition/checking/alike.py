"""Two classes that look alike: each clip's nearest is as often of the other as of its own."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from skelshot.recognition.checking.likeness import Likeness
from skelshot.recognition.checking.noted_clips import NotedClips
from skelshot.recognition.checking.suspicion import Suspect, Suspicion

CONFUSED, FOR_FEW = 0.35, 1.2
"""The share of clips nearer to the other class that is told: the first, and the second by the
clips of the smaller class, since few may be confused by chance."""

EACH = 0.2
"""The least share of either class; where one alone is confused, the other is merely wide."""


class Alike(Suspect):
    """Looks for classes that nearest neighbours by `raw-dtw` cannot tell apart."""

    kind = "alike"
    about = "two classes that look alike"

    def of_all(self, clips: NotedClips) -> Iterator[Suspicion]:
        """Hold every two classes beside each other; the most alike come first."""
        likeness = clips.likeness
        pairs = sorted(classes_alike(likeness), key=lambda pair: -pair[2] / pair[3])
        for one, other, wrong, of in pairs:
            first, second = likeness.names[one], likeness.names[other]
            clip, beside = _nearest_two(likeness, one, other)
            yield Suspicion(
                self.kind,
                clip,
                f"{first!r} and {second!r}, of which {wrong} of {of} clips are nearer to one of "
                "the other class",
                "clips nearer to their own class",
                "make them one class, or choose exemplars that show the difference; if they "
                "differ by left and right, say --sides matter",
                first,
                beside,
            )


def classes_alike(likeness: Likeness) -> Iterator[tuple[int, int, int, int]]:
    """Find classes that nearest neighbours of the two cannot tell apart, leaving one out.

    Args:
        likeness: How alike clips are.

    Yields:
        The numbers of two classes, how many of their clips are nearer to one of the other class,
        and how many clips they have.
    """
    for one, other in combinations(range(len(likeness.names)), 2):
        both = np.flatnonzero((likeness.labels == one) | (likeness.labels == other))
        labels = likeness.labels[both]
        wrong = labels[likeness.apart[np.ix_(both, both)].argmin(axis=1)] != labels
        sizes = [int((labels == label).sum()) for label in (one, other)]
        of_each = [float(wrong[labels == label].mean()) for label in (one, other)]
        if wrong.mean() >= CONFUSED + FOR_FEW / min(sizes) and min(of_each) >= EACH:
            yield one, other, int(wrong.sum()), len(wrong)


def _nearest_two(likeness: Likeness, one: int, other: int) -> tuple[str, str]:
    """Return the names of the clips of two classes that are the most alike."""
    members = np.flatnonzero(likeness.labels == one).tolist()
    pairs = [(likeness.nearest(at, other), at) for at in members]
    (place, _), clip = min(pairs, key=lambda pair: pair[0][1])
    return likeness.clips[clip].name, likeness.clips[place].name
