"""How like real clips the synthetic ones are: the same figures measured on both.

    python benchmarks/synthetic_realism.py --samples SAMPLES --nw-ucla RAW --synthetic RAW

SAMPLES is a folder of original NTU `.skeleton` files, the other RAW folders are those of the
NW-UCLA JSON files and of `skelshot synth`. Like is compared with like: the real samples with the
synthetic clips of the same actions, and NW-UCLA with synthetic clips of its actions' twins.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from skelshot.datasets.clips import Clip
from skelshot.datasets.ntu.names import parse_name
from skelshot.datasets.ntu.parse import RawBody, RawClip
from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.skeletons.layouts import KINECT_V1
from skelshot.synthesis.sensing.realism import Realism, measure, measure_clips

TWINS = (5, 6, 7, 8, 9, 14, 15, 59, 92, 116)


def main() -> None:
    """Measure, and print Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--nw-ucla", type=Path, required=True)
    parser.add_argument("--synthetic", type=Path, required=True)
    parser.add_argument("--most", type=int, default=40, help="synthetic clips an action")
    parsed = parser.parse_args()
    samples = sorted(parsed.samples.rglob("*.skeleton"))
    actions = {parse_name(path.stem).action for path in samples}
    single = [path for path in samples if parse_name(path.stem).action < 50]
    double = [path for path in samples if parse_name(path.stem).action >= 50]
    columns = {
        "real, one person": measure_clips(single),
        "synthetic": measure_clips(
            _chosen(parsed.synthetic, actions - {50}, parsed.most, facing=True)
        ),
        "real, two": measure_clips(double),
        "synthetic, two": measure_clips(_chosen(parsed.synthetic, {50}, parsed.most, facing=True)),
        "NW-UCLA": measure(_nw_ucla(parsed.nw_ucla), KINECT_V1),
        "synthetic twins": measure_clips(_chosen(parsed.synthetic, set(TWINS), parsed.most)),
        "synthetic, all": measure_clips(
            _chosen(parsed.synthetic, set(range(1, 121)), max(1, parsed.most // 8))
        ),
    }
    print(_table(columns))


def _chosen(raw: Path, actions: set[int], most: int, facing: bool = False) -> list[Path]:
    """Choose clips evenly over performers; `facing` keeps the samples' camera and replication."""
    chosen: list[Path] = []
    for action in sorted(actions):
        found = sorted(raw.rglob(f"*A{action:03d}.skeleton"))
        if facing:
            found = [path for path in found if "C001" in path.stem and "R001" in path.stem]
        places = np.linspace(0, len(found) - 1, min(most, len(found))).round().astype(int)
        chosen += [found[place] for place in places]
    return chosen


def _nw_ucla(raw: Path) -> Iterator[RawClip]:
    """Give NW-UCLA's clips as raw clips of one body, every joint tracked."""
    reader = NwUclaReader()
    for source in reader.sources(raw):
        for clip in reader.read(source):
            if isinstance(clip, Clip):
                joints = clip.sequence.joints[0]
                frames = len(joints)
                yield RawClip(
                    frames,
                    (
                        RawBody(
                            body_id=1,
                            frame_index=np.arange(frames),
                            joints=joints,
                            colour=np.zeros((*joints.shape[:2], 2), np.float32),
                            states=np.full(joints.shape[:2], 2, np.uint8),
                        ),
                    ),
                )


def _table(columns: dict[str, Realism]) -> str:
    rows: dict[str, list[str]] = {
        "clips": [str(c.clips) for c in columns.values()],
        "frames, 5 / 50 / 95 %": [_slashed(c.clip_frames, 0) for c in columns.values()],
        "short tracks a clip": [f"{c.short_tracks / c.clips:.2f}" for c in columns.values()],
        "frames without a body, %": [f"{100 * c.empty_frames:.2f}" for c in columns.values()],
        "inferred joints, %": [f"{100 * c.inferred['all']:.1f}" for c in columns.values()],
        "inferred runs, 50 / 75 / 95 %": [_slashed(c.inferred_runs, 0) for c in columns.values()],
    }
    for bone in ("mid to shoulder", "upper arm", "forearm", "wrist to hand", "thigh", "shank"):
        rows[f"{bone}, cm (variation %)"] = [
            f"{c.bones_cm[bone][0]:.1f} ({100 * c.bones_cm[bone][1]:.1f})"
            if bone in c.bones_cm
            else "-"
            for c in columns.values()
        ]
    for group in ("trunk", "elbow", "wrist", "hand", "knee", "ankle", "foot"):
        rows[f"{group}: speed, m/s, 50 / 95 %"] = [
            _slashed(c.speeds[group], 2) for c in columns.values()
        ]
    for group in ("trunk", "elbow", "hand", "ankle", "foot"):
        rows[f"{group}: jitter, mm, x / y / z"] = [
            _slashed(c.jitter_mm[group], 1) for c in columns.values()
        ]
    for group in ("hand", "foot"):
        rows[f"{group}: steps over 5 / 10 cm, %"] = [
            _slashed(tuple(100 * share for share in c.steps[group]), 1) for c in columns.values()
        ]
    lines = [["", *columns], *([name, *cells] for name, cells in rows.items())]
    texts = [f"| {' | '.join(line)} |" for line in lines]
    texts.insert(1, "|" + "---|" * (1 + len(columns)))
    return "\n".join(texts)


def _slashed(values: tuple[float, ...], digits: int) -> str:
    return " / ".join("-" if np.isnan(v) else f"{v:.{digits}f}" for v in values)


if __name__ == "__main__":
    main()
