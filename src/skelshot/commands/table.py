"""`skelshot table`: a table of the paper by its number, ours beside the printed."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "number",
        metavar="NUMBER",
        help="as printed, VII or Fig6, or a name such as A, or a .yaml file of yours",
    )
    parser.add_argument(
        "--preset", default="cpu", help="how much is run: cpu, paper or smoke (default: cpu)"
    )
    parser.add_argument(
        "--data",
        nargs="+",
        default=[],
        metavar="NAME=STORE",
        help="stores of ntu120, ntu60, pku-mmd, nw-ucla, msr-action-pairs, kinder-gator (default: "
        "synthetic twins where there are any, else the column is left out)",
    )
    parser.add_argument(
        "--videos",
        nargs="+",
        default=[],
        metavar="NAME=DIR",
        help="videos of these stores (default: pictures made of the skeletons)",
    )
    parser.add_argument(
        "--weights",
        nargs="+",
        default=[],
        metavar="NAME=PATH",
        help="weights that only you have: imagenet, actionclip, x-clip, main (default: such rows "
        "are left out, or taught by the preset's own teacher)",
    )
    parser.add_argument("--rows", nargs="+", metavar="NAME", help="rows to measure (default: all)")
    parser.add_argument("--seeds", type=int, help="runs of each row (default: the preset's own)")
    parser.add_argument("--jobs", type=int, help="processes side by side (default: all cores)")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/tables"), metavar="DIR", help="where pages go"
    )
    parser.add_argument(
        "--cache", type=Path, metavar="DIR", help="what stages made (default: OUT/cache)"
    )


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.tables.run import TableOptions, make_table

    names = ("preset", "data", "videos", "weights", "rows", "seeds", "jobs", "out", "cache")
    return make_table(
        parsed.number, TableOptions(**{name: getattr(parsed, name) for name in names})
    )


def _show(document: Document) -> str:
    from skelshot.tables.page import table_text

    work = f"{document['made']} stages made, {document['kept']} kept, {document['seconds']:.0f} s"
    return f"{table_text(document)}\nreport: {document['report']}   ({work})"


COMMAND = Command(
    "table",
    "Run a table of the paper, or one beyond it, by its number or name.",
    _arguments,
    _run,
    _show,
    failed=lambda document: any(cell["error"] for cell in document["cells"]),
    lower="--jobs",
)
