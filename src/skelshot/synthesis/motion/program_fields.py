"""Fields of motion programs: how their strings become goals, places, speeds and oscillations."""

from dataclasses import replace
from typing import Annotated

from pydantic import BeforeValidator, Field, SkipValidation

from skelshot.synthesis.motion.goals import (
    Goal,
    Place,
    Shake,
    read_goal,
    read_place,
    read_shake,
    read_speed,
)
from skelshot.synthesis.motion.vocabulary import channels_named

Seconds = Annotated[float, Field(ge=0, le=20)]
PlaceField = Annotated[SkipValidation[Place], BeforeValidator(read_place)]
Speed = Annotated[tuple[float, float, float], BeforeValidator(read_speed)]


def _channels(value: object) -> dict[str, Goal]:
    """Read a mapping of channels to goals, with `both ...` taken apart."""
    if not isinstance(value, dict):
        raise ValueError(f"found {value!r}, expected a mapping of channels to goals")
    goals: dict[str, Goal] = {}
    for name, told in value.items():
        for channel in _known_channel(str(name)):
            try:
                goal = read_goal(channel, told)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
            together = str(name).startswith("both")
            if together and isinstance(goal, Place) and goal.anchor != "rest":
                goal = replace(goal, both=True)
            goals[channel] = goal
    return goals


def _shakes(value: object) -> dict[str, Shake]:
    if not isinstance(value, dict):
        raise ValueError(f"found {value!r}, expected a mapping of channels to oscillations")
    shakes: dict[str, Shake] = {}
    for name, told in value.items():
        alternating = str(name).endswith(" alternating")
        for channel in _known_channel(str(name).removesuffix(" alternating")):
            opposite = alternating and channel.startswith("other")
            if channel in shakes:
                raise ValueError(f"{name}: found a second oscillation of {channel}, expected one")
            try:
                shakes[channel] = read_shake(channel, told, opposite)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
    return shakes


def _known_channel(name: str) -> tuple[str, ...]:
    channels = channels_named(name)
    if not channels:
        raise ValueError(f"found {name!r}, expected a channel or a step key of the language")
    return channels


Channels = Annotated[SkipValidation[dict[str, Goal]], BeforeValidator(_channels)]
Shakes = Annotated[SkipValidation[dict[str, Shake]], BeforeValidator(_shakes)]
