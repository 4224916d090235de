"""Many-shot sanity on NW-UCLA: all ten classes, trained on cameras 1 and 2, tested on camera 3.

    python benchmarks/many_shot.py STORE --encoder agcn --out runs/many-shot

The joint stream alone, as public joint-stream figures are given. The test camera is looked at
once, after the last epoch.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric

from skelshot.datasets import Split, Store
from skelshot.datasets.batches import clip_batches
from skelshot.encoders import build_encoder
from skelshot.experiments.result_archive import append_results
from skelshot.experiments.settings import load_settings
from skelshot.ground.environment import environment
from skelshot.ground.files import write_json
from skelshot.pretraining import BaseSet, StageData
from skelshot.pretraining.loop import FABRIC_PRECISION, run_stage
from skelshot.pretraining.supervised import SupervisedOptions, SupervisedStage
from skelshot.runs.folder import RunFolder


def main() -> None:
    """Train one encoder and test it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--encoder", default="agcn")
    parser.add_argument("--width", type=float, default=0.5)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("runs/many-shot"))
    parser.add_argument("--archive", type=Path, help="a .jsonl.gz that the result is added to")
    parsed = parser.parse_args()
    torch.set_num_threads(parsed.threads)
    store = Store.open(parsed.store)
    options = load_settings(
        "cpu",
        layout=store.layout,
        changes={
            "pretrain.encoder.name": parsed.encoder,
            "pretrain.encoder.width": parsed.width,
            "pretrain.input.streams": ["joint"],
            "pretrain.input.frames": 32,
            "pretrain.strategy.epochs": parsed.epochs,
            "pretrain.strategy.time_reversed": False,
            "pretrain.seed": parsed.seed,
        },
    ).pretrain
    cameras = np.array([clip.camera for clip in store.clips])
    split = Split(0, tuple(range(len(store.class_names))), ())
    everything = BaseSet.of(store, split)
    seen = cameras[everything.indices] != 3
    base = BaseSet(store, split, everything.indices[seen], everything.rows[seen])
    encoder = build_encoder(options.encoder_spec, seed=parsed.seed)
    torch.manual_seed(parsed.seed)
    assert isinstance(options.strategy, SupervisedOptions)
    data = StageData(base, options.input, options.augmentation, parsed.seed)
    stage = SupervisedStage(encoder, options.strategy, data)
    fabric = Fabric(
        accelerator="cpu", devices=1, precision=FABRIC_PRECISION[options.loop.precision]
    )
    folder = RunFolder(parsed.out / f"{parsed.encoder}-seed{parsed.seed}")
    seconds = run_stage(stage, folder, fabric, options.loop)
    stage.eval()
    tested = np.flatnonzero(cameras == 3)
    with torch.inference_mode():
        batches = clip_batches(store, options.input, tested.tolist(), 64)
        called = torch.cat([stage.head(encoder(clips)).argmax(1) for clips in batches])
    accuracy = float((called.numpy() == store.labels[tested]).mean())
    result = {
        "encoder": parsed.encoder,
        "width": parsed.width,
        "train": len(base.indices),
        "test": len(tested),
        "accuracy": accuracy,
        "seconds": round(seconds, 1),
        "config": options.model_dump(mode="json"),
        "environment": environment(),
    }
    write_json(folder.result_file, result)
    if parsed.archive:
        append_results(parsed.archive, {f"{parsed.encoder}-{parsed.epochs}-epochs": result})
    print(json.dumps({k: v for k, v in result.items() if k not in ("config", "environment")}))


if __name__ == "__main__":
    main()
