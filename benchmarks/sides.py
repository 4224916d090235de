"""How often `--sides auto` finds mirrored classes by motion, in stores where names tell the truth.

    python benchmarks/sides.py STORE [STORE ...]

For each store: the pairs found among all classes, then the share of random choices of classes and
clips in which any pair is found.
"""

import argparse
from pathlib import Path

import numpy as np

from skelshot.datasets.clips import UNLABELLED
from skelshot.datasets.sides import mirrored_motions
from skelshot.datasets.store import Store

WAYS = (2, 3, 5, 10, 20)
CLIPS = (3, 5, 10, 20)


def main() -> None:
    """Measure every store that was named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stores", nargs="+", type=Path)
    parser.add_argument("--choices", type=int, default=50, help="random choices of each kind")
    parsed = parser.parse_args()
    for path in parsed.stores:
        store = Store.open(path)
        members = {
            int(label): np.flatnonzero(store.labels == label)
            for label in set(store.labels) - {UNLABELLED}
        }
        everything = {label: found.tolist() for label, found in members.items()}
        print(f"{path}: {len(members)} classes")
        for a, b in mirrored_motions(store, everything):
            print(f"  {store.class_names[a]} | {store.class_names[b]}")
        rng = np.random.default_rng(0)
        found = total = 0
        for ways in (ways for ways in WAYS if ways <= len(members)):
            for clips in CLIPS:
                for _ in range(parsed.choices):
                    chosen = rng.choice(sorted(members), ways, replace=False)
                    some = {
                        int(c): rng.permutation(members[int(c)])[:clips].tolist() for c in chosen
                    }
                    found += bool(mirrored_motions(store, some))
                    total += 1
        print(f"  a pair in {found} of {total} random choices ({100 * found / total:.2f} %)")


if __name__ == "__main__":
    main()
