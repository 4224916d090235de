"""`skelshot readers`: the formats that `prepare` reads."""

from typing import TYPE_CHECKING, Any

from skelshot.commands.listing import family_command

if TYPE_CHECKING:
    from skelshot.ground.families import Family


def _family() -> "Family[Any]":
    from skelshot.datasets import READERS

    return READERS


COMMAND = family_command("readers", "List the formats that prepare reads.", _family)
