"""People in clips: how many are compared, and what is told where exemplars show others."""

from collections.abc import Iterable

import numpy as np

from skelshot.skeletons import SkeletonSequence


def people_in(sequence: SkeletonSequence) -> int:
    """Count the people of a clip who are there at any time.

    Args:
        sequence: The clip.

    Returns:
        Their number.
    """
    return int(sequence.present.any(axis=1).sum())


def places_of_people(sequences: Iterable[SkeletonSequence]) -> int:
    """Count the places along the person axis that hold everybody of any clip.

    Args:
        sequences: The clips.

    Returns:
        The place of the last one who is there at any time, from 1; 1 where there is none.
    """
    there = (np.flatnonzero(one.present.any(axis=1)) for one in sequences)
    return 1 + max((int(places[-1]) for places in there if len(places)), default=0)


def other_people(sequence: SkeletonSequence, shown: Iterable[int], compared: int) -> str | None:
    """Say where a clip shows more or fewer people than exemplars do.

    Args:
        sequence: The clip.
        shown: How many people exemplars show; at least one number.
        compared: How many people are compared at most.

    Returns:
        One remark; None where some exemplar shows as many.

    Example:
        >>> from skelshot.skeletons import KINECT_V1
        >>> joints, there = np.zeros((2, 8, 20, 3), np.float32), np.ones((2, 8), bool)
        >>> other_people(SkeletonSequence(joints, there, KINECT_V1), [1], compared=1)
        'people: 2 in the clip, 1 in the exemplars; the first one is compared'
    """
    found, numbers = people_in(sequence), sorted(set(shown))
    if found in numbers:
        return None
    told = f"people: {found} in the clip, {' or '.join(map(str, numbers))} in the exemplars"
    if found > compared:
        first = "first one is" if compared == 1 else f"first {compared} are"
        return f"{told}; the {first} compared"
    return f"{told}; that alone makes a clip look less known"
