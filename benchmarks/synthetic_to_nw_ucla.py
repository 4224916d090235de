"""How far an encoder gets on real clips that has seen nothing but the synthetic NTU.

    python benchmarks/synthetic_to_nw_ucla.py --synthetic STORE --nw-ucla STORE --out runs/synthetic

Two rows: trained on all 120 classes (some of them are NW-UCLA's own actions under another name, so
this is not few-shot in the strict sense), and without those twins. The encoder, the input and
the evaluation are those of the `cpu` preset, as in the NW-UCLA table of docs/results.md. Killed
at any moment, the same command goes on.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor

from skelshot.datasets import Split, Store
from skelshot.datasets.prepare import prepare
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store.reader import StoreReader
from skelshot.encoders import Encoder, build_encoder
from skelshot.evaluation import EvaluateOptions, encode_clips
from skelshot.evaluation.evaluate import evaluate
from skelshot.experiments.result_archive import append_results
from skelshot.experiments.settings import Settings, load_settings
from skelshot.fewshot import CosineClassifier
from skelshot.ground.environment import environment
from skelshot.ground.files import write_json
from skelshot.pretraining import BaseSet, StageData
from skelshot.pretraining.loop import FABRIC_PRECISION, run_stage
from skelshot.pretraining.supervised import SupervisedOptions, SupervisedStage
from skelshot.runs.folder import RunFolder

TWINS = (5, 6, 7, 8, 9, 14, 15, 59, 60, 92, 114, 116)
"""NTU's action numbers that are NW-UCLA's actions: drop, pick up, throw, sit, stand, ..."""


def main() -> None:
    """Train and test both rows, several seeds each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--synthetic", type=Path, required=True, help="store of synthetic clips")
    parser.add_argument("--nw-ucla", type=Path, required=True, help="store of NW-UCLA")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--rows", nargs="+", default=["all classes", "without twins"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("runs/synthetic"))
    parser.add_argument("--archive", type=Path, help="a .jsonl.gz that the results are added to")
    parsed = parser.parse_args()
    torch.set_num_threads(parsed.threads)
    mapped = parsed.out / "kinect-v1-store"
    prepare(StoreReader("kinect-v1"), parsed.synthetic, mapped)
    synthetic, real = Store.open(mapped), Store.open(parsed.nw_ucla)
    for name in parsed.rows:
        for seed in parsed.seeds:
            row = _row(name, seed, parsed.epochs, synthetic, real, parsed.out)
            if parsed.archive:
                name_of_row = f"{name.replace(' ', '-')}-seed{seed}"
                append_results(parsed.archive, {name_of_row: row})
            print(json.dumps({key: row[key] for key in ("row", "seed", "accuracy", "seconds")}))


def _row(
    name: str, seed: int, epochs: int, synthetic: Store, real: Store, out: Path
) -> dict[str, Any]:
    """Train one encoder on synthetic clips and evaluate it on all splits of NW-UCLA."""
    settings = load_settings(
        "cpu",
        layout=synthetic.layout,
        changes={
            "pretrain.strategy.epochs": epochs,
            "pretrain.strategy.time_reversed": False,
            "pretrain.seed": seed,
        },
    )
    there = sorted(set(synthetic.labels.tolist()))
    twins = {number - 1 for number in TWINS} if name == "without twins" else set()
    base = BaseSet.of(synthetic, Split(0, tuple(c for c in there if c not in twins), ()))
    encoder = build_encoder(settings.pretrain.encoder_spec, seed=seed)
    folder = RunFolder(out / f"{name.replace(' ', '-')}-seed{seed}")
    seconds = _train(encoder, base, settings, folder)
    result = {
        "row": name,
        "seed": seed,
        "classes": len(base.split.base),
        "train_clips": len(base.indices),
        "seconds": round(seconds, 1),
        "accuracy": _accuracy(encoder, real, settings),
        "data_hash": real.data_hash,
        "trained_on": synthetic.data_hash,
        "splits": [split.index for split in protocol_named("nw-ucla").split_list(real)],
        "config": settings.model_dump(mode="json"),
        "environment": environment(),
    }
    write_json(folder.result_file, result)
    return result


def _train(encoder: Encoder, base: BaseSet, settings: Settings, folder: RunFolder) -> float:
    options = settings.pretrain
    torch.manual_seed(options.seed)
    assert isinstance(options.strategy, SupervisedOptions)
    data = StageData(base, options.input, options.augmentation, options.seed)
    stage = SupervisedStage(encoder, options.strategy, data)
    fabric = Fabric(
        accelerator="cpu", devices=1, precision=FABRIC_PRECISION[options.loop.precision]
    )
    return run_stage(stage, folder, fabric, options.loop)


def _accuracy(encoder: Encoder, real: Store, settings: Settings) -> dict[str, Any]:
    """Evaluate the frozen encoder as the NW-UCLA table does."""
    options: EvaluateOptions = settings.evaluate
    protocol = protocol_named("nw-ucla")
    splits = protocol.split_list(real)
    every = encode_clips(encoder, real, settings.pretrain.input, range(len(real)), options)

    def features(split: Split, indices: Sequence[int]) -> Tensor:
        del split
        return every[list(indices)]

    results = evaluate(real, protocol, splits, CosineClassifier(), [1, 5], features)
    return {
        str(result.shots): {
            "mean": result.interval.mean,
            "ci95": result.interval.ci95,
            "per_split": result.per_split,
            "per_class": result.per_class(real.class_names),
            "protocol_hash": result.protocol_hash,
        }
        for result in results
    }


if __name__ == "__main__":
    main()
