"""`skelshot prepare`: raw files into a store."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from skelshot.commands.command import Command, Document
from skelshot.commands.mapping_words import mapping_lines
from skelshot.commands.part_words import add_option, add_words, part_options
from skelshot.ground.counts import counted

if TYPE_CHECKING:
    from skelshot.datasets.readers import Reader

SHOWN = 8
"""How many splits are named."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    from skelshot.datasets.reader_family import READERS

    parser.add_argument(
        "format",
        metavar="FORMAT",
        help=f"format of the files: {', '.join(READERS.names)}; store: another store, mapped to "
        "--layout",
    )
    parser.add_argument("raw", type=Path, help="folder of raw clips (pyskl: file; ntu: or zip)")
    parser.add_argument("--out", type=Path, required=True, metavar="STORE", help="the store")
    parser.add_argument(
        "--strict", action="store_true", help="make no store when any clip is rejected"
    )
    parts = add_words(parser, {reader.name: reader.options_type for reader in READERS.shipped})
    parser.set_defaults(parts=parts)
    add_option(parser, "reader")
    parser.add_argument(
        "--sides",
        choices=["auto", "matter", "ignore"],
        help="whether a clip and its mirror image are different actions (default: auto, which is "
        "decided where the store is used; store: what the other store says)",
    )
    parser.add_argument("--workers", type=int, help="processes that read (default: all cores)")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.prepare import prepare
    from skelshot.ground.environment import usable_cores

    workers = usable_cores() if parsed.workers is None else parsed.workers
    report = prepare(
        _reader(parsed),
        parsed.raw,
        parsed.out,
        strict=parsed.strict,
        workers=workers,
        sides=parsed.sides,
    )
    return report.as_json()


def _reader(parsed: argparse.Namespace) -> "Reader":
    from skelshot.datasets.reader_family import READERS, reader_named

    kind = READERS.named(parsed.format, "format")
    return reader_named(kind.name, **part_options(parsed, kind.name, kind.options_type))


def _show(document: Document) -> str:
    lines = [
        f"{document['store']}: {document['clips']} clips of {document['classes']} classes "
        f"in {document['seconds']:.1f} s"
    ]
    if document["already_prepared"]:
        lines.append("it was already there, from the same files and options")
    if document["rejected"]:
        lines.append(f"{document['rejected']} rejected, listed in {document['rejected_file']}")
    if document["unlabelled"]:
        clips = counted(document["unlabelled"], "clip")
        lines.append(f"{clips} without a label, to be recognised only")
    lines += splits_lines(document)
    if document["repaired"]:
        lines.append(f"{document['repaired']} missing joints filled by interpolation")
    if document["ghosts"]:
        lines.append(f"{document['ghosts']} persons left out who are hardly there")
    if document["reordered"]:
        lines.append(f"{document['reordered']} clips whose persons were put into another order")
    if document["sides"] != "auto":
        lines.append(f"sides: {document['sides']}")
    if document["mapping"]:
        first, *kinds = mapping_lines(document["mapping"])
        lines += [f"mapped from {first}", *(f"  {kind}" for kind in kinds)]
    lines += [f"guessed: {what}: {how}" for what, how in document["guessed"].items()]
    lines += [f"doubtful: {doubt}" for doubt in document["doubts"]]
    if document["passed_over"]:
        examples = ", ".join(document["passed_over_examples"])
        places = "files, columns, arrays or fields"
        lines.append(f"{document['passed_over']} {places} passed over, such as {examples}")
    if document["unreadable"]:
        examples = ", ".join(document["unreadable_examples"])
        lines.append(f"{document['unreadable']} sub-folders cannot be read: {examples}")
    return "\n".join(lines)


def splits_lines(document: Document) -> list[str]:
    """Say which splits came with the files, and what of them is no clip.

    Args:
        document: A report with `splits`, clips by split, and `splits_left_out`.

    Returns:
        One line, or none where no splits came.

    Example:
        >>> splits_lines({"splits": {"train": 40, "val": 12}, "splits_left_out": 0})
        ['splits: train (40 clips), val (12 clips)']
    """
    if not document["splits"]:
        return []
    found = [f"{name} ({clips} clips)" for name, clips in document["splits"].items()]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    left_out = document["splits_left_out"]
    lost = f"; {left_out} names left out that are no clips of the store" if left_out else ""
    return [f"splits: {', '.join(found[:SHOWN])}{more}{lost}"]


COMMAND = Command(
    "prepare",
    "Read raw clips into a store.",
    _arguments,
    _run,
    _show,
    lower="--workers",
)
