"""Strips of poses: the pose of each moment, whatever stands in the numbers."""

from dataclasses import replace

import numpy as np
import pytest

from skelshot.rendering.strips import pose_strip
from skelshot.skeletons import SkeletonSequence


def test_each_place_shows_its_moment(tiny_sequence: SkeletonSequence) -> None:
    only_last = np.zeros((1, 12), bool)
    only_last[0, -1] = True
    strip = pose_strip(replace(tiny_sequence, present=only_last), poses=3)
    drawn = [(part < 200).any() for part in np.split(strip, 3, axis=1)]
    assert drawn == [False, False, True]


def test_heads_are_up(tiny_sequence: SkeletonSequence) -> None:
    joints = np.zeros_like(tiny_sequence.joints)
    head = tiny_sequence.layout.index("head")
    joints[:, :, head, 1] = 1.0  # of a stick whose head is above all others
    up = (pose_strip(replace(tiny_sequence, joints=joints), poses=1) < 200).any(axis=(1, 2))
    assert up[:40].sum() > 15  # the line to the head
    assert up.argmax() < 10


@pytest.mark.parametrize("value", [np.nan, np.inf, -3e38, 0.0])
def test_any_numbers_are_drawn(tiny_sequence: SkeletonSequence, value: float) -> None:
    joints = tiny_sequence.joints.copy()
    joints[0, 3:] = value
    assert pose_strip(replace(tiny_sequence, joints=joints)).shape == (64, 320, 3)


@pytest.mark.parametrize(("persons", "frames"), [(0, 5), (1, 0), (3, 2), (1, 1)])
def test_any_clip_is_drawn(tiny_sequence: SkeletonSequence, persons: int, frames: int) -> None:
    shape = (persons, frames, tiny_sequence.layout.num_joints, 2)
    clip = SkeletonSequence(
        np.ones(shape, np.float32), np.ones(shape[:2], bool), tiny_sequence.layout
    )
    assert pose_strip(clip).shape == (64, 64 * max(1, min(frames, 5)), 3)
