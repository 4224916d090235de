"""`skelshot verify`: look through raw files or a store."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from skelshot.commands.command import Command, Document
from skelshot.commands.part_words import (
    add_option,
    add_words,
    flag,
    from_words,
    given,
    options_of,
    part_options,
)
from skelshot.ground import SkelshotError
from skelshot.ground.counts import counted

if TYPE_CHECKING:
    from skelshot.datasets.readers import Reader


def _arguments(parser: argparse.ArgumentParser) -> None:
    from skelshot.datasets.reader_family import READERS

    parser.add_argument("path", type=Path, help="a store, or raw clips of any format")
    parser.add_argument(
        "--format",
        metavar="FORMAT",
        help=f"format of the raw clips: {', '.join(READERS.names)} (default: by the files' names)",
    )
    parser.add_argument(
        "--strict", action="store_true", help="fail when a sub-folder cannot be looked into"
    )
    parts = add_words(parser, {reader.name: reader.options_type for reader in READERS.shipped})
    parser.set_defaults(parts=parts)
    add_option(parser, "reader")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.reading_options import ReadingOptions
    from skelshot.datasets.verify import verify

    said = given(parsed, parsed.parts)
    form = parsed.format or ("text" if "columns" in said else None)
    if form is not None:
        return {**verify(parsed.path, _reader(parsed, form)).as_json(), "strict": parsed.strict}
    layout = said.pop("layout", None)
    if others := [flag(name) for name in said if name not in ReadingOptions.model_fields]:
        raise SkelshotError(f"{others[0]}: say of which format, too, with --format")
    if options_of(parsed):
        raise SkelshotError("--option: say of which format, too, with --format")
    reading = from_words(ReadingOptions, said) if said else None
    report = verify(parsed.path, layout=layout, reading=reading)
    return {**report.as_json(), "strict": parsed.strict}


def _reader(parsed: argparse.Namespace, form: str) -> "Reader":
    """Make the reader of a format, which reports gaps unless told to fill them."""
    from skelshot.datasets.reader_family import READERS, reader_named

    kind = READERS.named(form, "--format")
    has_gaps = "on_missing" in kind.options_type.model_fields
    gaps = {"on_missing": "reject"} if has_gaps else {}
    return reader_named(kind.name, **gaps | part_options(parsed, kind.name, kind.options_type))


def _show(document: Document) -> str:
    lines = [f"{document['files']} files, {document['ok']} in order"]
    for problem in document["bad"]:
        line = "" if problem["line"] is None else f", line {problem['line']}"
        lines.append(f"{problem['file']}{line}: {problem['problem']}")
    if document["unlabelled"]:
        clips = counted(document["unlabelled"], "clip")
        lines.append(f"{clips} without a label, to be recognised only")
    lines += [f"guessed: {what}: {how}" for what, how in document["guessed"].items()]
    lines += [f"doubtful: {doubt}" for doubt in document["doubts"]]
    if document["passed_over"]:
        names = document["passed_over_examples"]
        more = ", ..." if document["passed_over"] > len(names) else ""
        lines.append(f"{document['passed_over']} files passed over: {', '.join(names)}{more}")
    if document["unreadable"]:
        names = ", ".join(document["unreadable_examples"])
        lines.append(f"{document['unreadable']} sub-folders cannot be read: {names}")
    return "\n".join(lines)


def _failed(document: Document) -> bool:
    return bool(document["bad"] or (document["strict"] and document["unreadable"]))


COMMAND = Command("verify", "Look through raw clips or a store.", _arguments, _run, _show, _failed)
