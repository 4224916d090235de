"""`skelshot enroll`: show an action a few times."""

import argparse
from typing import TYPE_CHECKING

from skelshot.commands.command import Command, Document
from skelshot.commands.recognition_words import (
    add_gallery,
    add_recognizer,
    add_videos,
    refuse_without_video,
    videos_of,
)

if TYPE_CHECKING:
    from skelshot.recognition.clip_files import FoundClip


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", metavar="NAME", help="the action's name")
    parser.add_argument(
        "clips",
        nargs="*",
        metavar="CLIP",
        help="files that show it, of any format that is read, videos, or folders of them",
    )
    parser.add_argument(
        "--from",
        dest="place",
        metavar="FOLDER|CSV",
        help="several actions in place of NAME and CLIP: a folder whose sub-folders are called "
        "after them, a table with the columns clip and action, or a store or archive with classes",
    )
    add_gallery(parser)
    add_recognizer(parser)
    add_videos(parser, "videos")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.commands.recognition_words import changes_of
    from skelshot.recognition.gallery import Gallery
    from skelshot.recognition.recognizer import Recognizer

    shown = _shown(parsed)  # before a gallery is made for nothing
    refuse_without_video(parsed, (clip.source for clips in shown.values() for clip in clips))
    with Gallery.open(parsed.gallery, create=True) as gallery:
        recognizer = Recognizer.on(gallery, **changes_of(parsed, gallery.settings))
        done = recognizer.enroll_each(shown)
        recognizer.keep_settings()
        actions = recognizer.actions
    return {
        "action": ", ".join(done.actions),
        "added": list(done.added),
        "actions": actions,
        "verdicts": [verdict.as_json() | {"told": str(verdict)} for verdict in done.verdicts],
        "warnings": list(done.warnings),
        "remarks": list(done.remarks),
        "gallery": parsed.gallery,
        "seconds": round(done.seconds, 3),
    }


def _shown(parsed: argparse.Namespace) -> "dict[str, list[FoundClip]]":
    """Read the clips, by action."""
    from skelshot.ground import SkelshotError
    from skelshot.recognition.clip_files import found_clips
    from skelshot.recognition.shown_actions import shown_actions

    if parsed.place is not None:
        if parsed.action is not None:
            raise SkelshotError(
                f"--from: found the action {parsed.action!r:.80} beside it, expected one or the "
                "other; leave NAME and CLIP out"
            )
        return shown_actions(parsed.place, videos_of(parsed))
    if parsed.action is None or not parsed.clips:
        raise SkelshotError(
            "enroll: expected NAME CLIP ..., an action and the files that show it, or --from "
            "FOLDER|CSV with several (see skelshot enroll --help)"
        )
    return {parsed.action: found_clips(parsed.clips, videos_of(parsed))}


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
