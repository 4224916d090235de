"""Negatives made of one's own clips: movements that begin as one action and end as another."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from torch import Tensor

from skelshot.datasets.batches import time_reversed
from skelshot.recognition.support import Support
from skelshot.skeletons import SkeletonLayout, SkeletonSequence
from skelshot.skeletons.as_picture import camera_view
from skelshot.skeletons.mappings import map_layout

MOST = 24
"""The most that are made of each kind."""


def reversed_clips(sequences: Sequence[SkeletonSequence]) -> list[SkeletonSequence]:
    """Play clips from their end to their start.

    Args:
        sequences: The clips.

    Returns:
        Those of the first clips, at most `MOST`.
    """
    return [time_reversed(sequence) for sequence in sequences[:MOST]]


def spliced_clips(
    sequences: Sequence[SkeletonSequence], labels: Sequence[int], layout: SkeletonLayout
) -> list[SkeletonSequence]:
    """Join the first half of a clip with the second half of another, which starts where it ends.

    The other one is of the next action, or, where there is one action only, the clip's own first
    half played backwards.

    Args:
        sequences: The clips.
        labels: The action of each.
        layout: The joints in which they are joined.

    Returns:
        One a clip, of at most `MOST`; the first person of each.
    """
    firsts = {label: place for place, label in reversed(list(enumerate(labels)))}
    order = sorted(firsts)
    made = []
    for place, label in list(enumerate(labels))[:MOST]:
        other = order[(order.index(label) + 1) % len(order)]
        one, two = (_main(map_layout(sequences[at], layout)) for at in (place, firsts[other]))
        if one.channels != two.channels:  # both as a camera sees them
            one, two = camera_view(one), camera_view(two)
        made.append(_joined(one, time_reversed(one) if other == label else two))
    return made


def _main(sequence: SkeletonSequence) -> SkeletonSequence:
    """Return the frames in which the person is there who is there most, and that person alone."""
    person = int(sequence.present.sum(1).argmax())
    there = sequence.present[person]
    return SkeletonSequence(
        sequence.joints[person : person + 1, there],
        np.ones((1, int(there.sum())), bool),
        sequence.layout,
    )


def _joined(one: SkeletonSequence, two: SkeletonSequence) -> SkeletonSequence:
    root = one.layout.root
    first = one.joints[:, : max(1, one.frames // 2)]
    second = two.joints[:, two.frames // 2 :]
    moved = second - second[:, :1, root : root + 1] + first[:, -1:, root : root + 1]
    joints = np.concatenate([first, moved], axis=1)
    return replace(one, joints=joints, present=np.ones(joints.shape[:2], bool))


def negatives_of(
    sequences: Sequence[SkeletonSequence], layout: SkeletonLayout
) -> Callable[[Support], list[Tensor]]:
    """Give what makes negatives of a support set, for whoever wants them.

    Args:
        sequences: The exemplars.
        layout: The joints in which clips are spliced.

    Returns:
        From a support set of those exemplars to what its terms read of negatives.
    """

    def make(support: Support) -> list[Tensor]:
        chosen = [sequences[place] for place in support.places.tolist()]
        spliced = spliced_clips(chosen, support.labels.tolist(), layout)
        made = [*spliced, *reversed_clips(chosen)]
        return [term.read(made) for term in support.terms]

    return make
