"""Clips to put faults into: toy people, and real ones where they are at hand."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.clips import Clip
from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.readers import Source
from skelshot.experiments.toy import toy_actions, toy_clip
from skelshot.skeletons import KINECT_V1, SkeletonSequence

Act = Callable[..., SkeletonSequence]

ACTIONS = {"bow": "bow", "kick": "kick with the left leg", "wave": "wave the right hand"}

REAL = ("a01_s01_e00_v01", "a05_s02_e01_v01", "a08_s03_e00_v01", "a11_s05_e02_v01")


@pytest.fixture
def act() -> Act:
    """Let a toy person act, at a few metres from the sensor, whose noise is in the joints."""

    def acted(action: str = "bow", seed: int = 0) -> SkeletonSequence:
        rng = np.random.default_rng(seed)
        joints = toy_clip(toy_actions()[ACTIONS[action]], rng) + np.float32([0, 0, 3])
        joints += rng.normal(0, 0.003, joints.shape).astype(np.float32)
        return SkeletonSequence(joints, np.ones(joints.shape[:2], bool), KINECT_V1)

    return acted


@pytest.fixture(scope="session")
def real_clips(nw_ucla_dir: Path) -> list[SkeletonSequence]:
    """A few clips of NW-UCLA."""
    sources = [Source(f"{name}.json", nw_ucla_dir / f"{name}.json") for name in REAL]
    reader = NwUclaReader()
    clips = [item for source in sources for item in reader.read(source)]
    assert len(clips) == len(REAL)
    return [clip.sequence for clip in clips if isinstance(clip, Clip)]
