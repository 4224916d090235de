"""Good inputs, which hostile ones are made of or stand beside."""

import json
import pickle
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .cases import Write


def body(seed: int = 0, frames: int = 12, joints: int = 25) -> NDArray[np.float32]:
    """Make one person (T, V, 3) who moves a little."""
    rng = np.random.default_rng(seed)
    pose = rng.normal(0, 0.3, (joints, 3)) + np.array([0, 0, 3])
    return (pose + rng.normal(0, 0.02, (frames, joints, 3)).cumsum(axis=0)).astype(np.float32)


def fields(**arrays: ArrayLike | None) -> dict[str, NDArray[np.generic]]:
    """Make the arrays of a good clip, some replaced, or left out where None."""
    good: dict[str, ArrayLike | None] = {
        "joints": body(), "label": np.array("wave"), "layout": np.array("kinect-v2"),
    }  # fmt: skip
    told = (good | arrays).items()
    return {name: np.asarray(array) for name, array in told if array is not None}


def npz(path: Path, **arrays: ArrayLike | None) -> None:
    """Write a clip's file."""
    path.parent.mkdir(exist_ok=True)
    np.savez_compressed(path, **fields(**arrays))


def beside_good(**arrays: ArrayLike | None) -> Write:
    """Return what writes one good clip and one with other arrays."""

    def write(folder: Path, shared: Path) -> None:
        npz(folder / "raw" / "bad.npz", **arrays)
        npz(folder / "raw" / "good.npz")

    return write


def write_ucla(path: Path, **changes: object) -> None:
    """Write a clip of NW-UCLA."""
    document = {"file_name": path.stem, "label": 1, "skeletons": body(joints=20).tolist()}
    path.write_text(json.dumps(document | changes))


def annotation(**changes: object) -> dict[str, object]:
    """Make a good annotation of PYSKL."""
    good: dict[str, object] = {
        "frame_dir": "one", "label": 0, "total_frames": 12, "keypoint": body()[None],
    }  # fmt: skip
    return good | changes


def annotated(protocol: int = 4, **changes: object) -> Write:
    """Return what writes a good annotation and one with changes."""

    def write(folder: Path, shared: Path) -> None:
        document = {"annotations": [annotation(), annotation(**{"frame_dir": "two", **changes})]}
        (folder / "x.pkl").write_bytes(pickle.dumps(document, protocol))

    return write
