"""Ground truth in a clip's own frames and persons, as a reader made them of a synthetic file."""

from pathlib import Path

import numpy as np

from skelshot.datasets.ntu.parse import RawBody, parse_skeleton
from skelshot.ground import SkelshotError
from skelshot.skeletons.sequence import BoolArray, SkeletonSequence
from skelshot.synthesis.truth import read_truth, truth_path


def purpose_in_clip(sequence: SkeletonSequence, skeleton: Path) -> BoolArray:
    """Tell which joint of a clip moves with purpose in which frame.

    Bodies of the file become persons of a clip by a reader's rules, in any order and piece by
    piece; they are found again by their coordinates, which readers leave as they are.

    Args:
        sequence: The clip, as a store gives it, joints (M, T, 25, 3).
        skeleton: The synthetic `.skeleton` file that it was read from, its truth beside it.

    Returns:
        Flags (T, V, M); none for persons that are furniture or other false bodies.

    Raises:
        SkelshotError: The truth is missing, or the clip is not of this file.
    """
    truth = read_truth(truth_path(skeleton))
    purpose = truth.purpose()
    numbers = sequence.frame_index
    numbers = np.arange(sequence.frames) if numbers is None else numbers
    flags = np.zeros((sequence.frames, sequence.layout.num_joints, sequence.persons), np.bool_)
    known = False
    for body in parse_skeleton(skeleton.read_bytes()).bodies:
        frames, rows = _common(numbers, body)
        person = truth.person_of(body.body_id)
        for place in range(sequence.persons):
            same = (sequence.joints[place, frames] == body.joints[rows]).all(axis=(1, 2))
            same &= sequence.present[place, frames]
            known |= bool(same.any())
            if person is not None:
                flags[frames[same], :, place] = purpose[person, numbers[frames[same]]]
    if not known:
        raise SkelshotError(
            f"{skeleton}: found none of its bodies in the clip, expected the file that the clip "
            "was read from; prepare the store again from this folder"
        )
    return flags


def _common(numbers: np.ndarray, body: RawBody) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the frames that a clip and a body share, in either."""
    _, frames, rows = np.intersect1d(numbers, body.frame_index, return_indices=True)
    return frames, rows
