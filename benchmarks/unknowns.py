"""How well each way to tell unknown movements does, half of a protocol's classes being unknown.

Every task of the protocol is cut in two by its seed: half of its classes are enrolled, queries of
the others are of no enrolled action. All ways see the same tasks. A line a way and number of
exemplars: AUROC of known against unknown queries, what it is above the default's on the same tasks,
unknown ones accepted where 95 % of the known are kept, and what the threshold 0.5, which only the
support set has set, keeps and accepts.

    python benchmarks/unknowns.py STORE --tasks 40 --shots 1 5
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from skelshot.datasets.protocols import ClassSplitProtocol, protocol_named
from skelshot.datasets.protocols.tasks import Task, labels_with_clips
from skelshot.datasets.store import Store
from skelshot.evaluation.metrics import mean_interval
from skelshot.ground.seeding import shuffled_by_hash
from skelshot.recognition.engine import Engine
from skelshot.recognition.judge import Judge
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.negatives import negatives_of
from skelshot.recognition.support import Support
from skelshot.recognition.term import Term
from skelshot.recognition.trained import trained_named
from skelshot.recognition.unknown import UNKNOWNS, UnknownStrategy

KEPT = 0.95
QUERIES = 8
"""Queries a class; what is drawn beyond is left out."""


@dataclass(frozen=True)
class Half:
    """A task with half of its classes enrolled."""

    exemplars: list[int]
    labels: list[int]
    actions: int
    queries: list[int]
    truth: list[int]


def halved(task: Task, seed: str) -> Half:
    """Enrol half of a task's classes; the queries of the others have the truth -1."""
    order = shuffled_by_hash(range(len(task.classes)), seed)
    known = order[: (len(order) + 1) // 2]
    exemplars = [int(clip) for row in known for clip in task.support[row]]
    shots = len(task.support[0])
    queries, truth, drawn = [], [], dict.fromkeys(order, 0)
    # In hash order: in that of their names all of one person would come first.
    for place in shuffled_by_hash(range(len(task.queries)), "queries", seed):
        row = int(task.targets[place])
        if row >= 0 and drawn[row] < QUERIES:
            drawn[row] += 1
            queries.append(int(task.queries[place]))
            truth.append(known.index(row) if row in known else -1)
    labels = [label for label in range(len(known)) for _ in range(shots)]
    return Half(exemplars, labels, len(known), queries, truth)


def every_class(store: Store, draws: int) -> ClassSplitProtocol:
    """Take all classes that have clips into every task."""
    ways = len(labels_with_clips(store))
    return ClassSplitProtocol(
        name="unknowns", draws_as="unknowns", splits=1, base=0, novel=ways, draws=draws
    )


def halves(store: Store, protocol: str | None, shots: int, count: int) -> Iterator[Half]:
    """Draw the tasks, split by split in turn."""
    chosen = protocol_named(protocol) if protocol else every_class(store, count)
    drawn = [chosen.tasks(store, split, shots) for split in chosen.split_list(store)]
    order = [(number, place) for number in range(len(drawn[0])) for place in range(len(drawn))]
    for number, place in order[:count]:
        yield halved(drawn[place][number], f"unknowns {place} {number}")


def auroc(known: Tensor, unknown: Tensor) -> float:
    """The chance that a known query looks more known than an unknown one; ties count half."""
    above = (known[:, None] > unknown[None]).double() + (
        known[:, None] == unknown[None]
    ).double() / 2
    return float(above.mean())


def figures(judge: Judge, features: list[Tensor], half: Half) -> dict[str, float]:
    """Measure one way on one task."""
    evidence = judge.measured.evidence(features)
    looks, sure = judge.knownness(evidence), judge.known(features)
    truth = torch.tensor(half.truth)
    known, unknown = looks[truth >= 0], looks[truth < 0]
    bar = known.quantile(1 - KEPT)
    accepted = sure > judge.threshold
    return {
        "accuracy": float((evidence.best == truth)[truth >= 0].double().mean()),
        "auroc": auroc(known, unknown),
        "accepted_at_95": float((unknown >= bar).double().mean()),
        "kept": float(accepted[truth >= 0].double().mean()),
        "accepted": float(accepted[truth < 0].double().mean()),
    }


def measure(
    store: Store, terms: list[Term], bank: list[Tensor], half: Half, engine: Engine
) -> dict[str, dict[str, float]]:
    """Measure all ways on one task."""
    which = torch.tensor(half.exemplars)
    support = Support(
        tuple(terms),
        tuple(features[which] for features in bank),
        torch.tensor(half.labels),
        tuple(map(str, range(half.actions))),
        tuple(store.clips[clip].name for clip in half.exemplars),
        torch.arange(len(which)),
    )
    made = negatives_of([store.sequence(clip) for clip in half.exemplars], engine.layout)(support)
    asked = [features[torch.tensor(half.queries)] for features in bank]
    others = engine.background(terms)

    def judge(strategy: UnknownStrategy) -> Judge:
        return Judge.of(support, strategy, 0.5, lambda _: made, background=others)

    return {kind.name: figures(judge(kind()), asked, half) for kind in UNKNOWNS.every()[0]}


def main() -> None:
    """Read the words and print a line of JSON for each way and number of exemplars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--protocol", help="default: all classes of the store")
    parser.add_argument("--encoder", default="skelshot-base")
    parser.add_argument("--tasks", type=int, default=40)
    parser.add_argument("--shots", type=int, nargs="+", default=[1, 5])
    parsed = parser.parse_args()
    store = Store.open(parsed.store)
    engine = Engine(trained_named(parsed.encoder), MatchOptions(), parsed.encoder)
    tasks = {
        shots: list(halves(store, parsed.protocol, shots, parsed.tasks)) for shots in parsed.shots
    }
    used = sorted(
        {clip for of in tasks.values() for one in of for clip in (*one.exemplars, *one.queries)}
    )
    sequences = [store.sequence(clip) for clip in used]
    terms = engine.terms(sequences)
    read = [term.read(sequences) for term in terms]
    bank = [torch.zeros(len(store), *features.shape[1:]) for features in read]
    for whole, features in zip(bank, read, strict=True):
        whole[torch.tensor(used)] = features
    for shots, halved_tasks in tasks.items():
        found = [measure(store, terms, bank, half, engine) for half in halved_tasks]
        for each in found:
            usual = each[UNKNOWNS.names[0]]["auroc"]
            for told in each.values():
                told["above_default"] = told["auroc"] - usual
        for name in found[0]:
            line: dict[str, object] = {"shots": shots, "unknown": name, "tasks": len(found)}
            for figure in found[0][name]:
                mean = mean_interval([each[name][figure] for each in found])
                line[figure] = [round(mean.mean, 3), round(mean.low, 3), round(mean.high, 3)]
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
