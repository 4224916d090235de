"""`skelshot show`: one page about a run."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="RUN", help="pre-trained run")
    parser.add_argument("--store", type=Path, help="the clips, for skeletons and the map")
    parser.add_argument(
        "--result", type=Path, metavar="FILE", help="one result (default: all in RUN/results)"
    )
    parser.add_argument(
        "--queries",
        type=Path,
        metavar="TABLE",
        help="table of queries (default: the one that a result names)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR|FILE.html",
        help="where the page goes (default: RUN/index.html)",
    )


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.reports import show

    page = show(
        parsed.folder,
        parsed.out or parsed.folder,
        store=parsed.store,
        result=parsed.result,
        queries=parsed.queries,
    )
    return {"page": str(page)}


def _show(document: Document) -> str:
    return f"{document['page']}: open it in a browser"


COMMAND = Command("show", "Write one page about a run.", _arguments, _run, _show)
