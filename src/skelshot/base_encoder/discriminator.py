"""The residual discriminator, learnt on tasks of the trained clips with classes held out of each.

Classes and people are the encoder's own, on which residuals are shorter than on new ones. So
nothing is learnt but how much each kind of residual counts, all in units of the task's own unknown
clips.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from skelshot.datasets.store import Store
from skelshot.ground.seeding import rng_for
from skelshot.recognition.engine import Engine
from skelshot.recognition.judge import reference_of
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.other_movements import read_movements
from skelshot.recognition.support import Support
from skelshot.recognition.trained import trained_named
from skelshot.recognition.unknown.residual import Residual, residual_unit
from skelshot.recognition.unknown.residual_weights import FILE, SHAPE, write_weights

MOST_CLASSES = 40
"""Classes of a set that are drawn from."""

MOST_PEOPLE = 8
"""Clips of a class, each of another person."""

WAYS, SHOTS, TASKS, QUERIES = (3, 5, 10), (1, 3, 5), 10, 8
"""Known classes and exemplars of the tasks, tasks of each kind and set, and queries a class."""

PAIRS = 40
"""Pairs of a known and an unknown query of a task."""

FARTHEST = 10.0
"""Spreads beyond which a residual counts no more: few unknown clips may have next to no spread."""

RIDGE = 1e-3
"""Of the weights: on clips that the encoder knows they would grow without end."""


@dataclass(frozen=True)
class OpenTask:
    """A task: the first classes are enrolled, queries of the others are of no action.

    Args:
        exemplars: Places of the clips that are enrolled.
        labels: The action of each.
        known: Places of queries of these actions.
        unknown: Places of queries of none.
    """

    exemplars: list[int]
    labels: list[int]
    known: list[int]
    unknown: list[int]


def write_discriminator(
    trained: Store, encoder: Path, movements: Path, out: Path, seed: int
) -> Path:
    """Learn the discriminator of a base encoder, and write it.

    Args:
        trained: The clips of all sets that were trained on.
        encoder: The encoder's file.
        movements: The background's file.
        out: The folder.
        seed: Of the draws.

    Returns:
        The file.

    Raises:
        SkelshotError: It cannot be written.
    """
    clips = list(_clips(trained, seed))
    sequences = [trained.sequence(clip) for clip in clips]
    engine = Engine(trained_named(encoder), MatchOptions(), encoder.name)
    terms = engine.terms(sequences)
    bank = [term.read(sequences) for term in terms]
    others = read_movements(movements).sequences
    background = [term.read(others) for term in terms]
    names = [trained.class_names[trained.clips[clip].label] for clip in clips]
    pairs = [torch.zeros(0, *SHAPE)]
    for number, task in enumerate(tasks_of(names, seed)):
        support = Support(
            tuple(terms),
            tuple(features[task.exemplars] for features in bank),
            torch.tensor(task.labels),
            tuple(map(str, range(max(task.labels) + 1))),
            tuple(map(str, task.exemplars)),
            torch.arange(len(task.exemplars)),
        ).against(background)
        pairs.append(_pairs(support, bank, task, seed, number))
    sets = ", ".join(dict.fromkeys(name.partition("/")[0] for name in names))
    write_weights(out / FILE, ranking_line(torch.cat(pairs)), sets)
    return out / FILE


def _clips(store: Store, seed: int) -> Iterator[int]:
    """Choose clips of evenly many classes of each set, one of each of several people."""
    by_set: dict[str, dict[int, dict[int, list[int]]]] = {}
    for place, clip in enumerate(store.clips):
        name = store.class_names[clip.label].partition("/")[0]
        people = by_set.setdefault(name, {}).setdefault(clip.label, {})
        people.setdefault(clip.subject or 0, []).append(place)
    for classes in by_set.values():
        labels = sorted(classes)[:: -(-len(classes) // MOST_CLASSES)]
        for label in labels:
            for person in sorted(classes[label])[:MOST_PEOPLE]:
                yield int(rng_for(seed, "clip", label, person).choice(classes[label][person]))


def tasks_of(names: Sequence[str], seed: int) -> Iterator[OpenTask]:
    """Draw tasks, each of one set.

    Args:
        names: The class of each clip, which begins with its set.
        seed: Of the draws.

    Yields:
        `TASKS` tasks of each set, number of ways and of shots, where there are enough clips.
    """
    by_set: dict[str, dict[str, list[int]]] = {}
    for place, name in enumerate(names):
        by_set.setdefault(name.partition("/")[0], {}).setdefault(name, []).append(place)
    kinds = [(ways, shots) for ways in WAYS for shots in SHOTS]
    for title, every in by_set.items():
        for ways, shots in kinds:
            classes = [clips for clips in every.values() if len(clips) > shots]
            known = min(ways, (len(classes) + 1) // 2)
            if known < 2 or known == len(classes):
                continue
            for turn in range(TASKS):
                rng = rng_for(seed, "task", title, ways, shots, turn)
                order = [
                    rng.permutation(classes[at]).tolist()
                    for at in rng.permutation(len(classes))[: 2 * known]
                ]
                yield _task(order, known, shots)


def _task(classes: Sequence[list[int]], known: int, shots: int) -> OpenTask:
    rest = [clips[shots:][:QUERIES] for clips in classes]
    return OpenTask(
        [clip for clips in classes[:known] for clip in clips[:shots]],
        [label for label in range(known) for _ in range(shots)],
        [clip for clips in rest[:known] for clip in clips],
        [clip for clips in rest[known:] for clip in clips],
    )


def _pairs(
    support: Support, bank: Sequence[Tensor], task: OpenTask, seed: int, number: int
) -> Tensor:
    """Measure how much shorter residuals of known queries are than of unknown ones, (P, 2, S)."""
    unit = residual_unit(reference_of(support, Residual(), lambda _: []))
    known, unknown = (
        unit(support.evidence([features[clips] for features in bank]))
        .clamp(-FARTHEST, FARTHEST)
        .permute(2, 0, 1)
        for clips in (task.known, task.unknown)
    )
    rng = rng_for(seed, "pairs", number)
    drawn = [torch.from_numpy(rng.integers(len(of), size=PAIRS)) for of in (known, unknown)]
    return known[drawn[0]] - unknown[drawn[1]]


def ranking_line(pairs: Tensor) -> Tensor:
    """Learn the weights that rank the known query of a pair above the unknown one.

    Args:
        pairs: How much shorter the residuals of the known one are, (P, 2, S).

    Returns:
        A weight a residual, (2, S); all count alike where there is nothing to learn from.
    """
    if not len(pairs):
        return torch.ones(SHAPE)
    spread = pairs.square().mean(0).sqrt()
    spread = spread.where(spread > 0, torch.ones(SHAPE))
    weights = torch.zeros(SHAPE, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        ahead = (pairs / spread * weights).sum((1, 2))
        wrong = torch.nn.functional.softplus(-ahead).mean()
        total = wrong + RIDGE * weights.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach() / spread
