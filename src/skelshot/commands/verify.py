"""`skelshot verify`: look through raw files or a store."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skelshot.commands.command import Command, Document
from skelshot.commands.part_words import add_words, from_words, given
from skelshot.ground.counts import counted

if TYPE_CHECKING:
    from skelshot.datasets.verify import VerifyReport


def _arguments(parser: argparse.ArgumentParser) -> None:
    from skelshot.datasets.reading_options import ArrayOptions

    parser.add_argument("path", type=Path, help="a store, or raw clips of any format")
    parser.add_argument(
        "--strict", action="store_true", help="fail when a sub-folder cannot be looked into"
    )
    parser.add_argument(
        "--columns", type=Path, metavar="FILE", help="text files: what their columns mean"
    )
    parser.set_defaults(parts=add_words(parser, {"npz": ArrayOptions}))


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.reading_options import ReadingOptions
    from skelshot.datasets.verify import verify

    said = given(parsed, parsed.parts)
    if parsed.columns is not None:
        return {**_text(parsed, said).as_json(), "strict": parsed.strict}
    layout = said.pop("layout", None)
    reading = from_words(ReadingOptions, said) if said else None
    report = verify(parsed.path, layout=layout, reading=reading)
    return {**report.as_json(), "strict": parsed.strict}


def _text(parsed: argparse.Namespace, said: dict[str, Any]) -> "VerifyReport":
    """Look through text files, which nothing but their column map describes."""
    from skelshot.datasets.reader_family import reader_named
    from skelshot.datasets.verify import verify

    reader = reader_named("text", columns=parsed.columns, on_missing="reject", **said)
    return verify(parsed.path, reader)


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
