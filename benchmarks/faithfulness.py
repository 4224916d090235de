"""Measure how faithful methods of attribution are, on synthetic clips whose truth is known.

skelshot synth --classes 60 --performers 5 --cameras 1 2 --out raw
skelshot prepare ntu raw --out store
skelshot pretrain store --protocol P.yaml --strategy supervised --out run
python benchmarks/faithfulness.py --raw raw --store store --protocol P.yaml \
    --run cosine=run protonet=run dastm=run-dastm --out runs/faithfulness.json

Rows are methods of attribution by few-shot method; see `Faithfulness` for the columns. Below them
stands by how much the first one's area is above each other one's, with its interval. Clips are
drawn from the queries of the protocol's first task by `--seed` alone.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.evaluation.evaluate import draw_tasks
from skelshot.evaluation.member import ReadyMember
from skelshot.evaluation.metrics import paired_interval
from skelshot.evaluation.task_sides import sides_of_tasks
from skelshot.explain import ATTRIBUTIONS, Explainer
from skelshot.explain.faithfulness import Faithfulness, measure_faithfulness
from skelshot.fewshot import METHODS
from skelshot.front_door import member_of
from skelshot.ground.seeding import shuffled_by_hash
from skelshot.runs import Run

COLUMNS = (
    "auc", "auc_error", "pointing", "share", "truth", "deletion", "insertion", "randomised",
    "boundaries", "gap", "right",
)  # fmt: skip


def measure(arguments: argparse.Namespace, method: str, folder: Path) -> list[Faithfulness]:
    """Measure all attributions on one few-shot method."""
    store, protocol = Store.open(arguments.store), protocol_named(arguments.protocol)
    member = member_of(store, Run.open(folder), METHODS.named(method), None, arguments.set)
    ready = ReadyMember.of(member, store, protocol, [0], None)
    tasks = draw_tasks(store, protocol, ready.splits, [1])
    sides = sides_of_tasks(store, tasks, [ready], "auto").sides
    task = tasks[1][0][0]
    key = f"faithfulness {arguments.seed}"
    queries = shuffled_by_hash(map(int, task.queries), key)[: arguments.clips]
    chosen = []
    for words in arguments.attribution:
        name, *options = words.split(",")
        chosen.append(
            ATTRIBUTIONS.named(name).from_options(dict(option.split("=", 1) for option in options))
        )
    explainer = Explainer(ready.with_sides(sides == "matter"), ready.splits[0], chosen[0])
    return measure_faithfulness(explainer, queries, [task] * len(queries), arguments.raw, chosen)


def print_rows(method: str, names: Sequence[str], rows: Sequence[Faithfulness]) -> None:
    """Print rows as markdown."""
    for name, row in zip(names, rows, strict=True):
        cells = [f"{getattr(row, column):.3f}" for column in COLUMNS]
        print(f"| {method} | {name} | {' | '.join(cells)} |", flush=True)


def print_leads(method: str, names: Sequence[str], rows: Sequence[Faithfulness]) -> None:
    """Print by how much the first attribution's area is above the others', paired over clips."""
    for name, row in zip(names[1:], rows[1:], strict=True):
        lead = paired_interval(rows[0].aucs, row.aucs)
        low, high = lead.ci95
        ends = "-" if low is None or high is None else f"{low:.3f} to {high:.3f}"
        told = f"{method}: {names[0]} above {name} by {lead.mean:.3f} (95 %: {ends})"
        print(told, flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw", type=Path, required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--protocol", required=True)
    parser.add_argument("--run", nargs="+", required=True, metavar="METHOD=RUN")
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", nargs="*", default=[])
    parser.add_argument(
        "--attribution",
        nargs="+",
        default=["big", "integrated-gradients", "saliency", "occlusion", "random"],
        metavar="NAME,OPTION=VALUE",
    )
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    found: dict[str, list[dict[str, object]]] = {}
    print(f"| method | attribution | {' | '.join(COLUMNS)} |")
    for words in arguments.run:
        method, _, folder = words.partition("=")
        rows = measure(arguments, method, Path(folder))
        print_rows(method, arguments.attribution, rows)
        print_leads(method, arguments.attribution, rows)
        found[method] = [asdict(row) for row in rows]
    if arguments.out:
        arguments.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
