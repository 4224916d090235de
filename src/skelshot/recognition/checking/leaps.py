"""People who leap from one place to another, or exchange their places, between two frames."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from skelshot.recognition.checking.checked_clip import CheckedClip, Floats
from skelshot.recognition.checking.suspicion import Suspect, Suspicion

LEAP = 0.6
"""The least leap of the whole body between two frames that is told, in sizes of the body."""

SUDDEN = 8.0
"""How many times farther than its usual step a leap must be."""

NEARER = 0.5
"""Tracks that exchange two people make each land this much nearer to the other's last place."""


class Leaps(Suspect):
    """Looks for a body that leaps farther than people do: the track has gone to somebody else."""

    kind = "jump"
    about = "bodies that leap from one place to another"

    def of_clip(self, clip: CheckedClip) -> Iterator[Suspicion]:
        """Look at the way of each person."""
        swapped = set(_exchanges(clip))
        for person, ways in enumerate(_ways(clip)):
            far = np.linalg.norm(np.diff(ways, axis=0), axis=-1) / clip.size
            known = far[np.isfinite(far)]
            if not known.size:
                continue
            least = max(LEAP, SUDDEN * float(np.median(known)))
            frames = [int(at) + 1 for at in np.flatnonzero(far >= least) if at + 1 not in swapped]
            if frames:
                yield Suspicion(
                    self.kind,
                    clip.name,
                    f"person {person + 1} leaps {far[frames[0] - 1]:.1f} body sizes before frame "
                    f"{frames[0]}{_more(frames)}",
                    f"less than {LEAP:g} from frame to frame",
                    "look whether the track goes to another person there; cut the clip, or give "
                    "each person a track of one's own",
                    clip.label,
                )
                return


class Swapped(Suspect):
    """Looks for two tracks that exchange their people."""

    kind = "swapped"
    about = "tracks that exchange their people"

    def of_clip(self, clip: CheckedClip) -> Iterator[Suspicion]:
        """Look at every two persons of a clip."""
        frames = _exchanges(clip)
        if frames:
            yield Suspicion(
                self.kind,
                clip.name,
                f"two people who exchange their tracks before frame {frames[0]}{_more(frames)}",
                "one track a person",
                "exchange the two from that frame on, or leave the clip out",
                clip.label,
            )


def _more(frames: list[int]) -> str:
    return f" and {len(frames) - 1} more" if len(frames) > 1 else ""


def _ways(clip: CheckedClip) -> Floats:
    """Return the middle of each person's joints (M, T, C), NaN where absent."""
    middle: Floats = clip.sequence.joints.astype(np.float64).mean(axis=2)
    middle[~clip.sequence.present] = np.nan
    return middle


def _exchanges(clip: CheckedClip) -> list[int]:
    """Return the frames before which two people exchange their tracks."""
    ways = _ways(clip)
    found: set[int] = set()
    for one in range(min(len(ways), 4)):
        for other in range(one + 1, min(len(ways), 4)):
            found |= set(_exchanged(ways[one], ways[other], clip.size).tolist())
    return sorted(found)


def _exchanged(one: Floats, other: Floats, size: float) -> NDArray[np.intp]:
    kept = _between(one[:-1], one[1:]) + _between(other[:-1], other[1:])
    crossed = _between(one[:-1], other[1:]) + _between(other[:-1], one[1:])
    with np.errstate(invalid="ignore"):  # who is absent has no place
        told = (kept > LEAP * size) & (crossed < NEARER * kept)
    return np.flatnonzero(told) + 1


def _between(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.linalg.norm(one - other, axis=-1))
