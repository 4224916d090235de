"""People's own files read with and without the look at the bodies, as a Markdown table.

    python benchmarks/reading.py STORE [--clips 200] [--frames 100] [--rounds 5]

The clips of a store in metres are stretched to as many frames and written as `.npz` files and, as
a camera would see them, as one PYSKL pickle. Both are read again and again by turns with
`--body-check refuse` and `ignore`, by one process from the memory cache. The figures are processor
milliseconds a clip, the median over rounds, without listing the files and guessing the layout.
"""

import argparse
import pickle
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.clips import Rejected
from skelshot.datasets.npz import NpzReader
from skelshot.datasets.pyskl import PysklReader
from skelshot.datasets.readers import Reader
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.datasets.store import Store
from skelshot.ground.environment import processor_name


def clips_of(store: Store, clips: int, frames: int) -> list[NDArray[np.float32]]:
    """Return clips (M, T, V, 3) of a store, evenly chosen."""
    chosen = np.unique(np.linspace(0, len(store) - 1, clips).astype(int))
    found = [store.sequence(int(index)).joints for index in chosen]
    return [joints[:, np.linspace(0, joints.shape[1] - 1, frames).astype(int)] for joints in found]


def write_files(clips: list[NDArray[np.float32]], folder: Path) -> None:
    """Write the clips in metres one a file, and in pixels into one pickle."""
    annotations = []
    for number, joints in enumerate(clips):
        np.savez(folder / f"clip_{number}.npz", joints=joints, label="one")
        there = joints.any(axis=(2, 3))[..., None, None]
        depth = np.where(joints[..., 2:] > 0.3, joints[..., 2:], 0.3)
        pixels = np.float32([960, 540]) - 1000 * joints[..., :2] / depth
        annotations.append(
            {
                "frame_dir": f"clip_{number}",
                "label": 0,
                "total_frames": joints.shape[1],
                "keypoint": np.where(there, pixels, 0).astype(np.float32),
                "keypoint_score": np.where(there[..., 0], 0.9, 0) * np.ones(joints.shape[:3]),
            }
        )
    (folder / "clips.pkl").write_bytes(pickle.dumps(annotations))


def milliseconds(reader: Reader, raw: Path) -> float:
    """Read all there is once; return processor milliseconds a clip."""
    sources = reader.sources(raw)
    assert reader.layout.num_joints  # guesses the layout where that has not been done
    began, count = time.process_time(), 0
    for source in sources:
        for item in reader.read(source):
            assert not isinstance(item, Rejected), item
            count += 1
    return 1000 * (time.process_time() - began) / count


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("store", type=Path)
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    refuse, ignore = ReadingOptions(), ReadingOptions(body_check="ignore")
    print(f"{processor_name()}, {asked.clips} clips of {asked.frames} frames\n")
    print("| format | refuse | ignore | difference |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        write_files(clips_of(Store.open(asked.store), asked.clips, asked.frames), Path(folder))
        for format_, raw in (("npz", Path(folder)), ("pyskl", Path(folder, "clips.pkl"))):
            times: tuple[list[float], list[float]] = ([], [])
            for _ in range(asked.rounds):
                for reading, found in zip((refuse, ignore), times, strict=True):
                    one = NpzReader if format_ == "npz" else PysklReader
                    found.append(milliseconds(one(reading=reading), raw))
            with_, without = map(statistics.median, times)
            shape = "metres" if format_ == "npz" else "pixels"
            print(
                f"| `{format_}`, {shape} | {with_:.2f} | {without:.2f} | {with_ - without:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
