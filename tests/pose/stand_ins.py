"""Stand-ins for pose estimators."""

from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np

from skelshot.pose import BodyPose, PoseEstimator, PoseSession
from skelshot.pose.estimator import Picture

Script = Callable[[int], list[BodyPose]]


def body(track: int, x: float = 80.0, side: float = 0.3) -> BodyPose:
    """A body of 33 joints, 2 m before a camera that sees it around column x.

    Its left wrist is raised to the picture's right.
    """
    rng = np.random.default_rng(track)
    world = rng.normal(0, 0.3, (33, 3)).astype(np.float32)
    world[[23, 24]] = [[side, 0, 0], [-side, 0, 0]]
    world[15] = [0.5, -0.8, 0.1]
    there = world + np.float32([0, 0, 2])
    pixels = 128 * there[:, :2] / there[:, 2:] + np.float32([x, 45])
    return BodyPose(track, world, pixels.astype(np.float32), np.full(33, 0.9, np.float32))


class ScriptedEstimator(PoseEstimator):
    """Finds what a script says, picture by picture."""

    name: ClassVar[str] = "scripted"

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.script = script
        self.begun: list[tuple[int, float]] = []

    def begin(self, persons: int, rate: float) -> PoseSession:
        self.begun.append((persons, rate))
        return _ScriptedSession(self.script)


class _ScriptedSession(PoseSession):
    def __init__(self, script: Script) -> None:
        self.script, self.count = script, 0

    def see(self, picture: Picture) -> list[BodyPose]:
        found = self.script(self.count)
        self.count += 1
        self.several = max(self.several, len(found))
        return found


def hips_of(pixels: np.ndarray) -> Sequence[int]:
    """Columns of the middle of the hips, whole pixels."""
    found: Sequence[int] = pixels[..., [23, 24], 0].mean(axis=-1).round().astype(int).tolist()
    return found
