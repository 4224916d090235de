"""Time and memory of `skelshot check` on many clips.

    python benchmarks/many_clips.py STORE [COUNT ...]

The clips of the store are repeated until there are COUNT (1,000 and 10,000), each with noise of a
millimetre, so that no two are the same, and written as `.npz` files in folders of their classes.
Each set is looked at by the command as people call it. Prints one row of Markdown a set.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from skelshot.datasets.npz_files import write_npz_clip
from skelshot.datasets.store import Store

COUNTS = (1_000, 10_000)


def write_clips(store: Store, count: int, folder: Path) -> None:
    """Write that many clips."""
    rng = np.random.default_rng(0)
    for number in range(count):
        place = number % len(store)
        clip, label = store.sequence(place), str(store.class_of(place))
        joints = clip.joints + rng.normal(0, 1e-3, clip.joints.shape).astype(np.float32)
        file = folder / label / f"{number:06d}.npz"
        file.parent.mkdir(exist_ok=True)
        write_npz_clip(file, joints, label=label, layout=clip.layout, present=clip.present)


def measured(folder: Path, page: Path) -> tuple[float, float, float]:
    """Run the command; return seconds, processor seconds and megabytes."""
    began = time.perf_counter()
    words = [sys.executable, "-m", "skelshot.cli", "check", str(folder), "--out", str(page)]
    with subprocess.Popen([*words, "--json"], stdout=subprocess.DEVNULL) as running:  # noqa: S603
        _, status, used = os.wait4(running.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)}: left with {os.waitstatus_to_exitcode(status)}")
    seconds = time.perf_counter() - began
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    store = Store.open(sys.argv[1])
    print("| clips | seconds | processor seconds | MB at most |\n|---|---|---|---|")
    for count in map(int, sys.argv[2:] or COUNTS):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "clips").mkdir()
            write_clips(store, count, Path(folder) / "clips")
            found = measured(Path(folder) / "clips", Path(folder) / "page.html")
        print(f"| {count:,} | {found[0]:.0f} | {found[1]:.0f} | {found[2]:.0f} |", flush=True)


if __name__ == "__main__":
    main()
