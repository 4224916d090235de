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
    parser.add_argument(
        "--against",
        metavar="ROW",
        help="the row that the others are compared with (default: the best of each column)",
    )
    parser.add_argument("--seeds", type=int, help="runs of each row (default: the preset's own)")
    parser.add_argument(
        "--jobs", type=int, help="stages side by side (default: one a GPU, or else a core)"
    )
    parser.add_argument(
        "--device",
        default="auto",
        help="what is computed on: cpu, cuda, cuda:1, mps, or auto for a GPU where there is one, "
        "or all there are (default: auto)",
    )
    parser.add_argument(
        "--executor",
        default="processes",
        help="what does the work: processes of this machine, or through submitit slurm, local or "
        "debug (default: processes)",
    )
    parser.add_argument(
        "--executor-set",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        help="settings of a cluster's jobs, such as slurm_partition=gpu gpus_per_node=1 "
        "timeout_min=600 mem_gb=16",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("runs/tables"), metavar="DIR", help="where pages go"
    )
    parser.add_argument(
        "--cache", type=Path, metavar="DIR", help="what stages made (default: OUT/cache)"
    )


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.tables.run import TableOptions, make_table

    names = ("preset", "data", "videos", "weights", "rows", "against", "seeds", "jobs")
    further = ("device", "executor", "executor_set", "out", "cache")
    return make_table(
        parsed.number, TableOptions(**{name: getattr(parsed, name) for name in names + further})
    )


def _show(document: Document) -> str:
    from skelshot.tables.page import table_text
    from skelshot.tables.saved import SavedTable

    table = SavedTable.model_validate({k: v for k, v in document.items() if k != "report"})
    work = f"{document['made']} stages made, {document['kept']} kept, {document['seconds']:.0f} s"
    return f"{table_text(table)}\nreport: {document['report']}   ({work})"


COMMAND = Command(
    "table",
    "Run a table of the paper, or one beyond it, by its number or name.",
    _arguments,
    _run,
    _show,
    failed=lambda document: any(cell["error"] for cell in document["cells"]),
    lower="--jobs",
)
