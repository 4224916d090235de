"""The parts that training actions are composed of, as `composing.yaml` tells them."""

from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

import yaml
from pydantic import Field

from skelshot.ground.options import Options

Steps = tuple[dict[str, Any], ...]
"""Steps of a motion program, as YAML has them."""


class BodySpot(Options):
    """A place on a body that a hand goes to.

    Args:
        at: The place in the language of motion programs.
        words: What it is called.
        tap: How a hand taps there: an axis and metres.
        rub: How a hand rubs there.
        elbow: Degrees by which the elbow is lifted.
        also: What other channels do, so that the hand gets there.
        furniture: What must stand in the room.
        behind: Whether the other person turns their back.
    """

    at: str
    words: tuple[str, ...]
    tap: str = "front 0.06"
    rub: str = "up 0.05"
    elbow: int = 20
    also: dict[str, str] = Field(default_factory=dict)
    furniture: dict[str, str] = Field(default_factory=dict)
    behind: bool = False


class Deed(Options):
    """A movement of hands, legs, trunk or head.

    Args:
        say: Phrases for it; each starts with its verb in the base form.
        lead: Steps done once.
        do: Steps that may be repeated.
        hands: Which hands do it: "main", "both" or "either".
        beat: Whether one can count how often it is done.
        never: Places where it is not done: it would be an action of NTU.
        at: Where the second hand stays, for deeds that are one place.
        elbow: The second hand's elbow, degrees.
        also: Other channels that hold from the beginning.
        start: Channels from the first frame on.
        furniture: What must stand in the room.
        origin: Where a thing is at first.
        apart: Metres between two people at the start.
        reply: What the other person does about it.
    """

    say: tuple[str, ...]
    lead: Steps = ()
    do: Steps = ()
    hands: str = "main"
    beat: bool = False
    never: tuple[str, ...] = ()
    at: str | None = None
    elbow: int = 15
    also: dict[str, str] = Field(default_factory=dict)
    start: dict[str, Any] = Field(default_factory=dict)
    furniture: dict[str, str] = Field(default_factory=dict)
    origin: str = "main hand"
    apart: float = 1.2
    reply: Steps = ()


class Worn(Options):
    """A thing on the body.

    Args:
        at: Where.
        say: Phrases that follow a deed.
    """

    at: str
    say: tuple[str, ...]


class Parts(Options):
    """All parts by kind and name.

    Args:
        places: Where a hand goes on the own body.
        contacts: What it does there.
        arms: What hands do in the air.
        other: What the second hand does all the while.
        legs: What legs and the whole body do.
        postures: How the body is all the while.
        trunk: What trunk and head do.
        things: What one hand holds, and its names.
        heavy: What both hands hold.
        worn: What is on the body.
        handling: What is done with a thing in the hand.
        partner_places: Where a hand goes on the other person.
        partner_contacts: What it does there.
        towards: Other deeds towards the other person.
        giving: Deeds with a thing towards the other person.
    """

    described: ClassVar[str] = "composing.yaml"

    places: dict[str, BodySpot]
    contacts: dict[str, Deed]
    arms: dict[str, Deed]
    other: dict[str, Deed]
    legs: dict[str, Deed]
    postures: dict[str, Deed]
    trunk: dict[str, Deed]
    things: dict[str, tuple[str, ...]]
    heavy: dict[str, tuple[str, ...]]
    worn: dict[str, Worn]
    handling: dict[str, Deed]
    partner_places: dict[str, BodySpot]
    partner_contacts: dict[str, Deed]
    towards: dict[str, Deed]
    giving: dict[str, Deed]

    def names(self) -> tuple[str, ...]:
        """Return every part as `kind: name`, in the file's order."""
        return tuple(f"{kind}: {name}" for kind, part in self for name in part)


@cache
def parts() -> Parts:
    """Read the parts that are shipped.

    Returns:
        The parts.

    Raises:
        SkelshotError: The file does not hold what is expected.

    Example:
        >>> parts().places["ear"].at
        'ear out 0.04'
    """
    text = files("skelshot.mini_teacher").joinpath("composing.yaml").read_text("utf-8")
    table = {str(key).replace(" ", "_"): value for key, value in yaml.safe_load(text).items()}
    return Parts.model_validate(table)
