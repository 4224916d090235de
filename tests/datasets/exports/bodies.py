"""A body that moves, as pose estimators and motion capture export it."""

import numpy as np

from skelshot.skeletons.layouts import MEDIAPIPE_33, OPENPOSE_25

STANDING = {
    "nose": (0, -0.62), "left shoulder": (0.18, -0.48), "right shoulder": (-0.18, -0.48),
    "left elbow": (0.24, -0.2), "right elbow": (-0.24, -0.2), "left wrist": (0.26, 0.04),
    "right wrist": (-0.26, 0.04), "left hip": (0.1, 0), "right hip": (-0.1, 0),
    "left knee": (0.11, 0.42), "right knee": (-0.11, 0.42), "left ankle": (0.12, 0.83),
    "right ankle": (-0.12, 0.83), "neck": (0, -0.48), "mid hip": (0, 0),
}  # fmt: skip
"""x to the picture's right, y down, in metres about the hips; seen from the front."""

_NEAR = {
    "eye": (0.03, -0.66), "ear": (0.08, -0.64), "mouth": (0.02, -0.58), "pinky": (0.27, 0.1),
    "index": (0.26, 0.12), "thumb": (0.24, 0.1), "heel": (0.12, 0.87), "foot": (0.14, 0.88),
    "toe": (0.14, 0.88),
}  # fmt: skip


def place(joint: str) -> tuple[float, float]:
    if joint in STANDING:
        return STANDING[joint]
    x, y = next(at for word, at in _NEAR.items() if word in joint)
    return (-x, y) if joint.startswith("right") else (x, y)


def world(frames: int) -> np.ndarray:
    """MediaPipe's world (T, 33, 3): the left arm goes up and down, in front of the body."""
    one = np.array([(*place(joint), 0) for joint in MEDIAPIPE_33.joints])
    found = np.repeat(one[None], frames, axis=0)
    found[:, [29, 30, 31, 32], 2] = [0.05, 0.05, -0.12, -0.12]
    found[:, 0, 2] = -0.12
    swing = np.linspace(0, np.pi, frames)
    for joint in (13, 15, 17, 19, 21):
        found[:, joint, 1] -= 0.4 * np.sin(swing)
        found[:, joint, 2] -= 0.25 * np.sin(swing)
    return found


def openpose(frames: int, middle: float, scale: float = 300.0) -> np.ndarray:
    """BODY_25 (T, 25, 3): pixels and score of somebody who walks."""
    one = np.array([place(joint) for joint in OPENPOSE_25.joints]) * scale
    found = np.repeat(one[None], frames, axis=0)
    found[..., 0] += middle + 4 * np.arange(frames)[:, None]
    found[..., 1] += 320
    return np.concatenate([found, np.full((frames, 25, 1), 0.8)], axis=-1)
