"""`skelshot strategies`: the ways to pre-train an encoder."""

from typing import TYPE_CHECKING, Any

from skelshot.commands.listing import family_command

if TYPE_CHECKING:
    from skelshot.ground.families import Family


def _family() -> "Family[Any]":
    from skelshot.pretraining import STRATEGIES

    return STRATEGIES


COMMAND = family_command("strategies", "List the pre-training strategies.", _family)
