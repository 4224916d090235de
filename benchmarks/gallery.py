"""Times of a gallery: search among many features, and enrolling, opening and reading many clips.

    OMP_NUM_THREADS=1 python benchmarks/gallery.py [--features 100000] [--exemplars 1000]

Search is timed a query at a time, k = 5, among clustered vectors; processor time stands beside wall
time, as a busy machine blurs only the latter. faiss is measured where it is installed.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from skelshot.ground import SkelshotError
from skelshot.ground.environment import processor_name
from skelshot.recognition.enrolled import Exemplar, digest_of
from skelshot.recognition.faiss_search import FaissSearch
from skelshot.recognition.gallery import Gallery
from skelshot.recognition.search import ExactSearch
from skelshot.skeletons import KINECT_V1, SkeletonSequence

SIZE, QUERIES, K = 256, 200, 5


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall and processor seconds."""
    wall, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - used


def clustered(rng: np.random.Generator, count: int, centres: np.ndarray) -> np.ndarray:
    """Make vectors around the centres, as features of actions are."""
    drawn = centres[rng.integers(0, len(centres), count)]
    return (drawn + rng.normal(size=drawn.shape)).astype(np.float32)


def search(count: int) -> None:
    """Print the times of a query, and how many of the exact hits faiss finds."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(200, SIZE))
    features, queries = clustered(rng, count, centres), clustered(rng, QUERIES, centres)
    exact = None
    print("| search | built in s | p50 ms | p95 ms | p50 processor ms | of the exact hits |")
    print("|---|---|---|---|---|---|")
    for kind in (ExactSearch, FaissSearch):
        began = time.process_time()
        try:
            found = kind(features)
        except SkelshotError as error:
            print(f"| {kind.__name__} | {error} | | | | |")
            continue
        built = time.process_time() - began
        hits = [found.nearest(query[None], K).places[0] for query in queries]
        exact = exact or hits
        shared = np.mean([len(set(a) & set(b)) / K for a, b in zip(exact, hits, strict=True)])
        times = [timed(lambda q=query: found.nearest(q[None], K)) for query in queries]
        wall, used = (1e3 * np.array(column) for column in zip(*times, strict=True))
        print(
            f"| {kind.__name__}, {count:,} x {SIZE} | {built:.1f} | {np.median(wall):.1f} | "
            f"{np.percentile(wall, 95):.1f} | {np.median(used):.1f} | {shared:.3f} |"
        )


def gallery(count: int) -> None:
    """Print the times of enrolling, opening and reading."""
    rng = np.random.default_rng(0)
    shown = []
    for number in range(count):
        joints = rng.normal(0, 0.4, (1, 60, 20, 3)).astype(np.float32)
        clip = SkeletonSequence(joints, np.ones((1, 60), bool), KINECT_V1)
        shown.append(Exemplar(f"action {number % 10}", clip, f"{number}", None, digest_of(clip)))
    features = {id_: np.ones(SIZE, np.float32) for id_ in range(1, count + 1)}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "moves.gallery"
        with Gallery.open(place, create=True) as kept:
            ones = sorted(timed(lambda o=one: kept.add([o]))[0] for one in shown[:20])
            rest = timed(lambda: kept.add(shown[20:]))
            embedded = timed(lambda: kept.keep_features("one", features))
        opened = timed(lambda: Gallery.open(place).close())
        with Gallery.open(place) as kept:
            read = timed(kept.exemplars)
            loaded = timed(lambda: kept.features("one"))
            sent = timed(lambda: kept.export(Path(folder) / "moves.zip"))
        size = place.stat().st_size / 2**20
    print(f"\n{count} clips of 60 frames, {size:.0f} MiB: wall s / processor s")
    print(f"enrol one, with backup, p50: {ones[10]:.4f}")
    rows = {"enrol the rest at once": rest, "keep features": embedded, "open": opened}
    for name, pair in (rows | {"read": read, "read features": loaded, "export": sent}).items():
        print(f"{name}: {pair[0]:.3f} / {pair[1]:.3f}")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=int, default=100_000)
    parser.add_argument("--exemplars", type=int, default=1000)
    parsed = parser.parse_args()
    print(processor_name())
    search(parsed.features)
    gallery(parsed.exemplars)


if __name__ == "__main__":
    main()
