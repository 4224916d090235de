"""From a store to a pre-trained encoder, split by split."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from skelshot.datasets.clip_counts import ClipCounts
from skelshot.datasets.protocol_contract import FewShotProtocol
from skelshot.datasets.store import Store
from skelshot.datasets.tasks import Split
from skelshot.encoders import Encoder, build_encoder, save_encoder
from skelshot.fewshot import method_named
from skelshot.fewshot.weights import save_method
from skelshot.ground import SkelshotError
from skelshot.ground.environment import environment, peak_memory_mb
from skelshot.ground.files import read_json
from skelshot.ground.seeding import seed_for
from skelshot.pretraining.episodic import EpisodicStage
from skelshot.pretraining.loop import run_stage
from skelshot.pretraining.options import PretrainOptions
from skelshot.pretraining.runs import RunFolder
from skelshot.pretraining.stage import BaseSet, Stage
from skelshot.pretraining.supervised import SupervisedStage
from skelshot.pretraining.transfer import TransferStage
from skelshot.teachers import FeatureCache


@dataclass(frozen=True)
class PretrainReport:
    """What a call of `pretrain` did.

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


def split_folder(run: Path, split: int) -> Path:
    """Name the folder of a split within a run.

    Args:
        run: The run's folder.
        split: The split's number.

    Returns:
        For example `RUN/split-03`.
    """
    return run / f"split-{split:02d}"


def pretrain(
    store: Store,
    protocol: FewShotProtocol,
    splits: Sequence[Split],
    options: PretrainOptions,
    out: Path,
    teacher: FeatureCache | None = None,
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

    Returns:
        The report.

    Raises:
        SkelshotError: Options, clips or features do not fit, or `out` holds another run.
    """
    began = time.perf_counter()
    counts = protocol.counts(store)
    fabric = Fabric(accelerator="auto", devices="auto", precision=options.loop.precision)
    if fabric.world_size > 1:
        fabric.launch()
    for split in splits:
        build_stages(store, split, options, teacher)
    results = [
        _pretrain_split(
            store, protocol, split, options, split_folder(out, split.index), teacher, fabric
        )
        for split in splits
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
    base = BaseSet.of(store, split)
    stages: list[Stage] = []
    with torch.random.fork_rng():
        torch.manual_seed(seed_for(seed, "heads"))
        if options.strategy == "supervised":
            stages.append(SupervisedStage(encoder, base, options.supervised, seed))
        elif options.strategy == "transfer":
            if teacher is None:
                raise SkelshotError(
                    "strategy transfer: needs --features; make them with "
                    "`skelshot teach STORE --teacher minilm --out FEATURES`"
                )
            stages.append(TransferStage(encoder, base, options.transfer, teacher, seed))
        if options.episodes != "none":
            method = method_named(options.episodes).from_options(options.episodic.classifier)
            stages.append(EpisodicStage(encoder, base, method, options.episodic, seed))
    return encoder, stages


def _pretrain_split(
    store: Store,
    protocol: FewShotProtocol,
    split: Split,
    options: PretrainOptions,
    path: Path,
    teacher: FeatureCache | None,
    fabric: Fabric,
) -> dict[str, Any]:
    """Train one split to the end, or return the result it already has."""
    folder = RunFolder(path)
    config = {
        "protocol": protocol.name,
        "draws_as": protocol.draws_as,
        "split": split.index,
        "base": [store.class_names[label] for label in split.base],
        "novel": [store.class_names[label] for label in split.novel],
        "data_hash": store.data_hash,
        "teacher": teacher.identity if teacher and options.strategy == "transfer" else None,
        "options": options.model_dump(mode="json"),
    }
    folder.settle_config(config)
    if folder.result_file.exists() and folder.encoder_file.exists():
        result: dict[str, Any] = read_json(folder.result_file)
        return result
    encoder, stages = build_stages(store, split, options, teacher)
    seconds = {
        stage.name: round(
            run_stage(stage, folder, fabric, options.input, options.augmentation, options.loop), 3
        )
        for stage in stages
    }
    result = {
        "split": split.index,
        "base": config["base"],
        "novel": config["novel"],
        "clips": len(BaseSet.of(store, split).indices),
        "seed": options.seed,
        "data_hash": store.data_hash,
        "seconds": seconds,
        "threads": torch.get_num_threads(),
        "peak_memory_mb": peak_memory_mb(),
        "environment": environment(),
    }
    if fabric.is_global_zero:
        inputs = options.input.model_dump(mode="json")
        save_encoder(folder.encoder_file, encoder.cpu(), inputs=inputs)
        for stage in stages:
            if isinstance(stage, EpisodicStage) and stage.method.has_weights:
                save_method(folder.method_file, stage.method, stage.method_shape)
        folder.write_result(result)
        folder.clear_stages()
    fabric.barrier()
    return result
