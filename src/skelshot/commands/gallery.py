"""`skelshot gallery`: what is enrolled, and the gallery as one file."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("gallery", metavar="FILE|URL", help="a file, or the URL of a database")
    parser.add_argument("--export", type=Path, metavar="FILE", help="write it as one file")
    parser.add_argument(
        "--import", type=Path, dest="imported", metavar="FILE", help="make it of such a file"
    )


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.recognition.gallery import Gallery

    if parsed.imported is not None:
        Gallery.import_file(parsed.imported, parsed.gallery).close()
    with Gallery.open(parsed.gallery) as gallery:
        if parsed.export is not None:
            gallery.export(parsed.export)
        return {
            "gallery": gallery.place,
            "actions": gallery.actions(),
            "exemplars": [entry._asdict() for entry in gallery.entries()],
            "settings": gallery.settings,
            "exported": None if parsed.export is None else str(parsed.export),
            "imported": None if parsed.imported is None else str(parsed.imported),
        }


def _show(document: Document) -> str:
    lines = []
    for action, count in document["actions"].items():
        names = [each["name"] for each in document["exemplars"] if each["action"] == action]
        lines.append(f"{action}: {count} clip{'s' if count > 1 else ''}: {', '.join(names)}")
    lines += [] if lines else ["nothing is enrolled"]
    if document["exported"]:
        lines.append(f"written to {document['exported']}")
    return "\n".join(lines)


COMMAND = Command(
    "gallery",
    "List what is enrolled; carry it to another place as one file.",
    _arguments,
    _run,
    _show,
)
