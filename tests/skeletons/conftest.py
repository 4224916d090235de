"""Clips that stand and move like people."""

import numpy as np
import pytest

from skelshot.skeletons import COCO_17, KINECT_V1, SkeletonLayout, SkeletonSequence, map_layout


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def two_persons(rng: np.random.Generator) -> SkeletonSequence:
    """Person 1 in all 12 frames, person 2 in frames 3 to 8 only, zero elsewhere."""
    joints = rng.normal(0.5, 0.4, (2, 12, 20, 3)).astype(np.float32)
    present = np.ones((2, 12), bool)
    present[1, :3] = present[1, 9:] = False
    joints[~present] = 0
    return SkeletonSequence(joints, present, KINECT_V1)


_HALF = {
    "hip centre": (0, 0.95, 0),
    "spine": (0, 1.05, 0),
    "shoulder centre": (0, 1.42, 0.02),
    "head": (0, 1.62, 0),
    "left shoulder": (-0.18, 1.38, 0.02),
    "left elbow": (-0.25, 1.12, 0.03),
    "left wrist": (-0.28, 0.9, -0.02),
    "left hand": (-0.29, 0.82, -0.04),
    "left hip": (-0.1, 0.9, 0),
    "left knee": (-0.11, 0.5, -0.02),
    "left ankle": (-0.11, 0.1, 0.02),
    "left foot": (-0.12, 0.05, -0.1),
}


class People:
    """People that stand, swing their arms and walk: small clips for the checks of bodies."""

    def standing(self) -> np.ndarray:
        """One person (20, 3) in metres, 3 m before the sensor and facing it: its left is at -x."""
        places = np.zeros((20, 3))
        for joint, name in enumerate(KINECT_V1.joints):
            other = name.replace("right", "left")
            places[joint] = np.array(_HALF[other]) * (-1 if other != name else 1, 1, 1)
        return places + np.array((0, -0.8, 3))

    def person(
        self, frames: int = 24, swing: float = 0.3, walk: float = 0.4, seed: int = 0
    ) -> np.ndarray:
        """Joints (1, T, 20, 3): arms swing by so many metres, the body walks as far in all."""
        rng = np.random.default_rng(seed)
        joints = np.repeat(self.standing()[None], frames, axis=0)
        phase = np.linspace(0, 4 * np.pi, frames)[:, None] + rng.uniform(0, 6)
        for side, sign in (("left", 1), ("right", -1)):
            for name, share in (("elbow", 0.5), ("wrist", 0.9), ("hand", 1.0)):
                arm = joints[:, KINECT_V1.index(f"{side} {name}")]
                arm += (
                    swing
                    * share
                    * np.concatenate(
                        [0 * phase, np.abs(np.sin(phase)) * 0.8, sign * np.sin(phase)], axis=1
                    )
                )
        joints[..., 0] += walk * np.linspace(-0.5, 0.5, frames)[:, None]
        joints += rng.normal(0, 0.004, joints.shape)
        return joints[None].astype(np.float32)

    def clip_of(self, joints: np.ndarray, layout: SkeletonLayout = KINECT_V1) -> SkeletonSequence:
        """A clip in which everybody with a coordinate that is not zero is there."""
        joints = np.asarray(joints, np.float32)
        return SkeletonSequence(joints, (joints != 0).any(axis=(2, 3)), layout)

    def pixels_of(self, joints: np.ndarray) -> np.ndarray:
        """Project metres (..., 3) to pixels (..., 2) of a 1920 x 1080 picture, y down."""
        x, y, z = np.moveaxis(joints, -1, 0)
        return np.stack([960 - 1000 * x / z, 540 - 1000 * y / z], axis=-1).astype(np.float32)

    def coco_pixels(self, frames: int = 24, **options: float) -> np.ndarray:
        """A person as a pose estimator sees it, (1, T, 17, 2)."""
        return self.pixels_of(
            map_layout(self.clip_of(self.person(frames, **options)), COCO_17).joints
        )


@pytest.fixture(scope="session")
def people() -> People:
    """Makes clips of people."""
    return People()
