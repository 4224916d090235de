"""Evaluation of a method on the encoders of a run, or of several as an ensemble."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import index
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from skelshot.datasets.class_counts import ClassCounts
from skelshot.datasets.protocols.contract import FewShotProtocol
from skelshot.datasets.protocols.tasks import Split, Task
from skelshot.datasets.sides import SidesDecision
from skelshot.datasets.store import Store
from skelshot.evaluation.answers import Answers, ShotResult, judge
from skelshot.evaluation.chosen_weights import (
    CANDIDATES,
    ChosenWeight,
    Folds,
    check_beside,
    told,
)
from skelshot.evaluation.evaluate import chosen_shots, draw_tasks
from skelshot.evaluation.fusion import Fusion, fuse, member_fusion, member_weights
from skelshot.evaluation.member import Member, ReadyMember, check_alike, check_shapes
from skelshot.evaluation.query_rows import query_rows
from skelshot.evaluation.query_table import check_query_path, write_queries
from skelshot.evaluation.result_files import (
    check_replaceable,
    check_two_files,
    make_folder,
    result_file,
    settings_digest,
)
from skelshot.evaluation.results import accuracy_document, result_document
from skelshot.evaluation.task_sides import sides_of_all, sides_of_tasks
from skelshot.ground import SkelshotError
from skelshot.ground.devices import chosen_device
from skelshot.ground.files import write_json
from skelshot.ground.locks import only_writer
from skelshot.skeletons.inputs import AskedSides


def evaluate_members(
    store: Store,
    protocol: FewShotProtocol,
    members: Sequence[Member],
    shots: Sequence[int],
    *,
    wanted: Sequence[int] | None = None,
    encoder_split: int | None = None,
    weights: Sequence[float] | ChosenWeight | None = None,
    fusion: Fusion | None = None,
    sides: AskedSides = "auto",
    out: Path | None = None,
    queries: Path | None = None,
    device: str = "cpu",
) -> dict[str, Any]:
    """Evaluate a classifier, or several whose scores are added up, on all splits that there are.

    Args:
        store: The clips.
        protocol: Draws splits and tasks.
        members: The classifiers, at least one.
        shots: Numbers of exemplars a class.
        wanted: Numbers of the splits; all that the runs hold (or all there are) unless told.
        encoder_split: The split of the runs whose encoder serves all splits; each split its own
            where the runs are of this protocol, else the first one that is done.
        weights: Weights of the classifiers' scores; equal unless told. `ChosenWeight` chooses that
            of the one method that uses no run, task by task.
        fusion: How scores are added up; `softmax` unless told.
        sides: Whether a clip and its mirror image are different actions. `auto` says so where
            novel classes mirror each other by their names or by the exemplars' motion (see
            `decide_sides`), and for a run that was trained so. Then nothing is mirrored.
        out: Where the result goes, besides being returned; the first run's `results/` unless
            told, nowhere for weights of the package. A result of other settings is never
            overwritten.
        queries: Where a table of all queries goes, `.parquet` or `.csv`; none unless told.
        device: Where encoders and methods run, see `chosen_device`.

    Returns:
        The result document.

    Raises:
        SkelshotError: A run lacks a split or the method's weights, cannot serve these clips, or
            the classifiers are of unlike runs; or a file stands in the way.
    """
    if not members:
        raise SkelshotError("--run: found none, expected at least one")
    if queries is not None:
        check_query_path(queries)
        check_two_files(out, queries)
    where, asked = chosen_device(device), chosen_shots(shots)
    members = [replace(member, options=member.options.on(where)) for member in members]
    choice: ChosenWeight | None = None
    if isinstance(weights, ChosenWeight):
        check_beside([member.run is not None for member in members])
        choice, weights = weights, [1.0] * (len(members) - 1) + [weights.prior]
    chosen, how = member_weights(weights, len(members)), member_fusion(fusion, len(members))
    wanted = None if wanted is None else list(wanted)
    encoder_split = None if encoder_split is None else index(encoder_split)
    ready = _ready(members, store, protocol, wanted, encoder_split)
    splits = ready[0].splits
    tasks = draw_tasks(store, protocol, splits, asked)
    decisions = sides_of_tasks(store, tasks, ready, sides)
    job = _Job(
        store,
        protocol,
        splits,
        [
            member.with_sides(one.sides == "matter")
            for member, one in zip(ready, decisions, strict=True)
        ],
        tasks,
        chosen,
        choice,
        how,
        decisions,
        queries,
        where,
    )
    digest = settings_digest(job.settings())
    first = members[0].run
    if out is None and first is not None and first.keeps_results:
        out = result_file(first.path, protocol.name, members[0].method.name, digest)
    if out is None:
        return job.evaluated() | {"settings": digest, "file": None}
    check_replaceable(out, digest)
    make_folder(out)
    with only_writer(out, "evaluate"):
        document = job.evaluated() | {"settings": digest, "file": str(out)}
        write_json(out, document)
    return document


def _ready(
    members: Sequence[Member],
    store: Store,
    protocol: FewShotProtocol,
    wanted: Sequence[int] | None,
    encoder_split: int | None,
) -> list[ReadyMember]:
    """Find the encoders of all; methods without a run take the splits of the first classifier."""
    ready: list[ReadyMember] = []
    for member in members:
        splits, number = wanted, encoder_split
        if ready and member.run is None:
            splits, number = [split.index for split in ready[0].splits], None
        ready.append(ReadyMember.of(member, store, protocol, splits, number))
    check_alike(ready)
    return ready


@dataclass(frozen=True, eq=False)
class _Job:
    """An evaluation that can begin; the fields are those of `evaluate_members`, settled."""

    store: Store
    protocol: FewShotProtocol
    splits: Sequence[Split]
    members: Sequence[ReadyMember]
    tasks: Mapping[int, Sequence[Sequence[Task]]]
    weights: Sequence[float]
    choice: ChosenWeight | None
    fusion: Fusion
    decisions: Sequence[SidesDecision]
    queries: Path | None
    device: torch.device

    def settings(self) -> dict[str, Any]:
        """Gather what decides the numbers."""
        return {
            "protocol": repr(self.protocol),  # with its fields: its name may be that of another
            "data": self.store.data_hash,
            "splits": [split.index for split in self.splits],
            "shots": list(self.tasks),
            "sides": sides_of_all(self.decisions).sides,
            "weights": list(self.weights) + [str(CANDIDATES)] * (self.choice is not None),
            "fusion": self.fusion if len(self.members) > 1 else None,
            "members": [
                (
                    member.method.name,
                    member.config(),
                    member.encoders.fixed if member.encoders else None,
                    member.encoders.weights(self.splits) if member.encoders else None,
                )
                for member in self.members
            ],
        }

    def evaluated(self) -> dict[str, Any]:
        """Score all tasks with all members, and gather what came out in one document."""
        began = time.perf_counter()
        for member in self.members:
            check_shapes(member.method, self.tasks)
        counts = self.protocol.counts(self.store)
        parts: dict[str, float] = {}
        made_anew: list[str] = []
        each, weights = self._answers(parts, made_anew)
        fused = [
            fuse(answers, of_shots, self.fusion)
            for answers, of_shots in zip(zip(*each, strict=True), weights, strict=True)
        ]
        first, store = self.members[0], self.store
        document = result_document(
            method=first.method.name,
            protocol=self.protocol.name,
            splits=[split.index for split in self.splits],
            results=self._judged(fused),
            counts=counts,
            class_names=store.class_names,
            data_hash=store.data_hash,
            config=first.config(),
            seconds=time.perf_counter() - began,
            parts=parts,
            sides=sides_of_all(self.decisions).as_json(),
        ) | {
            "classes": ClassCounts.of(store).as_json(),
            "made_anew": made_anew,
            "preset": first.asked.preset,
            "adapted": list(first.asked.adapted),
            "mapped": first.mapped(),
            "sees_pictures": first.sees_pictures,
            "trained_on": _trained_on(first, self.splits),
            "evaluated_on": {
                "data": store.path.name,
                "data_hash": store.data_hash,
                "clips": len(store),
                "protocol": self.protocol.name,
            },
            "seen_classes": self._seen(),
            "queries": None if self.queries is None else str(self.queries),
            "members": self._member_documents(each, weights),
            "device": str(self.device),
        }
        if self.queries is not None:  # the last of all: a call that was stopped can be repeated
            write_queries(self.queries, query_rows(store, fused))
        return document

    def _answers(
        self, seconds: dict[str, float], made_anew: list[str]
    ) -> tuple[list[list[Answers]], list[list[float | Tensor]]]:
        """Score all tasks with all members, and give the weights of each number of shots."""
        if self.choice is None:
            each = [
                member.answer(self.tasks, seconds, made_anew, self.device)
                for member in self.members
            ]
            return each, [list(self.weights) for _ in self.tasks]
        folds = Folds(self.tasks)
        for member in self.members:
            folds.check(member.method)
        scored = [
            member.answer(folds.together, seconds, made_anew, self.device)
            for member in self.members
        ]
        weights = folds.weights(scored, self.weights, self.fusion, self.choice.prior)
        return [folds.asked(answers) for answers in scored], weights

    def _judged(self, answers: Sequence[Answers]) -> list[ShotResult]:
        return [judge(self.store, self.protocol, self.splits, of_shots) for of_shots in answers]

    def _seen(self) -> list[str]:
        """List novel classes whose names an encoder met in training."""
        runs = [member.encoders for member in self.members if member.encoders]
        return sorted({name for run in runs for name in run.seen(self.store, self.splits)})

    def _member_documents(
        self, each: Sequence[Sequence[Answers]], weights: Sequence[Sequence[float | Tensor]]
    ) -> list[dict[str, Any]]:
        """Tell what each classifier of an ensemble came to alone; nothing of a single one."""
        if len(self.members) == 1:
            return []
        return [
            {
                "method": member.method.name,
                "weight": weight,
                "weights_chosen": told(self.tasks, chosen),
                "fusion": self.fusion,
                "preset": member.asked.preset,
                "mapped": member.mapped(),
                "sees_pictures": member.sees_pictures,
                "trained_on": _trained_on(member, self.splits),
                "sides": decision.as_json(),
                "config": member.config(),
                "accuracy": accuracy_document(self._judged(answers), self.store.class_names),
            }
            for member, weight, chosen, decision, answers in zip(
                self.members,
                self.weights,
                zip(*weights, strict=True),
                self.decisions,
                each,
                strict=True,
            )
        ]


def _trained_on(member: ReadyMember, splits: Sequence[Split]) -> dict[str, Any] | None:
    return member.encoders.record(splits) if member.encoders else None
