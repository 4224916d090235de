"""Ten exercises enrolled from a few clips of one person, recognised on everybody else's.

Every person of the store enrols in turn, with the first repetitions of each exercise done
correctly; a line is the mean over the people who enrol, with a t interval over them. `exercise` is
the accuracy among the ten on the others' correct clips. `by encoder` and `by raw-dtw` tell correct
from incorrect clips of an exercise, by how near each is to its correct exemplars: AUROC on `others`
and on the `same` person's other clips. `both shown` is the accuracy between correct and incorrect
where as many incorrect clips were enrolled under a name of their own.

    skelshot prepare ui-prmd ui-prmd-kinect.tar --out ui-prmd.store
    python benchmarks/exercises.py ui-prmd.store --shots 1 3 --people 7 8 9 10

The packaged encoder was trained on the same exercises, done by the people 1 to 6.
"""

import argparse
import json
from pathlib import Path

import torch
from torch import Tensor

from skelshot.datasets.store import Store
from skelshot.evaluation.metrics import mean_interval
from skelshot.recognition.engine import Engine
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.support import Support
from skelshot.recognition.trained import trained_named

Figures = dict[str, float]


class Exercises:
    """All clips of some people, as the terms of a recogniser read them."""

    def __init__(self, store: Store, engine: Engine, people: set[int]) -> None:
        clips = [place for place, clip in enumerate(store.clips) if clip.subject in people]
        wrong = set(store.splits["incorrect"])
        self.sequences = [store.sequence(place) for place in clips]
        self.terms = tuple(engine.terms(self.sequences))
        self.features = tuple(term.read(self.sequences) for term in self.terms)
        self.names = [store.clips[place].name for place in clips]
        self.exercise = torch.from_numpy(store.labels[clips])
        self.person = torch.tensor([store.clips[place].subject for place in clips])
        self.repetition = torch.tensor([store.clips[place].replication for place in clips])
        self.correct = torch.tensor([name not in wrong for name in self.names])
        self.actions = store.class_names

    def support(self, chosen: Tensor, labels: Tensor, actions: tuple[str, ...]) -> Support:
        """Enrol clips."""
        return Support(
            self.terms,
            tuple(feature[chosen] for feature in self.features),
            labels,
            actions,
            tuple(self.names[place] for place in chosen.tolist()),
            torch.arange(len(chosen)),
        )

    def enrolled_by(self, person: int, shots: int) -> Figures:
        """Let a person enrol, and everybody be recognised."""
        own, first = self.person == person, self.repetition <= shots
        shown = (own & first & self.correct).nonzero()[:, 0]
        support = self.support(shown, self.exercise[shown], self.actions)
        others = (~own).nonzero()[:, 0]
        found = {f"exercise, {name}": value for name, value in self._named(support, others)}
        parts: dict[str, list[float]] = {}
        for number in range(len(self.actions)):
            for who, chosen in (("others", ~own), ("same", own & ~first)):
                asked = (chosen & (self.exercise == number)).nonzero()[:, 0]
                told = self._told_apart(own & first & (self.exercise == number), asked)
                for name, value in told:
                    parts.setdefault(f"correct, {name}, {who}", []).append(value)
        return found | {name: sum(values) / len(values) for name, values in parts.items()}

    def _named(self, support: Support, others: Tensor) -> list[tuple[str, float]]:
        asked = others[self.correct[others]]
        evidence = support.evidence([feature[asked] for feature in self.features])
        truth = self.exercise[asked]
        each = [(term.name, evidence.terms[row].argmax(-1)) for row, term in enumerate(self.terms)]
        return [
            (name, float((best == truth).double().mean()))
            for name, best in [("recogniser", evidence.best), *each]
        ]

    def _told_apart(self, shown: Tensor, asked: Tensor) -> list[tuple[str, float]]:
        """Tell correct from incorrect clips of one exercise."""
        chosen = shown.nonzero()[:, 0]
        labels = (~self.correct[chosen]).long()
        support = self.support(chosen, labels, ("correct", "incorrect"))
        evidence = support.evidence([feature[asked] for feature in self.features])
        truth = self.correct[asked]
        near = evidence.terms[:, :, 0]
        found = [
            (f"by {term.name}", auroc(near[row][truth], near[row][~truth]))
            for row, term in enumerate(self.terms)
        ]
        right = (evidence.best == 0) == truth
        return [*found, ("both shown", float(right.double().mean()))]


def auroc(right: Tensor, wrong: Tensor) -> float:
    """The chance that a correct clip is nearer than an incorrect one; ties count half."""
    higher, equal = right[:, None] > wrong[None], right[:, None] == wrong[None]
    return float((higher.double() + equal.double() / 2).mean())


def main() -> None:
    """Read the words and print a line of JSON for each figure and number of exemplars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path, help="UI-PRMD as skelshot prepare made it")
    parser.add_argument("--people", type=int, nargs="+", default=list(range(1, 11)))
    parser.add_argument("--shots", type=int, nargs="+", default=[3])
    parser.add_argument("--encoder", default="skelshot-base")
    parsed = parser.parse_args()
    engine = Engine(trained_named(parsed.encoder), MatchOptions(), parsed.encoder)
    exercises = Exercises(Store.open(parsed.store), engine, set(parsed.people))
    for shots in parsed.shots:
        found = [exercises.enrolled_by(person, shots) for person in parsed.people]
        for name in found[0]:
            told = mean_interval([each[name] for each in found])
            mean = [round(value, 3) for value in (told.mean, told.low, told.high)]
            line = {"shots": shots, "people": len(found), "figure": name, "mean": mean}
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
