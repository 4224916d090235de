"""Fixtures that every room's tests share."""

import os
from pathlib import Path

import numpy as np
import pytest

from skelshot.skeletons.layouts import KINECT_V1
from skelshot.skeletons.sequence import SkeletonSequence


@pytest.fixture(scope="session")
def real_data_dir() -> Path:
    """The folder of real clips: SKELSHOT_DATA, or `../shared/data` beside the checkout."""
    named = os.environ.get("SKELSHOT_DATA")
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    for folder in ([Path(named)] if named else []) + [beside]:
        if folder.is_dir():
            return folder
    pytest.skip("real clips are absent (set SKELSHOT_DATA to the folder that holds nw-ucla/)")


@pytest.fixture(scope="session")
def nw_ucla_dir(real_data_dir: Path) -> Path:
    """The real NW-UCLA clips, one JSON each."""
    folder = real_data_dir / "nw-ucla"
    if not folder.is_dir():
        pytest.skip(f"no NW-UCLA clips in {real_data_dir}")
    return folder


@pytest.fixture
def tiny_sequence() -> SkeletonSequence:
    """One person, 12 frames of 20 joints that move smoothly, in metres."""
    rng = np.random.default_rng(0)
    start = rng.normal(0.0, 0.4, (1, 1, 20, 3))
    drift = rng.normal(0.0, 0.02, (1, 12, 20, 3)).cumsum(axis=1)
    joints = (start + drift + np.array([0.0, 0.0, 3.0])).astype(np.float32)
    return SkeletonSequence(joints, np.ones((1, 12), bool), KINECT_V1)
