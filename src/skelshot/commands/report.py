"""`skelshot report`: all saved tables on one page, ours beside the paper's."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tables",
        type=Path,
        default=Path("runs/tables"),
        metavar="DIR",
        help="where `table` saved them (default: runs/tables)",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where the pages go (default: beside the tables)"
    )


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.tables.report import read_tables, write_report

    return write_report(read_tables(parsed.tables), parsed.out or parsed.tables)


def _show(document: Document) -> str:
    from skelshot.experiments.table_formats import format_table
    from skelshot.ground.printable import escaped
    from skelshot.tables.reproduction import HEAD, Reproduction

    lines = [[escaped(text) for text in Reproduction(**each).texts] for each in document["tables"]]
    table = [format_table(HEAD, lines)] if lines else []
    missing = [f"not run: {', '.join(document['not_run'])}"] if document["not_run"] else []
    return "\n".join([document["answer"], *table, *missing, f"report: {document['report']}"])


COMMAND = Command(
    "report", "Set all tables that were run beside the paper.", _arguments, _run, _show
)
