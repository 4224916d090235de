"""The packaged encoder on clips as other sensors would have taken them, beside raw-dtw.

Held-out clips of `skelshot train-base --out OUT` as they are, with 15 joints in place of theirs,
with every third frame, and with 2 cm of noise on each coordinate of each joint and frame; the
tasks are those of the card. A line a set, way and method; results stay in FOLDER, and the same
call goes on.

    python benchmarks/sensors.py OUT FOLDER --encoder skelshot-base
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from skelshot.base_encoder.measuring import measure_base
from skelshot.base_encoder.recipe import BaseRecipe
from skelshot.datasets.npz import write_npz_clip
from skelshot.datasets.store import Store
from skelshot.encoders import packaged_file
from skelshot.front_door import prepare
from skelshot.skeletons import SkeletonSequence
from skelshot.skeletons.layouts import OPENNI_15
from skelshot.skeletons.mappings import map_layout
from skelshot.skeletons.normalise import zero_absent

NOISE = 0.02
"""Metres, the standard deviation."""


def thinned(clip: SkeletonSequence, rng: np.random.Generator) -> SkeletonSequence:
    """Leave every third frame."""
    del rng
    kept = slice(None, None, 3)
    return replace(
        clip,
        joints=clip.joints[:, kept],
        present=clip.present[:, kept],
        frame_index=clip.frame_index[kept],
    )


def shaken(clip: SkeletonSequence, rng: np.random.Generator) -> SkeletonSequence:
    """Move each joint of each frame at random."""
    moved = clip.joints + rng.normal(0, NOISE, clip.joints.shape).astype(np.float32)
    return replace(clip, joints=zero_absent(moved, clip.present))


def fewer_joints(clip: SkeletonSequence, rng: np.random.Generator) -> SkeletonSequence:
    """Leave the joints that OpenNI's trackers give."""
    del rng
    return map_layout(clip, OPENNI_15)


def as_recorded(clip: SkeletonSequence, rng: np.random.Generator) -> SkeletonSequence:
    """Leave the clip as it is."""
    del rng
    return clip


SENSORS: dict[str, Callable[[SkeletonSequence, np.random.Generator], SkeletonSequence]] = {
    "as-recorded": as_recorded,
    "15-joints": fewer_joints,
    "every-third-frame": thinned,
    "2-cm-of-noise": shaken,
}


def taken_by(sensor: str, store: Store, folder: Path) -> Store:
    """Prepare a store of a store's clips as a sensor takes them."""
    take = SENSORS[sensor]
    if (folder / "store").exists():
        return Store.open(folder / "store")
    raw = folder / "raw"
    for place, record in enumerate(store.clips):
        clip = take(store.sequence(place), np.random.default_rng(place))
        file = raw / f"{record.name}.npz"
        file.parent.mkdir(parents=True, exist_ok=True)
        write_npz_clip(
            file,
            clip.joints,
            present=clip.present,
            label=store.class_of(place),
            layout=clip.layout,
            subject=record.subject or 0,
        )
    return prepare("npz", raw, folder / "store", body_check="ignore")


def measured(out: Path, folder: Path, encoder: str) -> Iterator[str]:
    """Tell what each sensor does to each set."""
    for name, sensor in ((name, sensor) for name in ("gator", "rehab") for sensor in SENSORS):
        store = Store.open(out / f"held-out-{name}.store")
        there = taken_by(sensor, store, folder / f"{name}-{sensor}")
        results = folder / f"measured-{sensor}"
        recipe = BaseRecipe(name=encoder)
        for row in measure_base(name, there, packaged_file(encoder), recipe, results, "cpu"):
            yield f"{sensor}: {row.task}, {row.method}, {row.shots}-shot {100 * row.mean:.1f}"


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder of train-base")
    parser.add_argument("folder", type=Path, help="a new folder")
    parser.add_argument("--encoder", default="skelshot-base")
    asked = parser.parse_args()
    for line in measured(asked.out, asked.folder, asked.encoder):
        print(line, flush=True)


if __name__ == "__main__":
    main()
