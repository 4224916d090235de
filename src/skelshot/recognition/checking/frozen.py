"""Frames that come twice, and clips that stand still."""

from collections.abc import Iterator

import numpy as np

from skelshot.recognition.checking.checked_clip import CheckedClip
from skelshot.recognition.checking.suspicion import Suspect, Suspicion

TWICE = 0.1
"""The share of frames equal to the one before that is told; in 908 real clips there was none."""


class Frozen(Suspect):
    """Looks for frames that repeat the one before: another rate was written, or a sensor hung."""

    kind = "frozen"
    about = "frames that repeat the one before"

    def of_clip(self, clip: CheckedClip) -> Iterator[Suspicion]:
        """Look at the frames of one clip."""
        same = clip.steps.max(axis=1) == 0 if clip.steps.size else np.zeros(0, bool)
        count = int(same.sum())
        if count < max(TWICE * len(same), 1):
            return
        run = _longest(same)
        every = "; the longest run has " + f"{run + 1} equal frames" if run > 1 else ""
        yield Suspicion(
            self.kind,
            clip.name,
            f"{count} of {len(same)} frames equal to the one before{every}",
            "a movement in every frame",
            "write each measured frame once, at the rate of the sensor, and state it with --rate"
            if run <= 2
            else "cut out the frames in which the sensor hung, or leave the clip out",
            clip.label,
        )


def _longest(same: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> int:
    """Return the length of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(int)))
    return int((edges[1::2] - edges[::2]).max(initial=0))
