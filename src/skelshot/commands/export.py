"""`skelshot export`: a store as a PYSKL annotation pickle."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("format", choices=["pyskl"], help="format to write")
    parser.add_argument("store", type=Path, help="the store")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.pyskl_export import export_pyskl
    from skelshot.datasets.store import Store

    clips = export_pyskl(Store.open(parsed.store), parsed.out)
    return {"clips": clips, "file": str(parsed.out)}


def _show(document: Document) -> str:
    return f"{document['file']}: {document['clips']} clips"


COMMAND = Command("export", "Write a store in another format.", _arguments, _run, _show)
