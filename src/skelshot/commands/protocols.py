"""`skelshot protocols`: the few-shot protocols there are."""

import argparse

from skelshot.commands.command import Command, Document
from skelshot.commands.listing import no_arguments, parts_text


def _run(parsed: argparse.Namespace) -> Document:
    del parsed
    from skelshot.datasets.protocols import protocol_named
    from skelshot.datasets.protocols.protocols import protocol_names

    return {
        "protocols": [
            {"name": name, "about": protocol_named(name).about} for name in protocol_names()
        ]
    }


def _show(document: Document) -> str:
    parts = [part | {"paper": "", "from": None} for part in document["protocols"]]
    return f"{parts_text(parts)}\nor a .yaml file of your own"


COMMAND = Command("protocols", "List the few-shot protocols.", no_arguments, _run, _show)
