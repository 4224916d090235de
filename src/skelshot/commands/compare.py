"""`skelshot compare`: evaluations against the first of them, pair by pair."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    from skelshot.experiments.table_formats import FORMS

    parser.add_argument(
        "evaluations",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="results (.json), or tables of queries (.parquet, .csv); the first is the baseline",
    )
    parser.add_argument(
        "--names", nargs="+", metavar="NAME", help="what they are called (default: the files)"
    )
    parser.add_argument("--shots", type=int, nargs="+", metavar="K", help="default: all there are")
    parser.add_argument(
        "--store", type=Path, help="whose performers the intervals of one task are over"
    )
    parser.add_argument(
        "--format", choices=FORMS, help="default: by the ending of --out, else text"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the table goes too")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.experiments.comparison_tables import comparison_table
    from skelshot.experiments.table_formats import form_of
    from skelshot.ground import SkelshotError
    from skelshot.ground.files import whole_file
    from skelshot.reports import compare

    document = compare(
        *parsed.evaluations, names=parsed.names, shots=parsed.shots, store=parsed.store
    )
    form = parsed.format or form_of(parsed.out)
    if parsed.out is not None:
        if parsed.out.resolve() in [file.resolve() for file in parsed.evaluations]:
            raise SkelshotError(f"--out {parsed.out}: is what is compared; name another file")
        with whole_file(parsed.out) as partial:
            partial.write_text(comparison_table(document, form) + "\n", encoding="utf-8")
    return {**document, "format": form, "out": None if parsed.out is None else str(parsed.out)}


def _show(document: Document) -> str:
    from skelshot.experiments.comparison_tables import comparison_table

    return comparison_table(document, document["format"])


COMMAND = Command(
    "compare", "Compare evaluations, pair by pair.", _arguments, _run, _show, lower="--shots"
)
