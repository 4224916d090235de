"""A handful of toy moving skeletons, so that the demo needs no data at all."""

import math
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from skelshot.ground.seeding import rng_for
from skelshot.skeletons import KINECT_V1

FloatArray = NDArray[np.float64]

# Rest pose in metres, standing: x to the person's left, y up, z away from the camera.
REST = {
    "hip centre": (0.0, 0.95, 0.0),
    "spine": (0.0, 1.05, 0.0),
    "shoulder centre": (0.0, 1.4, 0.0),
    "head": (0.0, 1.6, 0.0),
    "shoulder": (0.18, 1.36, 0.0),
    "elbow": (0.24, 1.1, 0.0),
    "wrist": (0.26, 0.88, 0.0),
    "hand": (0.26, 0.8, 0.0),
    "hip": (0.1, 0.9, 0.0),
    "knee": (0.11, 0.5, 0.0),
    "ankle": (0.12, 0.1, 0.0),
    "foot": (0.12, 0.05, -0.1),
}

# How much of a limb's travel each of its joints takes part in.
SHARES: dict[str, dict[str, float]] = {
    "arm": {"elbow": 0.5, "wrist": 0.95, "hand": 1.0},
    "leg": {"knee": 0.6, "ankle": 1.0, "foot": 1.0},
    "head": {"shoulder centre": 0.7, "head": 1.0, "left shoulder": 0.7, "right shoulder": 0.7},
    "trunk": {
        name: 1.0
        for name in KINECT_V1.joints
        if not any(part in name for part in ("knee", "ankle", "foot"))
    },
}


def toy_actions() -> dict[str, Any]:
    """Read the toy actions.

    Returns:
        Moves by class name.

    Example:
        >>> len(toy_actions())
        10
    """
    text = (files("skelshot.experiments") / "toy_actions.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)["actions"])


def toy_clip(action: Mapping[str, Any], rng: np.random.Generator) -> NDArray[np.float32]:
    """Perform an action once: another body, tempo, reach and heading every time.

    Args:
        action: One of `toy_actions`.
        rng: What varies.

    Returns:
        Joints (1, T, 20, 3) of the first Kinect, in metres, y up.

    Example:
        >>> toy_clip(toy_actions()["bow"], np.random.default_rng(0)).shape[2:]
        (20, 3)
    """
    frames = int(rng.integers(24, 48))
    joints = np.repeat(_rest_pose()[None], frames, axis=0)
    begin, end = rng.uniform(0.0, 0.2), rng.uniform(0.8, 1.0)
    for move in action["moves"]:
        reach = np.array(move["to"]) * rng.uniform(0.75, 1.2) + rng.normal(0, 0.04, 3)
        when = (np.linspace(0, 1, frames) - begin) / (end - begin) - move.get("late", 0.0) / 3
        going = np.where((when > 0) & (when < 1), np.sin(math.pi * move["cycles"] * when) ** 2, 0)
        for joint, share in _shares(move["limb"]).items():
            joints[:, KINECT_V1.index(joint)] += share * going[:, None] * reach
    sway = np.cumsum(rng.normal(0, 0.004, (frames, 1, 3)), axis=0)
    heading = rng.uniform(-0.7, 0.7)
    c, s = math.cos(heading), math.sin(heading)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    noise = rng.normal(0, 0.008, joints.shape)
    joints[..., 0] *= -1  # a person who faces the sensor has the left side at -x
    placed = (joints + sway + noise) * rng.uniform(0.85, 1.1) @ turn.T + np.array([0, -0.8, 3.0])
    clip: NDArray[np.float32] = placed[None].astype(np.float32)
    return clip


def write_toy_clips(folder: Path, performers: int, repetitions: int, seed: int = 0) -> int:
    """Write a toy data set as `.npz` clips, for the `npz` reader.

    Args:
        folder: Where the clips go; made if missing.
        performers: People, each with habits of their own.
        repetitions: Times each of them performs each action.
        seed: What varies follows from it.

    Returns:
        The number of clips.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for label, (name, action) in enumerate(toy_actions().items()):
        for performer in range(performers):
            for repetition in range(repetitions):
                rng = rng_for("toy", seed, name, performer, repetition)
                np.savez(
                    folder / f"a{label:02d}_p{performer:02d}_r{repetition:02d}.npz",
                    joints=toy_clip(action, rng),
                    label=name,
                    layout=KINECT_V1.name,
                    subject=performer,
                )
                count += 1
    return count


def _rest_pose() -> FloatArray:
    pose = np.zeros((KINECT_V1.num_joints, 3))
    for index, joint in enumerate(KINECT_V1.joints):
        side, _, end = joint.partition(" ")
        if side in ("left", "right"):
            x, y, z = REST[end]
            pose[index] = (x if side == "left" else -x, y, z)
        else:
            pose[index] = REST[joint]
    return pose


def _shares(limb: str) -> dict[str, float]:
    side, _, part = limb.partition(" ")
    if side not in ("left", "right"):
        return SHARES[limb]
    return {f"{side} {joint}": share for joint, share in SHARES[part].items()}
