"""The order of a clip's persons: who acts comes first, false detections go."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skelshot.skeletons.sequence import BoolArray, FloatArray, SkeletonSequence

CLEARLY_MORE = 1.25
"""How many times the score of the person in front another needs to be put before it.

Scores within 20 % are ties, in which the file's order stays: it is the source's own (the larger
box, the track that began first) and the only thing that tells two boxers apart."""

FEW_FRAMES = 15
"""The longest run of frames on end, half a second at 30 Hz, of a false detection."""

FEW_SHARE = 0.15
"""The same as a share of the frames of the person who is seen most: clips may be short."""

NEGLIGIBLE = 0.2
"""The mean confidence, as a share of the surest person's, below which a detection is false.

Estimators give partly hidden people about half the score of others, and false ones a tenth."""

JITTER = 0.005
"""The motion, in sizes of the body, that noise of sensors and estimators alone makes.

Real and synthetic actors had 0.016 to 0.85, 0.06 and more in 95 % of clips."""

STILL = 1 / 3
"""The share of the liveliest person's motion from which on a person acts as much as that one.

With `CLEARLY_MORE` one goes behind for its stillness below a fifth: partners who only let
themselves be touched had a quarter."""


@dataclass(frozen=True)
class PersonReport:
    """Changes made to the persons of a clip.

    Args:
        dropped: How many false detections were left out; empty places are not counted.
        reordered: Whether the persons that stay stand in another order than in the file.

    Example:
        >>> PersonReport(dropped=1, reordered=False).dropped
        1
    """

    dropped: int
    reordered: bool


def order_persons(sequence: SkeletonSequence) -> tuple[SkeletonSequence, PersonReport]:
    """Put the persons in the order of presence, confidence and motion, and drop ghosts.

    A person's score is the share of frames with it, times its mean confidence, times 1/2 to 1 by
    how much it moves for its size: presence and confidence outweigh motion, since a false
    detection jumps about. A person goes before the one in front of it only when its score is
    `CLEARLY_MORE`. A ghost is never seen for more than a few frames on end, in less than half of
    the frames of the person seen most, or has a negligible confidence. Persons who are absent
    throughout are dropped too; one person always stays. Doing it twice changes nothing more.

    Args:
        sequence: The clip, its gaps filled or not.

    Returns:
        The clip (the same object when there was nothing to do), and what was done.

    Example:
        >>> from skelshot.skeletons.layouts import COCO_17
        >>> joints = np.random.default_rng(0).normal(300, 50, (2, 40, 17, 2)).astype(np.float32)
        >>> present = np.ones((2, 40), bool)
        >>> present[0, 2:] = False  # a detection of two frames stands first
        >>> clip, report = order_persons(SkeletonSequence(joints, present, COCO_17))
        >>> clip.persons, report
        (1, PersonReport(dropped=1, reordered=False))
    """
    present = sequence.present
    if sequence.persons < 2 or not present.any():
        return sequence, PersonReport(0, False)
    confidence = _mean_confidence(sequence)
    kept = [int(person) for person in np.flatnonzero(~_ghosts(present, confidence))]
    order = _ordered(kept, _scores(sequence, confidence, kept))
    report = PersonReport(_detections(sequence) - len(order), order != kept)
    if order == list(range(sequence.persons)):
        return sequence, report
    return sequence.of_persons(order), report


def _mean_confidence(sequence: SkeletonSequence) -> NDArray[np.float64]:
    """Return the mean confidence (M,) over each person's present frames; 1 where unknown."""
    scores = sequence.confidence
    if scores is None or not (scores > 0).any():
        return np.ones(sequence.persons)
    total = np.where(sequence.present[..., None], np.nan_to_num(scores), 0).sum(axis=(1, 2))
    count = np.maximum(sequence.present.sum(axis=1) * scores.shape[2], 1)
    return np.asarray(total / count, np.float64)


def _ghosts(present: BoolArray, confidence: NDArray[np.float64]) -> BoolArray:
    """Return which persons (M,) are false detections or absent; never all of them."""
    frames = present.sum(axis=1)
    lead = int((frames * confidence).argmax())
    few = min(FEW_FRAMES, FEW_SHARE * frames[lead])
    brief = np.array([_longest_run(there) for there in present]) <= few
    ghosts = (brief & (frames < 0.5 * frames[lead])) | (confidence < NEGLIGIBLE * confidence[lead])
    ghosts |= frames == 0
    ghosts[lead] = False
    return np.asarray(ghosts)


def _longest_run(there: BoolArray) -> int:
    """Return how many frames on end a person is there at most."""
    edges = np.diff(there.astype(np.int8), prepend=0, append=0)
    return int((np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0)).max(initial=0))


def _scores(
    sequence: SkeletonSequence, confidence: NDArray[np.float64], persons: list[int]
) -> NDArray[np.float64]:
    """Return the score (M,) of each person, by which they are ordered."""
    solid = sequence.present.mean(axis=1) * confidence
    motion = np.zeros(sequence.persons)
    for person in persons:
        motion[person] = _motion(sequence.joints[person][sequence.present[person]])
    leaders = solid * CLEARLY_MORE >= solid.max()  # a ghost's leaps are nobody's measure
    share = (motion + JITTER) / (motion[leaders].max() + JITTER)
    return np.asarray(solid * (0.5 + 0.5 * np.minimum(1, share / STILL)))


def _motion(joints: FloatArray) -> float:
    """Return how far joints (T, V, C) stray from their mean, in sizes of the body."""
    joints = np.where(np.isfinite(joints).all(axis=-1, keepdims=True), joints, np.nan)
    low, high = np.fmin.reduce(joints, axis=1), np.fmax.reduce(joints, axis=1)
    size = float(np.nanmedian(np.linalg.norm(high - low, axis=-1))) if len(joints) else 0.0
    seen = joints[:, np.isfinite(joints).all(axis=(0, 2))]
    if not size > 0 or not seen.size:
        return 0.0
    return float(np.sqrt(seen.var(axis=0).sum(axis=-1).mean()) / size)


def _ordered(persons: list[int], scores: NDArray[np.float64]) -> list[int]:
    """Return the persons, each moved forward past those it clearly outscores."""
    order: list[int] = []
    for person in persons:
        place = len(order)
        while place and scores[person] > CLEARLY_MORE * scores[order[place - 1]]:
            place -= 1
        order.insert(place, person)
    return order


def _detections(sequence: SkeletonSequence) -> int:
    """Count the persons of whom the source says anything: a padded place says nothing."""
    said = sequence.present.any(axis=1)
    if sequence.confidence is not None:
        said = said | (sequence.confidence > 0).any(axis=(1, 2))
    return int(np.count_nonzero(said))
