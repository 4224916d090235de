"""Small raw folders in every format, and a small store."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store

WriteClip = Callable[..., Path]

LABELS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 8: 7, 9: 8, 11: 9, 12: 10}


def moving(frames: int = 6, joints: int = 20, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Coordinates (T, V, C) of a person who moves a little."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 0.02, (frames, joints, channels)).cumsum(axis=0)
    return np.round(rng.normal(0, 0.5, (joints, channels)) + steps + 2.0, 6)


def write_nw_ucla(folder: Path, stem: str, skeletons: Any = moving, **changes: Any) -> Path:
    """Write a NW-UCLA file; `changes` replace what it would hold."""
    if skeletons is moving:
        skeletons = moving(frames=5 + len(list(folder.glob("*"))), seed=sum(stem.encode()))
    document = {
        "file_name": stem,
        "skeletons": np.asarray(skeletons).tolist()
        if isinstance(skeletons, np.ndarray)
        else skeletons,
        "label": LABELS.get(int(stem[1:3]) if stem[1:3].isdigit() else 0, 0),
        **changes,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}.json"
    path.write_text(json.dumps({k: v for k, v in document.items() if v is not ...}))
    return path


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Ten good NW-UCLA files of three classes and one bad one in their midst."""
    folder = tmp_path / "raw"
    folder.mkdir()
    for number in range(10):
        action = (1, 8, 12)[number % 3]
        write_nw_ucla(folder, f"a{action:02d}_s{1 + number // 3:02d}_e00_v0{1 + number % 2}")
    write_nw_ucla(folder, "a02_s01_e00_v01", moving(frames=1))
    return folder


@pytest.fixture
def store(raw: Path, tmp_path: Path) -> Store:
    """The store of `raw`."""
    prepare(NwUclaReader(), raw, tmp_path / "store")
    return Store.open(tmp_path / "store")


@pytest.fixture
def make_joints() -> Callable[..., np.ndarray]:
    """`moving`, for tests that write files of their own."""
    return moving


@pytest.fixture
def write_clip(tmp_path: Path) -> WriteClip:
    """Write a NW-UCLA file into `one/`, a raw folder of its own."""
    return lambda stem, skeletons=moving, **changes: write_nw_ucla(
        tmp_path / "one", stem, skeletons, **changes
    )


@pytest.fixture(scope="session")
def real_store(nw_ucla_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The store of the real NW-UCLA clips."""
    out = tmp_path_factory.mktemp("real") / "store"
    prepare(NwUclaReader(), nw_ucla_dir, out)
    return Store.open(out)
