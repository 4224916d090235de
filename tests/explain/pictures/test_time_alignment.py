"""Alignment in time: the cheapest path, whatever the place and size of the person."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from skelshot.explain.pictures import time_alignment
from skelshot.explain.pictures.time_alignment import alignment_path, checked_path
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import COCO_17
from skelshot.skeletons.sequence import SkeletonSequence

Make = Callable[..., Any]


def cheapest(cost: np.ndarray) -> float:
    """The cost of the cheapest path, by the textbook's recursion."""
    total = np.full((cost.shape[0] + 1, cost.shape[1] + 1), np.inf)
    total[0, 0] = 0
    for i, j in np.ndindex(*cost.shape):
        total[i + 1, j + 1] = cost[i, j] + min(total[i, j], total[i, j + 1], total[i + 1, j])
    return float(total[-1, -1])


@pytest.mark.parametrize("seed", range(5))
def test_no_path_is_cheaper(clip_of: Make, seed: int) -> None:
    one, other = clip_of(seed=seed), clip_of(frames=9 + 3 * seed, seed=seed + 50)
    path = alignment_path(one, other)
    poses = [time_alignment._poses(clip, 1).astype(float) for clip in (one, other)]
    cost = ((poses[0][:, None] - poses[1][None]) ** 2).sum(-1)
    assert np.isclose(cost[tuple(path.T)].sum(), cheapest(cost), rtol=1e-4)
    steps = np.diff(path, axis=0)
    assert path[0].tolist() == [0, 0]
    assert path[-1].tolist() == [one.frames - 1, other.frames - 1]
    assert {tuple(step) for step in steps.tolist()} <= {(0, 1), (1, 0), (1, 1)}


def test_neither_place_nor_size_nor_direction_counts(one: SkeletonSequence) -> None:
    turn = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]], np.float32)
    moved = replace(one, joints=(1.3 * one.joints @ turn + np.float32(5)).astype(np.float32))
    path = alignment_path(one, moved)
    assert (path[:, 0] == path[:, 1]).all()


def test_clips_of_other_joints_are_refused(one: SkeletonSequence) -> None:
    other = SkeletonSequence(np.ones((1, 4, 17, 2), np.float32), np.ones((1, 4), bool), COCO_17)
    with pytest.raises(SkelshotError, match="found kinect-v2 in 3 dimensions and coco-17 in 2"):
        alignment_path(one, other)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ([], r"expected pairs of frame numbers \(L, 2\)"),
        ([[0, 1, 2]], r"shape \(1, 3\)"),
        ([[0.0, 1.0]], "float64"),
        ([[0, 0], [14, 1]], r"found frames \[0, 0\] to \[14, 1\]"),
        ([[0, -1]], "within 0 to 13 and 0 to 8"),
        ([[1, 1], [0, 2]], "pairs that never fall"),
    ],
)
def test_a_path_of_other_clips(path: Any, reason: str) -> None:
    with pytest.raises(SkelshotError, match=reason) as caught:
        checked_path(path, 14, 9)
    assert "\n" not in str(caught.value)
