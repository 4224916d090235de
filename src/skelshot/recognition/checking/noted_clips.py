"""Notes on all clips: a few moments of each, and a sample that is compared."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

import numpy as np

from skelshot.datasets.reading_options import ReadingOptions
from skelshot.ground.seeding import digest_of
from skelshot.recognition.checking.checked_clip import CheckedClip
from skelshot.recognition.checking.likeness import Likeness, comparable
from skelshot.skeletons.body_check import BodyProblem, body_problems
from skelshot.skeletons.sequence import FloatArray, SkeletonSequence

MOMENTS = 8
"""Frames that are kept of each clip."""

PERSONS = 2
"""Persons that are kept of each clip."""

A_CLASS = 20
"""Clips of a class that are compared, at most."""

COMPARED = 600
"""Clips that are compared, at most; each meets all others."""

FEWEST = 3
"""Clips of a class without which nothing can be said of what is usual in it."""


@dataclass(frozen=True, eq=False)
class NotedClip:
    """Notes on a clip.

    Args:
        name: Its name.
        label: The name of its class, if known.
        subject: Who acts, if known.
        frames: Number of frames T.
        persons: Number of persons M.
        digest: Of the joints; the same movement has the same one.
        moments: Some frames and persons of it.
    """

    name: str
    label: str | None
    subject: int | None
    frames: int
    persons: int
    digest: bytes
    moments: SkeletonSequence


@dataclass(eq=False)
class NotedClips:
    """Notes on all clips; memory does not grow with their length.

    Attributes:
        clips: The clips, in the order in which they were seen.
        reading: How they were read.
        rate: Frames a second, if stated.
    """

    clips: list[NotedClip] = field(default_factory=list)
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    rate: float | None = None
    _sample: dict[str, dict[bytes, tuple[int, FloatArray]]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def note(self, clip: CheckedClip) -> None:
        """Keep what is needed of a clip.

        Args:
            clip: The clip.
        """
        whole = clip.sequence
        self.reading, self.rate = clip.reading, clip.rate
        digest = sha256(whole.joints.tobytes()).digest()
        self.clips.append(
            NotedClip(
                clip.name, clip.label, clip.subject, whole.frames, whole.persons, digest,
                moments_of(whole),
            )
        )  # fmt: skip
        if clip.label is None:
            return
        chosen, key = self._sample[clip.label], digest_of("check", clip.name)
        if len(chosen) < A_CLASS or key < max(chosen):
            chosen[key] = (len(self.clips) - 1, comparable(whole))
            if len(chosen) > A_CLASS:
                del chosen[max(chosen)]

    @cached_property
    def by_class(self) -> Mapping[str, list[NotedClip]]:
        """The clips of each class, in the order of the names of classes."""
        found: dict[str, list[NotedClip]] = defaultdict(list)
        for clip in self.clips:
            if clip.label is not None:
                found[clip.label].append(clip)
        return dict(sorted(found.items()))

    @cached_property
    def problems(self) -> list[BodyProblem]:
        """Problems with human bodies, of all clips together."""
        whole = [clip.moments for clip in self.clips]
        return body_problems(whole, whole[0].layout) if whole else []

    @cached_property
    def likeness(self) -> Likeness:
        """Likeness of the clips of the sample; all classes that can be judged are in it."""
        classes = [label for label in self.by_class if len(self._sample[label]) >= FEWEST]
        share = max(FEWEST, min(A_CLASS, COMPARED // max(len(classes), 1)))
        classes = classes[: COMPARED // FEWEST]
        return Likeness.of(list(self._chosen(classes, share)))

    def _chosen(self, classes: list[str], share: int) -> Iterator[tuple[NotedClip, FloatArray]]:
        for label in classes:
            for _, (place, joints) in sorted(self._sample[label].items())[:share]:
                yield self.clips[place], joints


def moments_of(sequence: SkeletonSequence) -> SkeletonSequence:
    """Return a few frames of a clip, evenly spread, of its first persons.

    Args:
        sequence: The clip.

    Returns:
        At most `MOMENTS` frames and `PERSONS` persons, in arrays of their own.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> joints = np.zeros((3, 90, 20, 3), np.float32)
        >>> moments_of(SkeletonSequence(joints, np.ones((3, 90), bool), KINECT_V1)).joints.shape
        (2, 8, 20, 3)
    """
    count = min(MOMENTS, sequence.frames)
    frames = np.linspace(0, max(sequence.frames - 1, 0), count).round().astype(np.int64)
    return SkeletonSequence(
        sequence.joints[:PERSONS, frames],
        sequence.present[:PERSONS, frames],
        sequence.layout,
        picture_size=sequence.picture_size,
    )
