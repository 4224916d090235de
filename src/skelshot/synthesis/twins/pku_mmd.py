"""The synthetic twin of PKU-MMD part I: long recordings by three cameras, with label files."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.seeding import rng_for, shuffled_by_hash
from skelshot.synthesis.motion.body import performer_of
from skelshot.synthesis.plan import REPLICATIONS, Take
from skelshot.synthesis.sensing.cameras import kinect
from skelshot.synthesis.sensing.sensed import SensedClip
from skelshot.synthesis.sensing.sensor import sense
from skelshot.synthesis.twins.joining import LongPerformance, joined
from skelshot.synthesis.twins.twin import SETUP, Twin, write_text

SKELETONS, LABELS = "Data/PKU_Skeleton_Renew", "Label/Train_Label_PKU_final"
VIDEOS, SPLITS = "Data/RGB_VIDEO", "Split"

VIEWS = {1: "M", 2: "R", 3: "L"}
"""The letter of a camera."""

PARTS = (4, 2)
"""Recordings of a person and replication: of daily actions, and of those of two people."""

VALIDATION = 7
"""Every seventh person is for validation in the cross-subject split; in life 9 of 66 are."""

SURE = 2
"""The confidence of every label."""


@dataclass(frozen=True, order=True)
class LongTake:
    """One recording, which all cameras make at the same time.

    Args:
        performer: Who acts.
        replication: 1 or 2.
        part: Which recording of these, from 1.
        actions: What is done, in turn.
    """

    performer: int
    replication: int
    part: int
    actions: tuple[int, ...]

    @property
    def number(self) -> int:
        """The number in the recording's name."""
        earlier = (self.performer - 1) * len(REPLICATIONS) + self.replication - 1
        return earlier * sum(PARTS) + self.part

    def recording(self, camera: int) -> str:
        """Name the recording of one camera.

        Args:
            camera: 1, 2 or 3.

        Example:
            >>> LongTake(performer=2, replication=1, part=3, actions=(8,)).recording(1)
            '0015-M'
        """
        return f"{self.number:04d}-{VIEWS[camera]}"


@dataclass(frozen=True)
class PkuMmdTwin(Twin[LongTake]):
    """PKU-MMD's twin: as many recordings a person as in life, four daily ones and two of pairs."""

    name: ClassVar[str] = "pku-mmd"

    def takes(self) -> list[LongTake]:
        """Deal each person's actions out to recordings, in an order of their own."""
        return [
            take
            for performer in self.performers
            for replication in self.replications
            for take in self._takes_of(performer, replication)
        ]

    def _takes_of(self, performer: int, replication: int) -> Iterator[LongTake]:
        first = 1
        for people, parts in enumerate(PARTS, 1):
            actions = [action for action in self.actions if self.act(action).people == people]
            order = shuffled_by_hash(actions, "script", self.seed, performer, replication)
            for part in range(parts):
                if chosen := tuple(order[part::parts]):
                    yield LongTake(performer, replication, first + part, chosen)
            first += parts

    def clips_of(self, take: LongTake) -> int:
        """Count the labels of all cameras' recordings."""
        return len(take.actions) * len(self.cameras)

    def videos(self) -> int:
        """Count the clips that a video shows."""
        return sum(map(self.clips_of, self.takes())) if self.filmed else 0

    def files_of(self, take: LongTake) -> list[Path]:
        """List skeletons, labels and videos of all cameras."""
        kinds = [(SKELETONS, ".txt"), (LABELS, ".txt"), (VIDEOS, ".avi")][: 3 if self.filmed else 2]
        return [
            self.raw / folder / f"{take.recording(camera)}{ending}"
            for camera in self.cameras
            for folder, ending in kinds
        ]

    def manifest(self) -> dict[str, Any]:
        """Name the classes, too: which ones a recording shows follows from all of them."""
        return {**super().manifest(), "classes": list(self.actions)}

    def performance(self, take: LongTake) -> LongPerformance:
        """Perform a recording; every camera sees the same.

        Args:
            take: The recording.

        Returns:
            The performance, the same whenever it is asked for.
        """
        key = (self.name, self.seed, take.performer, take.replication)
        numbers = [take.performer, Take(60, take.performer, 1).partner(self.seed)]
        people = tuple(performer_of(number, self.seed) for number in numbers)
        acts = [(action, self.act(action)) for action in take.actions]
        parts = [act.perform(people[: act.people], rng_for(*key, action)) for action, act in acts]
        return joined(parts, rng_for(*key, "pauses", take.part))

    def record(self, take: LongTake) -> None:
        """Write skeletons, labels and, if asked for, videos of all cameras."""
        performed = self.performance(take)
        labels = "".join(
            f"{action},{start},{stop},{SURE}\n"
            for action, (start, stop) in zip(take.actions, performed.ranges, strict=True)
        )
        for camera in self.cameras:
            name = take.recording(camera)
            chance = rng_for("sensor", self.name, self.seed, name)
            sensed = sense(performed.whole, kinect(SETUP, camera), chance)
            if self.filmed:
                self.film(self.raw / VIDEOS / f"{name}.avi", performed.whole, camera)
            write_text(self.raw / LABELS / f"{name}.txt", labels)
            write_text(self.raw / SKELETONS / f"{name}.txt", recording_text(sensed))

    def finish(self) -> None:
        """Write the split lists of all that is there, if there are people or cameras enough."""
        names = sorted(path.stem for path in (self.raw / SKELETONS).glob("[0-9]*-[LMR].txt"))
        people = {name: performer_in(name) for name in names}
        held_out = {p for p in people.values() if p % VALIDATION == 0} or {max(people.values())}
        (self.raw / SPLITS).mkdir(exist_ok=True)
        for file, val in (
            ("cross-subject.txt", [name for name in names if people[name] in held_out]),
            ("cross-view.txt", [name for name in names if name.endswith("-L")]),
        ):
            if 0 < len(val) < len(names):
                train = [name for name in names if name not in set(val)]
                write_text(self.raw / SPLITS / file, split_text(train, val), durable=True)


def performer_in(recording: str) -> int:
    """Tell who acts in a recording, which its number says here but not in life.

    Args:
        recording: Its name.

    Returns:
        The performer's number.

    Example:
        >>> performer_in(LongTake(7, 2, 6, (12,)).recording(1))
        7
    """
    number, _, _ = recording.partition("-")
    return (int(number) - 1) // (len(REPLICATIONS) * sum(PARTS)) + 1


def recording_text(sensed: SensedClip) -> str:
    """Write a recording as the text of a skeleton file: 150 numbers a frame.

    Args:
        sensed: What the sensor saw of one or two people; false bodies are left out.

    Returns:
        The file's content.
    """
    places = np.zeros((sensed.frames, 2, 25, 3))
    for body in sensed.bodies:
        if body.person is not None:
            places[body.frame_index, body.person] = body.joints
    return "".join(map(_line, places.reshape(sensed.frames, -1)))


def _line(numbers: NDArray[np.float64]) -> str:
    return " ".join(f"{number:.6f}" for number in numbers.tolist()) + "\n"


def split_text(train: Iterable[str], val: Iterable[str]) -> str:
    r"""Write a split list as the data set's authors write theirs, their spelling included.

    Args:
        train: Names of the recordings to train on.
        val: Names of the others.

    Returns:
        The file's content.

    Example:
        >>> split_text(["0001-R", "0002-M"], ["0001-L"])
        'Training videos: \n0001-R, 0002-M\n\nValidataion videos: \n0001-L\n'
    """
    return f"Training videos: \n{', '.join(train)}\n\nValidataion videos: \n{', '.join(val)}\n"
