"""`skelshot check`: what is probably wrong with people's own clips."""

import argparse
from itertools import groupby
from pathlib import Path
from typing import Any

from skelshot.commands.command import Command, Document
from skelshot.commands.part_words import (
    add_option,
    add_words,
    given,
    options_of,
)

SHOWN = 3
"""Suspicions of a kind that are printed; the page lists more, `--json` all."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    from skelshot.datasets.reader_family import READERS

    parser.add_argument(
        "clips",
        type=Path,
        nargs="+",
        metavar="CLIPS",
        help="a store, a folder of clips (its sub-folders are classes), an archive, or files",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("check.html"),
        metavar="DIR|FILE.html",
        help="where the page goes (default: check.html)",
    )
    parser.add_argument(
        "--rate", type=float, metavar="FPS", help="frames a second at which clips were written"
    )
    parser.add_argument(
        "--format",
        metavar="FORMAT",
        help=f"format of the files: {', '.join(READERS.names)} (default: by the files' names)",
    )
    parser.add_argument(
        "--strict", action="store_true", help="leave with code 2 when anything is suspicious"
    )
    parts = add_words(parser, {reader.name: reader.options_type for reader in READERS.shipped})
    parser.set_defaults(parts=parts)
    add_option(parser, "reader")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.reports import check

    options: dict[str, Any] = {**given(parsed, parsed.parts), **options_of(parsed)}
    report = check(parsed.clips, parsed.out, form=parsed.format, rate=parsed.rate, **options)
    return {**report.as_json(), "strict": parsed.strict}


def _show(document: Document) -> str:
    found = document["suspicions"]
    lines = [
        f"{document['clips']} clips of {len(document['classes'])} classes in "
        f"{document['seconds']:.1f} s: {len(found) or 'no'} suspicions"
    ]
    for kind, group in groupby(found, key=lambda suspicion: suspicion["kind"]):
        same = list(group)
        lines += [f"{kind}: {_line(suspicion)}" for suspicion in same[:SHOWN]]
        if len(same) > SHOWN:
            lines.append(f"{kind}: {len(same) - SHOWN} more")
    lines += [f"note: {note}" for note in document["notes"]]
    return "\n".join([*lines, f"{document['page']}: open it in a browser"])


def _line(suspicion: Document) -> str:
    place = f"{suspicion['clip']}: " if suspicion["clip"] else ""
    found, expected, advice = (suspicion[key] for key in ("found", "expected", "advice"))
    return f"{place}found {found}, expected {expected}; {advice}"


COMMAND = Command(
    "check",
    "Look for what is probably wrong with clips, before an hour goes into them.",
    _arguments,
    _run,
    _show,
    failed=lambda document: bool(document["strict"] and document["suspicions"]),
)
