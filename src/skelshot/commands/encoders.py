"""`skelshot encoders`: the encoders there are."""

from typing import TYPE_CHECKING, Any

from skelshot.commands.listing import family_command

if TYPE_CHECKING:
    from skelshot.ground.families import Family


def _family() -> "Family[Any]":
    from skelshot.encoders import ENCODERS

    return ENCODERS


COMMAND = family_command("encoders", "List the encoders.", _family)
