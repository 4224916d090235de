"""Likeness of clips: distances by `raw-dtw`, each clip against all others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from skelshot.fewshot.raw_dtw import RawDTW
from skelshot.skeletons.inputs import InputSpec, encode_input
from skelshot.skeletons.normalise import can_align_view
from skelshot.skeletons.sequence import FloatArray, SkeletonSequence

if TYPE_CHECKING:
    from skelshot.recognition.checking.noted_clips import NotedClip

FRAMES, PERSONS = 24, 2

_LEAST = 1e-6


@dataclass(frozen=True, eq=False)
class Likeness:
    """Likeness of clips, each against all others.

    Args:
        clips: The clips, those of a class beside each other.
        labels: The class of each, as a number (n,).
        apart: Distances (n, n), symmetric, above 0; infinite from a clip to itself.
        names: Names of the classes by number.
    """

    clips: Sequence["NotedClip"]
    labels: NDArray[np.int64]
    apart: NDArray[np.float64]
    names: tuple[str, ...]

    @classmethod
    def of(cls, chosen: Sequence[tuple["NotedClip", FloatArray]]) -> "Likeness":
        """Compare clips.

        Args:
            chosen: Clips with a class, each with its joints as `comparable` gives them.

        Returns:
            Their distances.
        """
        clips = [clip for clip, _ in chosen]
        names = tuple(dict.fromkeys(str(clip.label) for clip in clips))
        labels = np.array([names.index(str(clip.label)) for clip in clips], np.int64)
        return cls(clips, labels, _distances([joints for _, joints in chosen]), names)

    def nearest(self, clip: int, label: int) -> tuple[int, float]:
        """Find the clip of a class that is the most like another.

        Args:
            clip: Its place among the clips.
            label: The class.

        Returns:
            The place of the nearest, and how far it is.
        """
        members = np.flatnonzero(self.labels == label)
        place = int(members[self.apart[clip, members].argmin()])
        return place, float(self.apart[clip, place])


def comparable(sequence: SkeletonSequence) -> FloatArray:
    """Bring a clip to the form in which clips are compared: facing, on one scale and length.

    Args:
        sequence: The clip.

    Returns:
        Joints (C, 24, V, 2).

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.random.default_rng(0).random((1, 9, 20, 3), np.float32)
        >>> comparable(SkeletonSequence(joints, np.ones((1, 9), bool), KINECT_V1)).shape
        (3, 24, 20, 2)
    """
    spec = InputSpec(
        layout=sequence.layout,
        frames=FRAMES,
        persons=PERSONS,
        coordinates=3 if sequence.channels == 3 else 2,
        align="facing" if can_align_view(sequence.layout, sequence.channels) else "root",
        torso_scale=True,
    )
    return encode_input(sequence, spec)


def _distances(joints: Sequence[FloatArray]) -> NDArray[np.float64]:
    """Return soft-DTW divergences (n, n): 0 for the same movement, and the same both ways."""
    if not joints:
        return np.zeros((0, 0))
    together = np.stack(joints)
    persons = max(int(together.any(axis=(0, 1, 2, 3)).sum()), 1)  # absent ones are zeros
    clips = torch.from_numpy(together[..., :persons])[None]
    found = RawDTW().distances(clips, clips)[0].double().numpy()
    own = np.diag(found)
    apart = np.maximum((found + found.T) / 2 - (own[:, None] + own) / 2, _LEAST)
    np.fill_diagonal(apart, np.inf)
    return np.asarray(apart, np.float64)
