"""Evaluate the encoders of a run, as `skelshot evaluate` does."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from skelshot.datasets.class_counts import ClassCounts
from skelshot.datasets.protocols.contract import FewShotProtocol
from skelshot.datasets.protocols.tasks import Split
from skelshot.datasets.sides import SidesDecision, decide_sides
from skelshot.datasets.store import Store
from skelshot.evaluation.each_split import evaluate_each_split
from skelshot.evaluation.evaluate import ShotResult, evaluate
from skelshot.evaluation.options import EvaluateOptions
from skelshot.evaluation.results import result_document
from skelshot.fewshot import FewShotMethod
from skelshot.fewshot.reading import check_turns
from skelshot.ground import SkelshotError
from skelshot.ground.files import write_json
from skelshot.ground.locks import only_writer
from skelshot.ground.regular import check_regular
from skelshot.pretraining.run_options import read_options
from skelshot.pretraining.text_encoders import text_encoder
from skelshot.runs.features import (
    RunFeatures,
    fitting_views,
    without_mirror,
)
from skelshot.runs.folder import split_folder
from skelshot.runs.mirrored_clips import REMARK, saw_mirrored_clips
from skelshot.runs.run import Run
from skelshot.skeletons.inputs import AskedSides


def evaluate_run(
    store: Store,
    protocol: FewShotProtocol,
    method: FewShotMethod,
    shots: Sequence[int],
    options: EvaluateOptions,
    run: Path | None,
    wanted: Sequence[int] | None = None,
    out: Path | None = None,
    sides: AskedSides = "auto",
    adapted: Sequence[str] = (),
) -> dict[str, Any]:
    """Evaluate a method on all splits that a run holds.

    Args:
        store: The clips.
        protocol: Draws splits and tasks.
        method: The few-shot method.
        shots: Numbers of exemplars a class.
        options: Read-out, views and batch size; of the views those that fit the method are used.
        run: The folder that `pretrain` made; None for methods that read clips.
        wanted: Numbers of the splits; all that the run holds (or all there are) unless told.
        out: Where the result goes, besides being returned; the run's `results/` unless told.
        sides: Whether a clip and its mirror image are different actions. `auto` says so where
            the run was trained so, or where novel classes mirror each other by their names or
            by the exemplars' motion; see `decide_sides`. Then nothing is mirrored.
        adapted: What of the settings was changed to fit the store, for the document.

    Returns:
        The result document.

    Raises:
        SkelshotError: The run lacks a split or the method's weights, is of other data, or a
            checkpoint does not fit its own configuration; or what reads class names is missing.
    """
    splits = _splits(store, protocol, run, wanted)
    if out is None and run is not None:
        out = run / "results" / f"{protocol.name}-{method.name}.json"
    told = {"adapted": list(adapted)}
    if out is None:
        return _evaluated(store, protocol, method, shots, options, run, splits, sides) | told
    check_regular(out)
    with only_writer(out, "evaluate"):
        document = _evaluated(store, protocol, method, shots, options, run, splits, sides) | told
        write_json(out, document)
    return document


def _evaluated(
    store: Store,
    protocol: FewShotProtocol,
    method: FewShotMethod,
    shots: Sequence[int],
    options: EvaluateOptions,
    run: Path | None,
    splits: list[Split],
    sides: AskedSides,
) -> dict[str, Any]:
    """Evaluate a method on some splits; the arguments are those of `evaluate_run`."""
    began = time.perf_counter()
    if method.reads == "clip" and not method.has_weights:
        run = None  # it reads nothing of a run
    for split in splits:
        if run is not None:
            _check_config(store, protocol, split, run)
    for split in splits:
        _check_shapes(method, split, shots)
    if run is None:
        _check_needs_no_run(method)
    decision = _decide_sides(store, protocol, splits, shots, run, sides)
    if decision.sides == "matter":
        method = method.without_mirror()
        options = without_mirror(options)
    options = fitting_views(options, method)
    check_turns(method, store.channels, f"classifiers.{method.name}")
    parts: dict[str, float] = {}
    counts = protocol.counts(store)
    results, method, source = _results(store, protocol, splits, method, shots, options, run, parts)
    return result_document(
        method=method.name,
        protocol=protocol.name,
        splits=[split.index for split in splits],
        results=results,
        counts=counts,
        class_names=store.class_names,
        data_hash=store.data_hash,
        config={
            "evaluate": options.model_dump(mode="json", exclude={"classifiers"}),
            "method": method.options.model_dump(mode="json"),
            "is_transductive": method.is_transductive,
            "uses_class_names": method.uses_class_names,
            "run": Run(run).split(splits[0].index).config if run else None,
        },
        seconds=time.perf_counter() - began,
        parts=parts,
        sides=decision.as_json(),
    ) | {"classes": ClassCounts.of(store).as_json(), "made_anew": source.made_anew}


def _results(
    store: Store,
    protocol: FewShotProtocol,
    splits: list[Split],
    method: FewShotMethod,
    shots: Sequence[int],
    options: EvaluateOptions,
    run: Path | None,
    parts: dict[str, float],
) -> tuple[list[ShotResult], FewShotMethod, RunFeatures]:
    """Return the results, the method as it was used and its features; fills `parts`."""
    if run is None or not method.has_weights:
        method.eval()
        method.meet_classes(store.class_names, store.layout, text_encoder)
        source = RunFeatures(store, method, options, run)
        return evaluate(store, protocol, splits, method, shots, source, parts), method, source
    methods = [Run(run).split(split.index).method(method, options.readout) for split in splits]
    for split, trained in zip(splits, methods, strict=True):
        _check_shapes(trained, split, shots)  # with weights it knows what they are for
        trained.meet_classes(store.class_names, store.layout, text_encoder)
    source = RunFeatures(store, methods[0], options, run)
    results = evaluate_each_split(store, protocol, splits, methods, shots, source, parts)
    return results, methods[0], source


def _check_shapes(method: FewShotMethod, split: Split, shots: Sequence[int]) -> None:
    """Refuse numbers of classes and exemplars that the method cannot take."""
    for count in shots:
        method.check_shape(len(split.novel), count)


def _decide_sides(
    store: Store,
    protocol: FewShotProtocol,
    splits: Sequence[Split],
    shots: Sequence[int],
    run: Path | None,
    asked: AskedSides,
) -> SidesDecision:
    """Decide whether sides matter in any of the splits; queries are not looked at."""
    decided = _first_that_matters(store, protocol, splits, shots, run, asked)
    if decided.sides == "ignore" or run is None:
        return decided
    mirrored = [str(split.index) for split in splits if saw_mirrored_clips(run, split.index)]
    remark = f"in split {', '.join(mirrored)} {REMARK}" if mirrored else None
    return replace(decided, remark=remark)


def _first_that_matters(
    store: Store,
    protocol: FewShotProtocol,
    splits: Sequence[Split],
    shots: Sequence[int],
    run: Path | None,
    asked: AskedSides,
) -> SidesDecision:
    """Return the decision of the first split in which sides matter, else of the first split."""
    if run is not None and asked == "auto":
        trained = (read_options(split_folder(run, split.index)) for split in splits)
        if any(options.input.sides == "matter" for options in trained):
            return SidesDecision("matter", "auto", "as in the run's training")
    decisions = []
    for split in splits:
        tasks = [task for count in shots for task in protocol.tasks(store, split, count)]
        exemplars = {
            label: sorted({int(index) for task in tasks for index in task.support[row]})
            for row, label in enumerate(split.novel)
        }
        decision = decide_sides(store, asked, split.novel, exemplars)
        if decision.sides == "matter":
            return decision
        decisions.append(decision)
        if decision.asked != "auto":
            break  # it was said, so the other splits would say the same
    return decisions[0]


def _check_needs_no_run(method: FewShotMethod) -> None:
    """Refuse a method that reads what only a run holds."""
    if method.has_weights:
        raise SkelshotError(
            f"method {method.name}: has weights of its own; give --run RUN, which "
            f"`skelshot pretrain --episodes {method.name}` makes"
        )
    if method.reads != "clip":
        raise SkelshotError(
            f"method {method.name}: reads an encoder's features; give --run RUN, which "
            "`skelshot pretrain` makes"
        )


def _splits(
    store: Store,
    protocol: FewShotProtocol,
    run: Path | None,
    wanted: Sequence[int] | None,
) -> list[Split]:
    """Choose the splits: those asked for, else all that the run holds, else all."""
    every = protocol.split_list(store)
    if wanted is not None:
        chosen = choose_splits(every, wanted)
    elif run is None:
        chosen = list(every)
    else:
        chosen = [s for s in every if Run(run).split(s.index).done]
    if not chosen:
        raise SkelshotError(
            f"{run}: holds no finished split; run `skelshot pretrain` with --out {run} first"
        )
    if run is not None:
        for split in chosen:
            if not Run(run).split(split.index).done:
                raise SkelshotError(
                    f"{run}: split {split.index} is not pre-trained; run `skelshot pretrain` "
                    f"with --split {split.index} --out {run}"
                )
    return chosen


def choose_splits(every: Sequence[Split], wanted: Sequence[int]) -> list[Split]:
    """Pick splits by number.

    Args:
        every: All splits of a protocol.
        wanted: Numbers.

    Returns:
        Those splits.

    Raises:
        SkelshotError: There is no split of such a number, or one is named twice.
    """
    for place, number in enumerate(wanted):
        if number in wanted[:place]:
            raise SkelshotError(f"--split: found {number} twice, expected each split once")
        if not 0 <= number < len(every):
            raise SkelshotError(
                f"--split {number}: the protocol has the splits 0 to {len(every) - 1}"
            )
    return [every[number] for number in wanted]


def _check_config(store: Store, protocol: FewShotProtocol, split: Split, run: Path) -> None:
    """Refuse a run that was trained on other data or other base classes."""
    trained = Run(run).split(split.index)
    folder, config = trained.folder, trained.config
    expected = {
        "data_hash": store.data_hash,
        "base": [store.class_names[label] for label in split.base],
        "novel": [store.class_names[label] for label in split.novel],
    }
    for key, value in expected.items():
        if config.get(key) != value:
            raise SkelshotError(
                f"{folder}: was pre-trained with {key} = "
                f"{json.dumps(config.get(key))}, protocol {protocol.name} on this store has "
                f"{json.dumps(value)}; evaluate with the store and protocol of the run"
            )
    trained.check()
