"""`skelshot demo`: all of it in miniature, offline."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document, percent, use_threads


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("runs/demo"), metavar="DIR")
    parser.add_argument("--threads", type=int, help="processor threads that PyTorch may use")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.experiments.demo import run_demo

    use_threads(parsed.threads)
    return run_demo(parsed.out)


def _show(document: Document) -> str:
    return "\n".join(
        [
            "1-shot accuracy on toy actions that training never saw (4 ways, chance 25):",
            f"  untrained          {percent(document['untrained'])} %",
            f"  episodes only      {percent(document['without_transfer'])} %",
            f"  teacher + episodes {percent(document['with_transfer'])} %"
            f"   (teacher: {document['teacher']})",
            f"report: {document['report']}   ({document['seconds']:.0f} s)",
        ]
    )


COMMAND = Command("demo", "Run everything in miniature, offline.", _arguments, _run, _show)
