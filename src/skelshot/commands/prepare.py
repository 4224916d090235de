"""`skelshot prepare`: raw files into a store."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from skelshot.commands.command import Command, Document
from skelshot.commands.mapping_words import mapping_lines
from skelshot.commands.reading_words import OF_READING, add_reading, reading_of

if TYPE_CHECKING:
    from skelshot.datasets.ntu_body_options import BodyOptions
    from skelshot.datasets.readers import Reader

_FORMATS_OF = {
    **dict.fromkeys(("denoise", "legacy", "missing_list"), ("ntu",)),
    **dict.fromkeys(OF_READING, ("npz", "pyskl")),
    "class_names": ("pyskl",),
    "layout": ("npz", "pyskl", "store"),
}
"""Options that not every format has."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "format",
        choices=["nw-ucla", "ntu", "pyskl", "npz", "store"],
        help="format of the files; store: another store, mapped to --layout",
    )
    parser.add_argument("raw", type=Path, help="folder of raw clips (pyskl: file; ntu: or zip)")
    parser.add_argument("--out", type=Path, required=True, metavar="STORE", help="the store")
    parser.add_argument(
        "--strict", action="store_true", help="make no store when any clip is rejected"
    )
    parser.add_argument(
        "--on-missing",
        choices=["repair", "reject"],
        default="repair",
        help="what becomes of clips with NaN or infinite coordinates (default: repair)",
    )
    parser.add_argument("--class-names", type=Path, help="pyskl: text file, one name a line")
    add_reading(parser)
    parser.add_argument(
        "--denoise",
        choices=["ctr-gcn", "none"],
        help="ntu: filter false bodies as CTR-GCN does, or not at all (default: ctr-gcn)",
    )
    parser.add_argument(
        "--legacy",
        nargs="+",
        metavar="NAME",
        help="ntu: flaws of the public CTR-GCN pipeline to reproduce, or 'all'",
    )
    parser.add_argument(
        "--missing-list",
        metavar="LIST",
        help="ntu: clips to leave out: official, none, or a text file (default: official)",
    )
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
    from skelshot.datasets.npz import NpzReader
    from skelshot.datasets.ntu import NtuReader
    from skelshot.datasets.nw_ucla import NwUclaReader
    from skelshot.datasets.pyskl import PysklReader
    from skelshot.datasets.store_reader import StoreReader
    from skelshot.ground import SkelshotError

    for option, formats in _FORMATS_OF.items():
        if getattr(parsed, option) is not None and parsed.format not in formats:
            only = f"{' and '.join(formats)} {'has' if len(formats) == 1 else 'have'}"
            raise SkelshotError(
                f"--{option.replace('_', '-')}: the format is {parsed.format}, but only {only} "
                "this option; leave it out"
            )
    match parsed.format:
        case "nw-ucla":
            return NwUclaReader(parsed.on_missing)
        case "ntu":
            missing_list = parsed.missing_list or "official"
            return NtuReader(parsed.on_missing, _bodies(parsed), missing_list)
        case "pyskl":
            reading = reading_of(parsed)
            return PysklReader(parsed.layout, parsed.class_names, parsed.on_missing, reading)
        case "store":
            return StoreReader(parsed.layout)
        case _:
            return NpzReader(parsed.layout, parsed.on_missing, reading_of(parsed))


def _bodies(parsed: argparse.Namespace) -> "BodyOptions":
    from skelshot.datasets.ntu_body_options import EVERY_LEGACY, BodyOptions
    from skelshot.ground import SkelshotError

    asked = tuple(parsed.legacy or ())
    if asked == ("all",):
        asked = EVERY_LEGACY
    for name in asked:
        if name not in EVERY_LEGACY:
            known = ", ".join(EVERY_LEGACY)
            raise SkelshotError(f"--legacy: found {name!r}, expected all or some of {known}")
    return BodyOptions(denoise=parsed.denoise or "ctr-gcn", legacy=asked)


def _show(document: Document) -> str:
    lines = [
        f"{document['store']}: {document['clips']} clips of {document['classes']} classes "
        f"in {document['seconds']:.1f} s"
    ]
    if document["already_prepared"]:
        lines.append("it was already there, from the same files and options")
    if document["rejected"]:
        lines.append(f"{document['rejected']} rejected, listed in {document['rejected_file']}")
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


COMMAND = Command(
    "prepare",
    "Read raw clips into a store.",
    _arguments,
    _run,
    _show,
    lower="--workers",
)
