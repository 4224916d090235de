"""`skelshot evaluate`: stage 3, any method, any protocol."""

import argparse
from pathlib import Path

from skelshot.commands.command import (
    Command,
    Document,
    add_settings,
    add_sides,
    add_splits,
    percent,
    splits_of,
    use_threads,
)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", type=Path, help="the store")
    parser.add_argument(
        "--protocol", required=True, help="nw-ucla, ntu60-one-shot, ..., or a .yaml file"
    )
    parser.add_argument("--run", type=Path, dest="folder", metavar="RUN", help="pre-trained run")
    parser.add_argument("--method", default="cosine", help="see `skelshot methods`")
    parser.add_argument("--shots", type=int, nargs="+", default=[1, 5], help="exemplars a class")
    add_splits(parser, "all of RUN")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the result goes too")
    add_sides(parser)
    add_settings(parser)


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.front_door import evaluate

    use_threads(parsed.threads)
    return evaluate(
        parsed.store,
        protocol=parsed.protocol,
        run=parsed.folder,
        method=parsed.method,
        shots=parsed.shots,
        splits=splits_of(parsed.split),
        preset=parsed.preset,
        out=parsed.out,
        sides=parsed.sides,
        changes=parsed.assignments,
    )


def _show(document: Document) -> str:
    from skelshot.datasets.class_counts import class_lines
    from skelshot.datasets.protocols.clip_counts import counts_line
    from skelshot.datasets.sides import sides_line

    lines = [
        f"{document['method']} on {document['protocol']}, {len(document['splits'])} splits, "
        f"{document['seconds']:.1f} s",
        *class_lines(document["classes"]),
    ]
    if document["counts"]:
        lines.append(counts_line(document["counts"]))
    lines += [f"adapted to the store: {change}" for change in document["adapted"]]
    lines.append(sides_line(document["sides"]))
    lines += [f"features made anew: {why}" for why in document["made_anew"]]
    for shots, result in document["accuracy"].items():
        lines.append(f"{shots}-shot: {percent(result['mean'])} %{_spread(result)}")
        worst = sorted(result["per_class"].items(), key=lambda entry: entry[1])
        lines += [f"  {percent(value):>5}  {name}" for name, value in worst]
    return "\n".join(lines)


def _spread(result: Document) -> str:
    """Tell the 95 % intervals, and what they are over."""
    over = {
        f"over {result['queries']:,} queries": result["ci95"],
        f"over {result['subjects']} performers": result["ci95_subjects"],
    }
    if result["interval"] == "splits":
        over = {f"over {len(result['per_split'])} splits, which share clips": result["ci95"]}
    texts = [
        f"{percent(ends[0])} to {percent(ends[1])} {what}" for what, ends in over.items() if ends
    ]
    return f" (95 % interval {'; '.join(texts)})" if texts else ""


COMMAND = Command(
    "evaluate",
    "Classify novel clips from exemplars.",
    _arguments,
    _run,
    _show,
    lower="--set batch=N or --threads",
)
