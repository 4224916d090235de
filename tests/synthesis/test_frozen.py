"""The generator is frozen: clips of version 1 stay as they are.

When this fails, the change belongs into a new `GENERATOR_VERSION` with kept clips of its own; only
a change that moves nobody (a faster formula, say) may stay in this one.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.ntu.parse import parse_skeleton
from skelshot.synthesis.plan import Take
from skelshot.synthesis.recording import SKELETONS, Recording
from skelshot.synthesis.synthesise import GENERATOR_VERSION, programs_hash

KEPT = json.loads(Path(__file__).with_name("frozen.json").read_text())


def kept_picture(folder: Path) -> list[list[list[int]]]:
    """Render one moment of a handshake, small."""
    recording = Recording(folder, 0, (1,), (64, 36))
    pictures = list(recording.pictures(Take(58, 8, 1), 1))
    return pictures[len(pictures) // 2].tolist()


def kept_facts(folder: Path, action: int, performer: int, replication: int) -> dict[str, object]:
    """Write a take and note a few of its numbers, in millimetres."""
    recording = Recording(folder, 0, (2,), (320, 180))
    (folder / SKELETONS).mkdir(exist_ok=True)
    take = Take(action, performer, replication)
    recording.record(take, filmed=False)
    performance = recording.performance(take)
    raw = parse_skeleton(recording.skeleton_path(take, 2).read_bytes())
    frames = np.linspace(0, performance.frames - 1, 5).astype(int)
    return {
        "take": [action, performer, replication],
        "frames": raw.frames,
        "bodies": [str(body.body_id) for body in raw.bodies],
        "body_frames": [len(body.frame_index) for body in raw.bodies],
        "true_mm": (1000 * performance.joints[:, frames][:, :, [3, 7, 11, 15]]).round().tolist(),
        "sensed_mm": (1000 * raw.bodies[0].joints[::20, [3, 7, 11, 15]]).round().tolist(),
    }


def test_the_data_behind_it_are_those_of_this_version() -> None:
    assert KEPT["generator"] == GENERATOR_VERSION
    assert KEPT["programs"] == programs_hash()


@pytest.mark.parametrize("kept", KEPT["takes"], ids=lambda kept: "-".join(map(str, kept["take"])))
def test_kept_takes_come_out_again(kept: dict[str, object], tmp_path: Path) -> None:
    found = kept_facts(tmp_path, *kept["take"])
    for key in ("frames", "bodies", "body_frames"):
        assert found[key] == kept[key], key
    for key in ("true_mm", "sensed_mm"):
        assert np.abs(np.array(found[key]) - np.array(kept[key])).max() <= 2, key


def test_a_kept_picture_comes_out_again(tmp_path: Path) -> None:
    found, kept = np.array(kept_picture(tmp_path)), np.array(KEPT["picture"])
    assert (np.abs(found - kept) > 2).mean() < 0.002
