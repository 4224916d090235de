"""From a store to a pre-trained encoder, split by split."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from skelshot.datasets.protocols.clip_counts import ClipCounts
from skelshot.datasets.protocols.contract import FewShotProtocol
from skelshot.datasets.protocols.tasks import Split
from skelshot.datasets.sides import SidesDecision, decide_sides
from skelshot.datasets.store import Store
from skelshot.encoders import Encoder, build_encoder, save_encoder
from skelshot.fewshot import method_named
from skelshot.ground.environment import environment, peak_memory_mb
from skelshot.ground.locks import only_writer
from skelshot.ground.seeding import seed_for
from skelshot.pretraining.episodic import EpisodicStage
from skelshot.pretraining.loop import launch, run_stage
from skelshot.pretraining.options import PretrainOptions
from skelshot.pretraining.run_options import read_options
from skelshot.pretraining.stage import BaseSet, Stage, StageData
from skelshot.pretraining.starting_point import StartingPoint
from skelshot.pretraining.starting_points import starting_point
from skelshot.pretraining.strategies import STRATEGIES, reads_teacher
from skelshot.pretraining.trial import try_stages
from skelshot.runs.folder import RunFolder, split_folder
from skelshot.runs.met_classes import training_notes
from skelshot.runs.mirrored_clips import REMARK
from skelshot.runs.results import check_split, write_result
from skelshot.runs.stage_states import clear_states
from skelshot.skeletons.inputs import AskedSides
from skelshot.teachers import FeatureCache


@dataclass(frozen=True)
class PretrainReport:
    """Result of a call of `pretrain`.

    Args:
        run: The run's folder.
        encoder: Name of the encoder.
        splits: One result a split, as in its `result.json`.
        seconds: Wall time of this call.
        counts: How the clips fall out, where the protocol names its exemplars.
    """

    run: Path
    encoder: str
    splits: list[dict[str, Any]]
    seconds: float
    counts: ClipCounts | None = None


def pretrain(
    store: Store,
    protocol: FewShotProtocol,
    splits: Sequence[Split],
    options: PretrainOptions,
    out: Path | str,
    teacher: FeatureCache | None = None,
    start: StartingPoint | None = None,
    sides: AskedSides = "auto",
    preset: Mapping[str, Any] | None = None,
) -> PretrainReport:
    """Pre-train one encoder a split; splits already done are kept.

    Everything that can be refused is refused before any training starts.

    Args:
        store: The clips.
        protocol: Its name goes into the results; it refuses a store that is not its own.
        splits: Which splits to train.
        options: All choices.
        out: The run's folder.
        teacher: Cached features, for the transfer.
        start: Trained encoders to begin from; random weights unless told.
        sides: Whether a clip and its mirror image are different actions; `auto` looks at the
            names of the classes and at the base clips of each split, see `decide_sides`.
        preset: For the results: the `name` of the preset, and what it says of `evaluate`.

    Returns:
        The report.

    Raises:
        SkelshotError: Options, clips or features do not fit, or `out` holds another run.
    """
    began, out = time.perf_counter(), Path(out)
    counts = protocol.counts(store)
    fabric = launch(options.loop)
    job = _Job(store, protocol, options, teacher, start, fabric, preset)
    works = [_Work.of(job, split, sides) for split in splits]
    for work in works:
        encoder, stages = build_stages(store, work.split, work.options, teacher)
        if start is not None:
            start.load(encoder, work.split.index, work.options.input)
        try_stages(stages)
        _config(job, work)
    with ExitStack() as held:
        folders = [split_folder(out, work.split.index) for work in works]
        for folder in folders if fabric.is_global_zero else ():
            held.enter_context(only_writer(folder, "pretrain"))
        results = [
            _pretrain_split(job, work, at, f"split {work.split.index} ({number} of {len(works)})")
            for number, (work, at) in enumerate(zip(works, folders, strict=True), start=1)
        ]
    seconds = round(time.perf_counter() - began, 3)
    return PretrainReport(out, options.encoder.name, results, seconds, counts)


def build_stages(
    store: Store, split: Split, options: PretrainOptions, teacher: FeatureCache | None
) -> tuple[Encoder, list[Stage]]:
    """Make the encoder of a split and the stages that train it, in order.

    Args:
        store: The clips.
        split: Names the base classes.
        options: All choices.
        teacher: Cached features, for the transfer.

    Returns:
        The encoder with fresh weights, and its stages.

    Raises:
        SkelshotError: Options, clips or features do not fit.
    """
    seed = options.seed
    encoder = build_encoder(options.encoder_spec, seed=seed_for(seed, "encoder"))
    base = BaseSet.of(store, split, options.repeats)
    data = StageData(base, options.input, options.augmentation, seed, teacher)
    stages: list[Stage] = []
    with torch.random.fork_rng():
        torch.manual_seed(seed_for(seed, "heads"))
        if options.strategy is not None:
            strategy = STRATEGIES.named(options.strategy_name)
            with STRATEGIES.telling(strategy.name):
                stages.append(strategy(encoder, options.strategy, data))
        if options.episodes != "none":
            kind = method_named(options.episodes, "episodes")
            method = kind.from_options(options.episodic.method_options)
            if options.input.sides == "matter":
                method = method.without_mirror()
            stages.append(EpisodicStage(encoder, options.episodic, data, method))
    return encoder, stages


@dataclass(frozen=True, eq=False)
class _Job:
    """Arguments of a call of `pretrain`, which all its splits share."""

    store: Store
    protocol: FewShotProtocol
    options: PretrainOptions
    teacher: FeatureCache | None
    start: StartingPoint | None
    fabric: Fabric
    preset: Mapping[str, Any] | None


@dataclass(frozen=True, eq=False)
class _Work:
    """One split, with the options that hold for it once its sides are decided.

    Args:
        split: The split.
        options: The options for it.
        sides: The decision.
        mirrored_before: Whether an encoder that it begins or learns from has seen mirrored clips.
    """

    split: Split
    options: PretrainOptions
    sides: SidesDecision
    mirrored_before: bool

    @classmethod
    def of(cls, job: _Job, split: Split, asked: AskedSides) -> "_Work":
        base = BaseSet.of(job.store, split, job.options.repeats)
        clips = {
            label: base.indices[base.rows == row].tolist() for row, label in enumerate(split.base)
        }
        inputs = job.options.input
        if asked == "auto" and "sides" in inputs.model_fields_set:  # said by --set or a preset
            asked = inputs.sides
        every = range(len(job.store.class_names))
        decision = decide_sides(job.store, asked, every, clips)
        read = _begins_from(job, job.options)
        mirrored = any(point.saw_mirrored_clips(split.index) for point in read)
        if decision.sides == "matter" and mirrored:
            decision = replace(decision, remark=REMARK)
        return cls(split, job.options.with_sides(decision.sides), decision, mirrored)


def _config(job: _Job, work: _Work) -> dict[str, Any]:
    """Gather what decides a split's numbers; what it begins from has seen no novel clip."""
    store, split, options, teacher = job.store, work.split, work.options, job.teacher
    config = {
        "protocol": job.protocol.name,
        "draws_as": job.protocol.draws_as,
        "split": split.index,
        "base": [store.class_names[label] for label in split.base],
        "novel": [store.class_names[label] for label in split.novel],
        "data_hash": store.data_hash,
        "teacher": teacher.identity if teacher and reads_teacher(options.strategy_name) else None,
        "options": options.model_dump(mode="json"),
    }
    if job.start is not None:
        config["start"] = job.start.record(split.index, config)
    if learns_from := _learns_from(options):
        config["learns_from"] = [point.record(split.index, config) for point in learns_from]
    return config


