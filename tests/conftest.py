"""Fixtures that every room's tests share."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import torch

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.ntu import NtuReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.experiments.toy import write_toy_clips
from skelshot.skeletons.layouts import KINECT_V1
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.teachers import FeatureCache, extract_text, load_templates, teacher_named

# Small tensors on all cores wait more than they work, most of all with tests side by side.
torch.set_num_threads(1)

# Begun in the background by a shell, tests would hand on to every process that Ctrl-C is ignored,
# and those of Ctrl-C would see nothing.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


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
def real_clip(real_data_dir: Path, tmp_path: Path) -> Store:
    """A store of the real NTU clip; its files lie in `raw` beside it."""
    samples, name = real_data_dir / "ntu-samples", "S001C001P001R001A001"
    if not (samples / f"{name}_rgb.avi").is_file():
        pytest.skip("no real NTU clip here")
    (tmp_path / "raw").mkdir()
    for ending in (".skeleton", "_rgb.avi"):
        (tmp_path / "raw" / f"{name}{ending}").symlink_to(samples / f"{name}{ending}")
    prepare(NtuReader(missing_list="none"), tmp_path / "raw", tmp_path / "store")
    return Store.open(tmp_path / "store")


@pytest.fixture
def tiny_sequence() -> SkeletonSequence:
    """One person, 12 frames of 20 joints that move smoothly, in metres."""
    rng = np.random.default_rng(0)
    start = rng.normal(0.0, 0.4, (1, 1, 20, 3))
    drift = rng.normal(0.0, 0.02, (1, 12, 20, 3)).cumsum(axis=1)
    joints = (start + drift + np.array([0.0, 0.0, 3.0])).astype(np.float32)
    return SkeletonSequence(joints, np.ones((1, 12), bool), KINECT_V1)


@pytest.fixture(scope="session")
def toy_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Ten toy actions, 8 clips each, in a store made through the `npz` door."""
    folder = tmp_path_factory.mktemp("toy")
    write_toy_clips(folder / "raw", performers=4, repetitions=2)
    prepare(NpzReader(), folder / "raw", folder / "store")
    return Store.open(folder / "store")


@pytest.fixture(scope="session")
def toy_features(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> FeatureCache:
    """Random codes for the toy classes, as a teacher that needs no download."""
    out = tmp_path_factory.mktemp("features") / "codes"
    extract_text(toy_store, teacher_named("random-code"), load_templates("plain"), out)
    return FeatureCache.open(out)
