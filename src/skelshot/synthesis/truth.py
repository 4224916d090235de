"""Ground truth beside each synthetic clip: who moves which joint with purpose when."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json, whole_file
from skelshot.ground.options import Options
from skelshot.synthesis.performance import BoolArray, Performance
from skelshot.synthesis.sensing.sensed import SensedClip

ENDING = ".truth.json"
"""What the names of truth files end in, after the clip's own name."""

FrameRun = tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=1)]]
Joint = Annotated[int, Field(ge=0, le=24)]


class PurposefulJoints(Options):
    """Joints that move with purpose in the same frames.

    Args:
        joints: Indices of Kinect v2 joints, from 0.
        runs: Runs of frames, each (first, one past the last).
    """

    described: ClassVar[str] = "truth"

    joints: tuple[Joint, ...] = Field(min_length=1)
    runs: tuple[FrameRun, ...] = Field(min_length=1)


class PersonTruth(Options):
    """One person of a clip.

    Args:
        performer: The performer's number.
        body_ids: The ids under which the sensor tracked them, in order of time.
        purpose: Which joints move with purpose, and when.
        lost: Runs of frames in which the sensor has no body for them.
    """

    described: ClassVar[str] = "truth"

    performer: int
    body_ids: tuple[int, ...]
    purpose: tuple[PurposefulJoints, ...]
    lost: tuple[FrameRun, ...] = ()


class Truth(Options):
    """Ground truth of a synthetic clip, by the generator's own account.

    Args:
        clip: The clip's name without ending, for example `S001C001P001R001A001`.
        frames: Number of frames T.
        persons: The people (M), in the order of the performance.
        false_bodies: Ids of bodies that are none: furniture, second copies.
        objects: Names of the things handled.
    """

    described: ClassVar[str] = "truth"

    clip: str
    frames: int = Field(ge=1)
    persons: tuple[PersonTruth, ...] = Field(min_length=1)
    false_bodies: tuple[int, ...] = ()
    objects: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> "Truth":
        for place, person in enumerate(self.persons):
            for run in [*person.lost, *(r for group in person.purpose for r in group.runs)]:
                if not run[0] < run[1] <= self.frames:
                    raise ValueError(
                        f"persons {place}: found frames {run[0]} to {run[1]}, expected a run "
                        f"within 0 to {self.frames}"
                    )
        ids = [number for person in self.persons for number in person.body_ids]
        ids += self.false_bodies
        if len(set(ids)) < len(ids):
            raise ValueError("body ids: found one twice, expected each once")
        return self

    def purpose(self) -> BoolArray:
        """Tell which joint moves with purpose in which frame.

        Returns:
            Flags (M, T, 25).
        """
        flags = np.zeros((len(self.persons), self.frames, 25), np.bool_)
        for person, truth in enumerate(self.persons):
            for group in truth.purpose:
                for first, end in group.runs:
                    flags[person, first:end, list(group.joints)] = True
        return flags

    def present(self) -> BoolArray:
        """Tell in which frames the sensor has a body for each person.

        Returns:
            Presence (M, T).
        """
        there = np.ones((len(self.persons), self.frames), np.bool_)
        for person, truth in enumerate(self.persons):
            for first, end in truth.lost:
                there[person, first:end] = False
        return there

    def person_of(self, body_id: int) -> int | None:
        """Find the person behind a body.

        Args:
            body_id: As in the `.skeleton` file.

        Returns:
            Index of the person; None for a false body or an unknown id.
        """
        for index, person in enumerate(self.persons):
            if body_id in person.body_ids:
                return index
        return None


def truth_of(clip: str, performance: Performance, sensed: SensedClip) -> Truth:
    """Put together what is true of a clip.

    Args:
        clip: The clip's name without ending.
        performance: What happened.
        sensed: What the sensor made of it.

    Returns:
        The truth.
    """
    present = sensed.present()
    persons = [
        PersonTruth(
            performer=performer.number,
            body_ids=sensed.ids_of(person),
            purpose=_grouped(performance.purpose[person]),
            lost=runs_of(~present[person]),
        )
        for person, performer in enumerate(performance.performers)
    ]
    return Truth(
        clip=clip,
        frames=performance.frames,
        persons=tuple(persons),
        false_bodies=tuple(body.body_id for body in sensed.bodies if body.person is None),
        objects=tuple(thing.name for thing in performance.objects),
    )


def truth_path(skeleton: Path) -> Path:
    """Return where the truth of a `.skeleton` file is kept: beside it.

    Args:
        skeleton: The clip's file.

    Example:
        >>> truth_path(Path("raw/S001C001P001R001A001.skeleton")).name
        'S001C001P001R001A001.truth.json'
    """
    return skeleton.with_name(skeleton.stem + ENDING)


def write_truth(path: Path, truth: Truth) -> None:
    """Write a truth file, compact and whole; it can be made again, so no wait for the disk.

    Args:
        path: The file, best that of `truth_path`.
        truth: What to write.
    """
    with whole_file(path, durable=False) as partial:
        partial.write_text(truth.model_dump_json(exclude_defaults=True) + "\n", encoding="utf-8")


def read_truth(path: Path) -> Truth:
    """Read and check a truth file.

    Args:
        path: The file.

    Returns:
        The truth.

    Raises:
        SkelshotError: The file is missing, is no JSON, or says something impossible.
    """
    document = read_json(path)
    try:
        return Truth.model_validate(document)
    except SkelshotError as error:
        raise SkelshotError(
            f"{path}: {error}; write the clip again with `skelshot synth`"
        ) from error


def runs_of(flags: NDArray[np.bool_]) -> tuple[FrameRun, ...]:
    """Return the runs of true values.

    Args:
        flags: One flag a frame (T,).

    Returns:
        (first, one past the last) of each run.

    Example:
        >>> runs_of(np.array([True, True, False, True]))
        ((0, 2), (3, 4))
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return tuple((int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True))


def _grouped(purpose: BoolArray) -> tuple[PurposefulJoints, ...]:
    """Purpose (T, 25) as groups of joints with the same runs, in order of their first joint."""
    groups: dict[tuple[FrameRun, ...], list[int]] = {}
    for joint in _moving(purpose):
        groups.setdefault(runs_of(purpose[:, joint]), []).append(joint)
    return tuple(
        PurposefulJoints(joints=tuple(joints), runs=runs) for runs, joints in groups.items()
    )


def _moving(purpose: BoolArray) -> Iterable[int]:
    return (int(joint) for joint in np.flatnonzero(purpose.any(axis=0)))
