"""`skelshot enroll`: show an action a few times."""

import argparse

from skelshot.commands.command import Command, Document
from skelshot.commands.recognition_words import add_gallery, add_recognizer


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", metavar="NAME", help="the action's name")
    parser.add_argument(
        "clips", nargs="+", metavar="CLIP", help="files that show it, of any format that is read"
    )
    add_gallery(parser)
    add_recognizer(parser)


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.commands.recognition_words import changes_of
    from skelshot.recognition.clip_files import found_clips
    from skelshot.recognition.gallery import Gallery
    from skelshot.recognition.recognizer import Recognizer

    found = found_clips(parsed.clips)  # before a gallery is made for nothing
    with Gallery.open(parsed.gallery, create=True) as gallery:
        recognizer = Recognizer.on(gallery, **changes_of(parsed, gallery.settings))
        done = recognizer.enroll_found(parsed.action, found)
        recognizer.keep_settings()
        actions = recognizer.actions
    return {
        "action": parsed.action,
        "added": list(done.added),
        "actions": actions,
        "verdicts": [verdict.as_json() | {"told": str(verdict)} for verdict in done.verdicts],
        "warnings": list(done.warnings),
        "remarks": list(done.remarks),
        "gallery": parsed.gallery,
        "seconds": round(done.seconds, 3),
    }


def _show(document: Document) -> str:
    lines = [f"{document['action']}: {len(document['added'])} added to {document['gallery']}"]
    lines += [f"note: {told}" for told in document["remarks"]]
    lines += [f"warning: {told}" for told in document["warnings"]]
    lines += [verdict["told"] for verdict in document["verdicts"]]
    if len(document["actions"]) == 1:
        lines.append("one action is enrolled: answers will say known or unknown only")
    return "\n".join([*lines, f"({document['seconds']:.1f} s)"])


COMMAND = Command(
    "enroll",
    "Show an action in a few clips, so that it is recognised from then on.",
    _arguments,
    _run,
    _show,
    lower="the number of clips",
)