def _learns_from(options: PretrainOptions) -> list[StartingPoint]:
    """Find the trained encoders that the strategy reads."""
    words = options.strategy.learns_from if options.strategy else ()
    return [starting_point(word, "strategy.encoders") for word in words]


def _begins_from(job: _Job, options: PretrainOptions) -> list[StartingPoint]:
    """Gather all trained encoders that a run begins or learns from."""
    return [*filter(None, [job.start]), *_learns_from(options)]


def _pretrain_split(job: _Job, work: _Work, path: Path, place: str) -> dict[str, Any]:
    """Train one split to the end, or return the result it already has."""
    store, split, options, fabric = job.store, work.split, work.options, job.fabric
    folder = RunFolder(path)
    config = _config(job, work)
    folder.settle_config(config, lambda: read_options(path).model_dump(mode="json"))
    if folder.result_file.exists():
        result = check_split(path, config, split.index)
        if fabric.is_global_zero:
            clear_states(folder.checkpoints)  # a kill may have come between
        return result
    encoder, stages = build_stages(store, split, options, job.teacher)
    if job.start is not None:
        job.start.load(encoder, split.index, options.input)
    seconds = {}
    for stage in stages:
        with STRATEGIES.telling(stage.name):
            spent = run_stage(stage, folder, fabric, options.loop, place)
            seconds[stage.name] = round(spent, 3)
    result = {
        "split": split.index,
        "base": config["base"],
        "novel": config["novel"],
        "clips": len(BaseSet.of(store, split).indices),
        "seed": options.seed,
        "data_hash": store.data_hash,
        "store": store.path.name,
        "preset": None if job.preset is None else dict(job.preset),
        "sides": work.sides.as_json(),
        "mirrored_before": work.mirrored_before,
        "remarks": [
            *filter(None, [point.remark for point in _begins_from(job, options)]),
            *filter(None, [stage.remark for stage in stages]),
        ],
        "encoder_unused_by": [stage.name for stage in stages if not stage.trains_encoder],
        "seconds": seconds,
        "threads": torch.get_num_threads(),
        "peak_memory_mb": peak_memory_mb(),
        "environment": environment(),
    }
    if fabric.is_global_zero:
        inputs = options.input.model_dump(mode="json")
        notes = training_notes(config, store.path.name)
        save_encoder(folder.encoder_file, encoder.cpu(), inputs=inputs, extra=notes)
        for stage in stages:
            stage.save(folder.checkpoints)
        result = write_result(path, result)
        clear_states(folder.checkpoints)
    fabric.barrier()
    return result
