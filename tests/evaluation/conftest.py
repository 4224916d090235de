"""A small store whose clips are named as NTU names them, with two people where two act."""

from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.skeletons import KINECT_V2

CLASSES = 60
PERFORMERS = (7, 8)


def write_ntu_like_clips(folder: Path) -> None:
    """Write four clips of each of the 60 classes; A050 to A060 show two people."""
    folder.mkdir()
    rest = np.random.default_rng(0).normal(0, 0.4, (2, 1, KINECT_V2.num_joints, 3))
    for action in range(1, CLASSES + 1):
        ways = np.random.default_rng(action).normal(0, 0.1, (2, 1, KINECT_V2.num_joints, 3))
        persons = 2 if action >= 50 else 1
        for performer in PERFORMERS:
            for replication in (1, 2):
                rng = np.random.default_rng([action, performer, replication])
                when = np.sin(np.linspace(0, np.pi, int(rng.integers(9, 14))))[:, None, None]
                joints = rest + ways * when + rng.normal(0, 0.1, (2, len(when), 25, 3))
                np.savez(
                    folder / f"S001C003P{performer:03d}R{replication:03d}A{action:03d}.npz",
                    joints=(joints[:persons] + np.array([0, 0, 3.0])).astype(np.float32),
                    label=f"A{action:03d}",
                    layout=KINECT_V2.name,
                    subject=performer,
                )


@pytest.fixture(scope="session")
def ntu_like_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw folder."""
    raw = tmp_path_factory.mktemp("ntu-like") / "raw"
    write_ntu_like_clips(raw)
    return raw


@pytest.fixture(scope="session")
def ntu_like_store(ntu_like_raw: Path) -> Store:
    """240 clips of 60 classes, the official exemplars among them."""
    out = ntu_like_raw.parent / "store"
    prepare(NpzReader(), ntu_like_raw, out)
    return Store.open(out)
