"""A synthetic data set of composed actions: as many classes as are wanted, none of them NTU's."""

from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from skelshot.datasets.npz import write_npz_clip
from skelshot.ground.seeding import digest_of, rng_for
from skelshot.mini_teacher.composing import ComposedAction, compose
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.synthesis.motion.body import performer_of
from skelshot.synthesis.motion.perform import perform
from skelshot.synthesis.performance import FRAMES_A_SECOND, Performance
from skelshot.synthesis.sensing.cameras import HEADINGS, kinect
from skelshot.synthesis.sensing.sensed import SensedClip
from skelshot.synthesis.sensing.sensor import sense
from skelshot.synthesis.twins.twin import SETUP, Twin

COMPOSING_SEED = 1
"""The actions are the same whatever the seed of people and performances; a larger number of them
begins with those of a smaller one."""

MOST_ACTIONS = 3000
"""As many classes as the mini teacher was trained on."""

USUAL_ACTIONS = 240
"""Twice as many as NTU RGB+D 120 has."""


@dataclass(frozen=True, order=True)
class ComposedTake:
    """One performance, which all cameras record at the same time.

    Args:
        action: The class's number, from 1.
        performer: Who acts.
        replication: Which of their performances, from 1; it decides their heading.
    """

    action: int
    performer: int
    replication: int

    def clip_name(self, camera: int) -> str:
        """Name the recording of one camera.

        Args:
            camera: Which.

        Returns:
            Such as `a0012_p03_r1_c2`.
        """
        return f"a{self.action:04d}_p{self.performer:02d}_r{self.replication}_c{camera}"


@dataclass(frozen=True)
class ComposedSet(Twin[ComposedTake]):
    """Clips of composed actions, an `.npz` file each, called by what is done.

    The parts are those that the mini teacher's actions are composed of; actions of NTU RGB+D are
    not among them.
    """

    name: ClassVar[str] = "composed"
    usual_performers: ClassVar[int] = 3

    @classmethod
    def most_actions(cls) -> int:
        """Count the classes that there are."""
        return MOST_ACTIONS

    @classmethod
    def usual_actions(cls) -> int:
        """Count the classes that are written unless told."""
        return USUAL_ACTIONS

    def takes(self) -> list[ComposedTake]:
        """List the takes, action by action within each person, so that a part is balanced."""
        return [
            ComposedTake(action, performer, replication)
            for performer in self.performers
            for replication in self.replications
            for action in self.actions
        ]

    def clips_of(self, take: ComposedTake) -> int:
        """Count a clip a camera."""
        return len(self.cameras)

    def videos(self) -> int:
        """Count the clips that a video shows."""
        return len(self.takes()) * len(self.cameras) if self.filmed else 0

    def files_of(self, take: ComposedTake) -> list[Path]:
        """List a clip's file a camera, and its video."""
        names = [take.clip_name(camera) for camera in self.cameras]
        clips = [self.raw / "clips" / f"{name}.npz" for name in names]
        return clips + [self._video(name) for name in names if self.filmed]

    def manifest(self) -> dict[str, Any]:
        """Return what must be the same in a call that adds to the data set."""
        parts = resources.files("skelshot.mini_teacher") / "composing.yaml"
        return super().manifest() | {"composing": digest_of(parts.read_bytes()).hex()[:16]}

    def record(self, take: ComposedTake) -> None:
        """Write the clip of every camera and, if asked for, its video."""
        performance = self._performance(take)
        label = self._class_names[take.action - 1]
        for camera in self.cameras:
            name = take.clip_name(camera)
            chance = rng_for("sensor", self.name, self.seed, name)
            sensed = sense(performance, kinect(SETUP, camera), chance)
            joints, present = _people_of(sensed)
            if self.filmed:
                self.film(self._video(name), performance, camera)
            write_npz_clip(
                self.raw / "clips" / f"{name}.npz",
                joints,
                label=label,
                layout=KINECT_V2,
                present=present,
                rate=FRAMES_A_SECOND,
                subject=take.performer,
                camera=camera,
                replication=take.replication,
            )

    def _performance(self, take: ComposedTake) -> Performance:
        program = self._composed[take.action - 1].program
        chance = rng_for(self.name, self.seed, take.performer, take.replication, take.action)
        # whatever the number of performers, so that a larger set holds the same clips
        partner = 1 + self.usual_performers + int(chance.integers(10**6))
        people = [performer_of(number, self.seed) for number in (take.performer, partner)]
        heading = HEADINGS[take.replication]
        return perform(program, tuple(people[: len(program.roles)]), chance, heading)

    @cached_property
    def _composed(self) -> tuple[ComposedAction, ...]:
        return _actions(max(self.actions))

    @cached_property
    def _class_names(self) -> list[str]:
        """The first wording of each action; a second one of the same words is told apart."""
        names: dict[str, int] = {}
        called = []
        for action in self._composed:
            said = action.captions[0]
            names[said] = names.get(said, 0) + 1
            called.append(said if names[said] == 1 else f"{said} ({names[said]})")
        return called

    def _video(self, name: str) -> Path:
        return self.raw / "videos" / f"{name}.avi"


@cache
def _actions(count: int) -> tuple[ComposedAction, ...]:
    return compose(COMPOSING_SEED, count)


def _people_of(sensed: SensedClip) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return joints (M, T, V, 3) and presence (M, T) of the people, without false bodies."""
    joints = np.zeros((sensed.persons, sensed.frames, KINECT_V2.num_joints, 3), np.float32)
    for body in sensed.bodies:
        if body.person is not None:
            joints[body.person, body.frame_index] = body.joints
    return joints, sensed.present()
