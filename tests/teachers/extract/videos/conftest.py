"""Nine clips with their videos, and teachers that take them."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.npz_files import write_npz_clip
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.ground.seeding import rng_for
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.teachers import XCLIPTeacher
from skelshot.teachers.extract.frame_sources import VideoSource
from skelshot.videos.clip_frames import VideoOptions
from skelshot.videos.encode import write_video

OPTIONS = VideoOptions(frames=4, size=32)
CLASSES = ("carry", "throw", "wave")


def _write_clip(raw: Path, name: str, *, outside: bool = False) -> None:
    """Write a moving person of 12 frames, seen about the middle of a Kinect's picture."""
    rng = rng_for("clip", name)
    low, high = ([5000, 5000], [6000, 6000]) if outside else ([800, 300], [1100, 700])
    write_npz_clip(
        raw / f"{name}.npz",
        rng.normal(size=(12, 25, 3)),
        label=name.partition("_")[0],
        layout=KINECT_V2,
        pixels=rng.uniform(low, high, (1, 12, 25, 2)),
    )


def _pictures(name: str, frames: int = 12, size: tuple[int, int] = (64, 36)) -> np.ndarray:
    """Return smooth pictures that differ from clip to clip and frame to frame."""
    shift = rng_for("picture", name).uniform(0, 6, 4)
    t, y, x = np.ogrid[0:frames, 0 : size[1], 0 : size[0]]
    waves = [np.sin((x * (k + 1) + y) / 9 + t / 2 + shift[k]) for k in range(3)]
    return (127 + 120 * np.stack(waves, axis=-1)).astype(np.uint8)


@pytest.fixture(scope="session", autouse=True)
def _av() -> None:
    """Skip where videos cannot be read at all."""
    pytest.importorskip("av")


@pytest.fixture(scope="session")
def write_clip() -> Callable[..., None]:
    """What writes a moving person by raw folder and clip's name."""
    return _write_clip


@pytest.fixture(scope="session")
def pictures() -> Callable[..., np.ndarray]:
    """What draws a clip's pictures by its name."""
    return _pictures


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three classes, three clips each: a store, and a video of every clip."""
    folder = tmp_path_factory.mktemp("videos")
    for part in ("raw", "films"):
        (folder / part).mkdir()
    for label in CLASSES:
        for number in range(3):
            _write_clip(folder / "raw", f"{label}_{number}")
            film = folder / "films" / f"{label}_{number}_rgb.avi"
            write_video(film, _pictures(f"{label}_{number}"))
    prepare(NpzReader(), folder / "raw", folder / "store")
    return folder


@pytest.fixture(scope="session")
def films(folder: Path) -> Store:
    return Store.open(folder / "store")


@pytest.fixture(scope="session")
def teacher(xclip_folder: Path) -> XCLIPTeacher:
    return XCLIPTeacher(xclip_folder)


@pytest.fixture
def source(folder: Path) -> VideoSource:
    return VideoSource(folder / "films", OPTIONS)


@pytest.fixture(scope="session")
def mean_teacher() -> ModuleType:
    """The module `mean_teacher.py` beside this file."""
    program = Path(__file__).with_name("mean_teacher.py")
    spec = importlib.util.spec_from_file_location(program.stem, program)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
