"""`skelshot encoders`: the encoders there are, and the trained ones that come with the package."""

import argparse
from typing import TYPE_CHECKING, Any

from skelshot.commands.command import Command, Document
from skelshot.commands.listing import family_command, no_arguments, parts_text

if TYPE_CHECKING:
    from skelshot.ground.families import Family


def _family() -> "Family[Any]":
    from skelshot.encoders import ENCODERS

    return ENCODERS


_NETWORKS = family_command("encoders", "List the encoders.", _family)


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.encoders import packaged_card, packaged_names

    cards = map(packaged_card, packaged_names())
    return _NETWORKS.run(parsed) | {
        "packaged": [
            {**card.model_dump(mode="json", include=_SHOWN), "from": None, "paper": ""}
            for card in cards
        ]
    }


_SHOWN = {"name", "about", "encoder", "parameters", "licence", "sha256"}


def _show(document: Document) -> str:
    trained = ["trained, ready-made:", parts_text(document["packaged"]), "", "to be trained:"]
    return "\n".join([*trained, _NETWORKS.show(document)])


COMMAND = Command("encoders", "List the encoders, and the trained ones.", no_arguments, _run, _show)
"""The command."""
