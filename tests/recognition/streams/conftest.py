"""A stage: a body that does what it is told, and a recogniser that compares positions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from skelshot.recognition.answer import Answer
from skelshot.recognition.enrolled import Exemplar, digest_of
from skelshot.recognition.streams import Frame
from skelshot.skeletons import KINECT_V1, SkeletonSequence
from skelshot.skeletons.timing import resize_time

RATE = 30.0
HAND = [KINECT_V1.index(f"right {part}") for part in ("elbow", "wrist", "hand")]
LEG = [KINECT_V1.index(f"left {part}") for part in ("knee", "ankle", "foot")]
Scene = Sequence[tuple[str, float]]


def resting() -> NDArray[np.float32]:
    """A body at rest, as wide and high as people are, (20, 3)."""
    body = np.random.default_rng(0).uniform(-0.3, 0.3, (20, 3))
    body[:, 1] += np.linspace(1.6, 0.1, 20)
    lower, upper = KINECT_V1.trunk
    body[list(lower)], body[list(upper)] = (0, 0.9, 0), (0, 1.4, 0)
    return body.astype(np.float32)


def acted(scene: Scene, seed: int = 0, noise: float = 0.004) -> NDArray[np.float32]:
    """Joints (T, 20, 3) of somebody who does one thing after another, with a sensor's noise."""
    parts = []
    for action, seconds in scene:
        count = round(seconds * RATE)
        moving = np.repeat(resting()[None], count, axis=0)
        phase = np.linspace(0, 1, count)
        swing = np.sin(np.pi * phase)
        if action == "wave":
            moving[:, HAND, 1] += 0.6 * swing[:, None]
            moving[:, HAND, 0] += (0.3 * swing * np.sin(6 * np.pi * phase))[:, None]
        elif action == "kick":
            moving[:, LEG, 2] -= 0.7 * swing[:, None]
            moving[:, LEG, 1] += 0.4 * swing[:, None]
        elif action == "strange":
            moving[:, :8, 0] += (0.5 * np.sin(2 * np.pi * phase))[:, None]
            moving[:, :8, 2] += (0.5 * np.sin(3 * np.pi * phase))[:, None]
        parts.append(moving)
    joints = np.concatenate(parts)
    return (joints + np.random.default_rng(seed).normal(0, noise, joints.shape)).astype(np.float32)


def clip_of(joints: NDArray[np.float32]) -> SkeletonSequence:
    there = np.ones((1, len(joints)), bool)
    return SkeletonSequence(joints[None], there, KINECT_V1, rate=RATE)


def exemplar_of(action: str, seconds: float, seed: int) -> Exemplar:
    clip = clip_of(acted([(action, seconds)], seed))
    return Exemplar(action, clip, f"{action} {seed}", None, digest_of(clip))


@dataclass
class Comparer:
    """Answers by the mean distance to the nearest exemplar, and notes what it was asked."""

    exemplars: list[Exemplar]
    asked: list[int] = field(default_factory=list)
    shapes: set[tuple[int, ...]] = field(default_factory=set)

    @property
    def stamp(self) -> list[str]:
        return [one.digest for one in self.exemplars]

    def predict_many(self, clips: Iterable[SkeletonSequence]) -> list[Answer]:
        clips = list(clips)
        self.asked.append(len(clips))
        self.shapes |= {clip.joints.shape[::3] for clip in clips}
        return [self._answer(clip) for clip in clips]

    def _answer(self, clip: SkeletonSequence) -> Answer:
        assert np.isfinite(clip.joints).all()
        far = {
            one.name: float(np.abs(_moves(clip) - _moves(one.sequence)).mean())
            for one in self.exemplars
            if one.sequence.persons == clip.persons
        }
        by_name = {one.name: one.action for one in self.exemplars}
        nearest = min(far, key=lambda name: far[name], default=None)
        known = 0.0 if nearest is None else float(np.exp(-far[nearest] / 0.04))
        action = by_name.get(str(nearest))
        label = action if known > 0.5 else None
        runner_up = None if label else action
        told = {"known": known, "threshold": 0.5, "likeness": 1.5 * known}
        return Answer(label, known, runner_up, nearest, **told)


def _moves(clip: SkeletonSequence) -> NDArray[np.float32]:
    joints = resize_time(clip.joints, 16)
    return joints - joints[:, :1].mean(axis=2, keepdims=True)


@dataclass(frozen=True)
class Stage:
    """What tests need."""

    rate: float = RATE

    def recognizer(self) -> Comparer:
        shown = [("wave", 1.5, 1), ("wave", 1.6, 2), ("kick", 1.2, 3), ("kick", 1.3, 4)]
        return Comparer([exemplar_of(*one) for one in shown])

    def joints(self, scene: Scene, seed: int = 7) -> NDArray[np.float32]:
        return acted(scene, seed)

    def clip(self, scene: Scene, seed: int = 7) -> SkeletonSequence:
        return clip_of(acted(scene, seed))

    def frames(self, *scenes: Scene, seed: int = 7, ids: bool = True) -> list[Frame]:
        """Several people side by side, two metres apart."""
        people = [acted(scene, seed + number) for number, scene in enumerate(scenes)]
        people = [one + np.float32([2 * n, 0, 0]) for n, one in enumerate(people)]
        names = tuple("abcdef"[: len(people)])
        return [
            Frame(t / RATE, np.stack(joints), KINECT_V1, names if ids else None)
            for t, joints in enumerate(zip(*people, strict=True))
        ]


@pytest.fixture(scope="session")
def stage() -> Stage:
    return Stage()
