"""The packaged encoder without any training, beside raw matching and DTW, on the same tasks.

A task is drawn by the names of classes and clips; ways of comparing are those of the recogniser,
whole and term by term, the nearest neighbour on positions, and DTW of tslearn (Euclidean distance
of the same normalised positions, as `raw-dtw` takes them; pip install tslearn). A line a way,
number of classes and number of exemplars: accuracy with a t interval over the tasks, which share
clips.

    python benchmarks/ready_made.py STORE --ways 5 10 --shots 1 3 5 --tasks 40
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from skelshot.datasets.protocols import ClassSplitProtocol
from skelshot.datasets.protocols.tasks import Task
from skelshot.datasets.store import Store
from skelshot.evaluation.metrics import mean_interval
from skelshot.ground.seeding import shuffled_by_hash
from skelshot.recognition.engine import Engine
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.support import Support
from skelshot.recognition.term import Term
from skelshot.recognition.trained import trained_named

try:
    from tslearn.metrics import cdist_dtw
except ImportError as error:
    raise SystemExit("ready_made.py compares with DTW of tslearn: pip install tslearn") from error

QUERIES = 8
"""Queries a class; what is drawn beyond is left out."""


class Bank:
    """What every way of comparing reads of a store's clips, each clip once."""

    def __init__(self, store: Store, used: list[int], encoder: str) -> None:
        sequences = [store.sequence(clip) for clip in used]
        engine = Engine(trained_named(encoder), MatchOptions(), encoder)
        nearest = Engine(engine.trained, MatchOptions(raw="raw-nearest"), encoder)
        self.terms = tuple(engine.terms(sequences))
        self.nearest = nearest.terms(sequences)[-1]
        self._row = {clip: row for row, clip in enumerate(used)}
        self._read = {term: term.read(sequences) for term in (*self.terms, self.nearest)}

    def read(self, term: Term, clips: list[int]) -> Tensor:
        """Return what a term reads of some clips."""
        return self._read[term][torch.tensor([self._row[clip] for clip in clips])]

    def support(self, task: Task, terms: tuple[Term, ...]) -> Support:
        """Enrol the exemplars of a task."""
        clips = [int(clip) for row in task.support for clip in row]
        labels = [label for label, row in enumerate(task.support) for _ in row]
        return Support(
            terms,
            tuple(self.read(term, clips) for term in terms),
            torch.tensor(labels),
            tuple(map(str, task.classes)),
            tuple(map(str, clips)),
            torch.arange(len(clips)),
        )

    def by_support(self, task: Task, queries: list[int], *terms: Term) -> Tensor:
        """Classify as the recogniser does, by some of its terms."""
        support = self.support(task, terms)
        return support.evidence([self.read(term, queries) for term in terms]).best

    def by_tslearn(self, task: Task, queries: list[int]) -> Tensor:
        """Classify by the nearest exemplar of tslearn's DTW."""
        raw = self.terms[-1]
        support = self.support(task, (raw,))
        distances = cdist_dtw(_in_time(self.read(raw, queries)), _in_time(support.features[0]))
        return support.labels[torch.from_numpy(distances).argmin(1)]


def _in_time(clips: Tensor) -> object:
    """Turn clips (n, C, T, V, M) into series (n, T, features)."""
    return clips.permute(0, 2, 1, 3, 4).flatten(2).numpy()


def drawn(store: Store, ways: int, shots: int, count: int) -> list[Task]:
    """Draw tasks; where the classes are no more than the ways, exemplars alone are drawn."""
    every = ways == len(store.class_names)
    protocol = ClassSplitProtocol(
        name="ready-made",
        draws_as="ready-made",
        splits=1 if every else count,
        base=0,
        novel=ways,
        draws=count if every else 1,
    )
    splits = protocol.split_list(store)
    return [task for split in splits for task in protocol.tasks(store, split, shots)]


def queries_of(task: Task) -> tuple[list[int], Tensor]:
    """Choose a few queries of each class, of any people."""
    clips, truth = [], []
    pairs = list(zip(task.queries, task.targets, strict=True))
    for clip, row in shuffled_by_hash(pairs, f"ready-made {task.support}"):
        if row >= 0 and truth.count(int(row)) < QUERIES:
            clips.append(int(clip))
            truth.append(int(row))
    return clips, torch.tensor(truth)


def measure(bank: Bank, tasks: list[Task]) -> dict[str, list[float]]:
    """Return the accuracy of every way on every task."""
    encoder, raw = bank.terms
    ways: Mapping[str, Callable[[Task, list[int]], Tensor]] = {
        "recogniser": lambda task, asked: bank.by_support(task, asked, encoder, raw),
        "encoder": lambda task, asked: bank.by_support(task, asked, encoder),
        "raw-dtw": lambda task, asked: bank.by_support(task, asked, raw),
        "raw-nearest": lambda task, asked: bank.by_support(task, asked, bank.nearest),
        "tslearn DTW": bank.by_tslearn,
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    for task in tasks:
        asked, truth = queries_of(task)
        for name, way in ways.items():
            found[name].append(float((way(task, asked) == truth).double().mean()))
    return found


def main() -> None:
    """Read the words and print a line of JSON for each way of comparing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--ways", type=int, nargs="+", default=[5, 10])
    parser.add_argument("--shots", type=int, nargs="+", default=[1, 3, 5])
    parser.add_argument("--tasks", type=int, default=40)
    parser.add_argument("--encoder", default="skelshot-base")
    parsed = parser.parse_args()
    store = Store.open(parsed.store)
    tasks = {
        (ways, shots): drawn(store, ways, shots, parsed.tasks)
        for ways in parsed.ways
        for shots in parsed.shots
    }
    every = [task for of in tasks.values() for task in of]
    exemplars = {int(clip) for task in every for row in task.support for clip in row}
    used = sorted(exemplars.union(*(queries_of(task)[0] for task in every)))
    bank = Bank(store, used, parsed.encoder)
    for (ways, shots), of in tasks.items():
        began = time.perf_counter()
        for name, values in measure(bank, of).items():
            told = mean_interval(values)
            mean = [round(value, 3) for value in (told.mean, told.low, told.high)]
            line = {"ways": ways, "shots": shots, "by": name, "tasks": len(values), "mean": mean}
            print(json.dumps(line), flush=True)
        print(f"{time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
