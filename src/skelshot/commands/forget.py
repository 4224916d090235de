"""`skelshot forget`: leave an action out of a gallery."""

import argparse

from skelshot.commands.command import Command, Document
from skelshot.commands.recognition_words import add_gallery


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", metavar="NAME", help="the action's name")
    add_gallery(parser)


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.recognition.gallery import Gallery
    from skelshot.recognition.keeping import forget_action

    with Gallery.open(parsed.gallery) as gallery:
        count = forget_action(gallery, parsed.action)
        actions = gallery.actions()
    return {
        "action": parsed.action,
        "forgotten": count,
        "actions": actions,
        "gallery": parsed.gallery,
    }


def _show(document: Document) -> str:
    left = ", ".join(document["actions"]) or "nothing"
    return f"{document['action']}: {document['forgotten']} clips forgotten; left: {left}"


COMMAND = Command("forget", "Forget an action and its clips.", _arguments, _run, _show)
