"""Classes of other data sets as motion programs, played forwards or backwards."""

import hashlib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import ClassVar

import numpy as np
from pydantic import Field

from skelshot.ground.options import Options
from skelshot.ground.yaml_text import parse_yaml
from skelshot.synthesis.motion.perform import perform
from skelshot.synthesis.motion.program import Program, load_program, read_programs
from skelshot.synthesis.performance import ObjectTrack, Performance, Performer

_FILES = ("acts.yaml", "programs.yaml")


class Act(Options):
    """Action of a class: a motion program, and which way time runs.

    Args:
        program: The number of its motion program.
        backwards: Whether time runs backwards, so that what was picked up is put down.
    """

    described: ClassVar[str] = "act"

    program: int = Field(ge=1)
    backwards: bool = False

    @property
    def people(self) -> int:
        """Number of people who take part."""
        return len(act_program(self.program).roles)

    def perform(
        self, performers: tuple[Performer, ...], rng: np.random.Generator, heading: float = 0.0
    ) -> Performance:
        """Perform it once.

        Args:
            performers: As many people as take part.
            rng: Draws what differs between repetitions.
            heading: Which way the first person faces, in degrees; 0 is towards camera 1.

        Returns:
            The performance.
        """
        forwards = perform(act_program(self.program), performers, rng, heading)
        return backwards(forwards) if self.backwards else forwards


def acts_of(data_set: str) -> tuple[Act, ...]:
    """List the acts of a data set's classes.

    Args:
        data_set: `pku-mmd` or `msr-action-pairs`.

    Returns:
        An act a class, in the order of the labels.

    Example:
        >>> acts_of("msr-action-pairs")[:2]
        (Act(program=202, backwards=False), Act(program=202, backwards=True))
    """
    return _acts()[data_set]


def act_program(number: int) -> Program:
    """Find a motion program, NTU's or one of those that NTU has no action for.

    Args:
        number: Its number.

    Returns:
        The program.

    Raises:
        SkelshotError: There is none.

    Example:
        >>> act_program(204).name, act_program(1).name
        ('push a chair', 'drink water')
    """
    own = _programs()
    return own[number] if number in own else load_program(number)


def backwards(performance: Performance) -> Performance:
    """Turn the time of a performance round.

    Args:
        performance: What happens.

    Returns:
        The same, last frame first.
    """

    def turned(tracks: tuple[ObjectTrack, ...]) -> tuple[ObjectTrack, ...]:
        return tuple(
            replace(t, place=t.place[::-1], turn=t.turn[::-1], shown=t.shown[::-1]) for t in tracks
        )

    gaze = performance.gaze
    return replace(
        performance,
        joints=performance.joints[:, ::-1],
        purpose=performance.purpose[:, ::-1],
        objects=turned(performance.objects),
        furniture=turned(performance.furniture),
        gaze=None if gaze is None else gaze[:, ::-1],
    )


def acts_hash() -> str:
    """Hash what is shipped of acts and their own programs.

    Returns:
        16 hexadecimal digits.
    """
    return hashlib.sha256("\0".join(map(_text, _FILES)).encode()).hexdigest()[:16]


@cache
def _acts() -> dict[str, tuple[Act, ...]]:
    document = parse_yaml(_text("acts.yaml"), "acts.yaml")
    return {name: tuple(map(Act.model_validate, rows)) for name, rows in document.items()}


@cache
def _programs() -> dict[int, Program]:
    return read_programs(_text("programs.yaml"), "programs.yaml")


def _text(name: str) -> str:
    return files("skelshot.synthesis.twins").joinpath(name).read_text("utf-8")
