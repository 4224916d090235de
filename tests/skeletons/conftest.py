"""Clips that stand and move like people."""

import numpy as np
import pytest

from skelshot.skeletons import KINECT_V1, SkeletonSequence


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def two_persons(rng: np.random.Generator) -> SkeletonSequence:
    """Person 1 in all 12 frames, person 2 in frames 3 to 8 only, zero elsewhere."""
    joints = rng.normal(0.5, 0.4, (2, 12, 20, 3)).astype(np.float32)
    present = np.ones((2, 12), bool)
    present[1, :3] = present[1, 9:] = False
    joints[~present] = 0
    return SkeletonSequence(joints, present, KINECT_V1)
