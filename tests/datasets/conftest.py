"""Small raw folders in every format, and a small store."""

import json
import zipfile
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


BODY_ID = 72057594037931101


def ntu_text(frames: int = 4, seed: int = 0, bodies: int = 1, nan: bool = False) -> str:
    """An NTU `.skeleton` file of people who move a little."""
    rng = np.random.default_rng(seed)
    places = rng.normal([0, 0, 3], [0.1, 0.5, 0.1], (bodies, 1, 25, 3))
    places = places + rng.normal(0, 0.01, (bodies, frames, 25, 3)).cumsum(axis=1)
    lines = [str(frames)]
    for frame in range(frames):
        lines.append(str(bodies))
        for body in range(bodies):
            lines += [f"{BODY_ID + body} 0 1 1 1 1 0 0.02 -0.05 2", "25"]
            for joint, (x, y, z) in enumerate(places[body, frame]):
                first = "nan" if nan and joint == frame == 1 else f"{x:.7g}"
                pixel = f"{960 + 1050 * x / z:.7g} {540 - 1050 * y / z:.7g}"
                lines.append(f"{first} {y:.7g} {z:.7g} 1 2 {pixel} 1 0 0 0 {1 + joint % 2}")
    return "\n".join(lines) + "\n"


def zip_up(folder: Path, path: Path, prefix: str = "nturgb+d_skeletons/") -> Path:
    """Put the `.skeleton` files of a folder into an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir(prefix)
        for file in sorted(folder.rglob("*.skeleton")):
            archive.write(file, prefix + file.name)
    return path


@pytest.fixture
def ntu_raw(tmp_path: Path) -> Path:
    """Nine good NTU files, one of them listed as missing skeletons, and four bad ones."""
    folder = tmp_path / "raw"
    (folder / "more").mkdir(parents=True)
    for number, stem in enumerate(
        ["S001C001P001R001A001", "S001C001P001R001A002", "S001C002P001R001A002",
         "S001C003P002R002A060", "S002C001P002R001A001", "S018C001P106R002A120",
         "more/S018C001P008R001A061", "more/S018C001P008R001A062", "S001C002P005R002A008"]
    ):  # fmt: skip
        path = folder / f"{stem}.skeleton"
        path.write_text(ntu_text(14 + number % 3, number, 1 + number % 2))
    (folder / "S001C001P001R001A005.skeleton").write_text(ntu_text()[:700])
    (folder / "S001C001P001R001A006.skeleton").write_text("2\n0\n0\n")
    (folder / "S017C001P001R001A061.skeleton").write_text(ntu_text())
    (folder / "copy of S001.skeleton").write_text(ntu_text())
    (folder / "notes.json").write_text("{}")
    (folder / "more" / "S001C001P001R001A002_rgb.avi").touch()
    return folder


@pytest.fixture
def skeleton_text() -> Callable[..., str]:
    """`ntu_text`, for tests that write files of their own."""
    return ntu_text


@pytest.fixture
def zipped() -> Callable[..., Path]:
    """`zip_up`, for tests that read archives."""
    return zip_up
