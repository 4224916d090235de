"""`skelshot prepare`: raw files into a store."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("format", choices=["nw-ucla", "pyskl", "npz"], help="format of the files")
    parser.add_argument("raw", type=Path, help="folder (pyskl: file) of raw clips")
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
    parser.add_argument("--layout", help="joint layout, where the files do not tell it")
    parser.add_argument("--class-names", type=Path, help="pyskl: text file, one name a line")
    parser.add_argument("--workers", type=int, default=1, help="processes that read (default: 1)")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.npz import NpzReader
    from skelshot.datasets.nw_ucla import NwUclaReader
    from skelshot.datasets.prepare import prepare
    from skelshot.datasets.pyskl import PysklReader
    from skelshot.datasets.readers import Reader

    reader: Reader
    match parsed.format:
        case "nw-ucla":
            reader = NwUclaReader(parsed.on_missing)
        case "pyskl":
            reader = PysklReader(parsed.layout, parsed.class_names, parsed.on_missing)
        case _:
            reader = NpzReader(parsed.layout, parsed.on_missing)
    report = prepare(reader, parsed.raw, parsed.out, strict=parsed.strict, workers=parsed.workers)
    return report.as_json()


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
    return "\n".join(lines)


COMMAND = Command("prepare", "Read raw clips into a store.", _arguments, _run, _show)
