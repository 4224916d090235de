"""`skelshot demo`: all of it in miniature, offline."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document, add_device, percent, use_threads


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("runs/demo"), metavar="DIR")
    add_device(parser)
    parser.add_argument("--threads", type=int, help="processor threads that PyTorch may use")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.experiments.demo import run_demo

    use_threads(parsed.threads)
    return run_demo(parsed.out, device=parsed.device)


def _show(document: Document) -> str:
    from skelshot.experiments.demo_report import gain_text

    rows = {
        "untrained": "untrained",
        "without_transfer": "episodes only",
        "with_transfer": f"transfer from {document['teacher']}, then the same, gently",
    }
    lines = [
        f"1-shot accuracy on ten synthetic actions that training never saw "
        f"({document['queries']} queries, chance 10 %):"
    ]
    for key, name in rows.items():
        low, high = document["ci95"][key]
        lines.append(f"  {name:38} {percent(document[key])} %  ({percent(low)} to {percent(high)})")
    lines.append(f"  transfer adds {gain_text(document['gain'], document['gain_ci95'])}")
    lines.append(f"report: {document['report']}   ({document['seconds']:.0f} s)")
    return "\n".join(lines)


COMMAND = Command(
    "demo",
    "Run everything in miniature, offline.",
    _arguments,
    _run,
    _show,
    lower="--threads",
)
