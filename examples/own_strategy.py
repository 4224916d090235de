"""A pre-training strategy of one's own in one file: which order were the pieces of a clip in?

python examples/own_strategy.py

To use it with `skelshot pretrain --strategy order --set strategy.pieces=3`, put this file into a
package of yours and register it there, in pyproject.toml:

    [project.entry-points."skelshot.strategies"]
    order = "my_package.own_strategy:OrderStage"
"""

import json
import tempfile
from itertools import permutations
from pathlib import Path
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import skelshot as sk
from skelshot.datasets.batches import Item, shuffled_batches
from skelshot.encoders import STGCNSpec, build_encoder
from skelshot.evaluation import encode_clips
from skelshot.evaluation.evaluate import evaluate
from skelshot.experiments.toy import write_toy_clips
from skelshot.ground.seeding import rng_for
from skelshot.pretraining import BaseSet, OptimizerOptions, Stage, StageData, StageOptions
from skelshot.pretraining.loop import launch, run_stage
from skelshot.pretraining.options import LoopOptions
from skelshot.runs.folder import RunFolder


class OrderOptions(StageOptions):
    """Options of the strategy; epochs, batch and optimizer come from `StageOptions`.

    Args:
        name: `order`.
        pieces: Pieces that a clip is cut into; each of their orders is a class.
    """

    name: Literal["order"] = "order"
    pieces: int = Field(3, ge=2, le=4)


class OrderStage(Stage):
    """Shuffles the pieces of each clip and learns their order; no label is read.

    After Lee et al., Unsupervised Representation Learning by Sorting Sequences (ICCV 2017).

    Args:
        encoder: The encoder to train.
        options: Pieces, epochs, batch and optimizer.
        data: The base clips and how they are read.
    """

    name = "order"
    options_type = OrderOptions

    def __init__(self, encoder: sk.Encoder, options: OrderOptions, data: StageData) -> None:
        super().__init__(encoder, options, data)
        self.options = options
        self.orders = list(permutations(range(options.pieces)))
        self.head = nn.Linear(encoder.embed_dim, len(self.orders))

    def batches(self, epoch: int) -> list[list[Item]]:
        """Shuffle the base clips."""
        items = self.data.base.items
        return shuffled_batches(items, self.options.batch, self.seed, self.name, epoch)

    def load(self, item: Item, epoch: int) -> dict[str, Tensor]:
        """Cut a clip along its time and put the pieces into an order drawn for it.

        Args:
            item: One of `batches`.
            epoch: The epoch.

        Returns:
            `clips` (C, T, V, M), and `orders`, the number of the order.
        """
        clip = self.encoded(item, epoch)  # augmented as the run says
        name = self.data.base.store.clips[item.clip].name
        order = int(rng_for(self.seed, self.name, epoch, name).integers(len(self.orders)))
        pieces = clip.tensor_split(self.options.pieces, dim=1)
        shuffled = torch.cat([pieces[place] for place in self.orders[order]], dim=1)
        return {"clips": shuffled, "orders": torch.tensor(order)}

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the loss and how many orders were found.

        Args:
            batch: `clips` (n, C, T, V, M) and `orders` (n,).

        Returns:
            `loss` and `accuracy`.
        """
        logits = self.head(self.encoder(batch["clips"])).float()
        right = (logits.argmax(1) == batch["orders"]).float()
        return {"loss": cross_entropy(logits, batch["orders"]), "accuracy": right.mean()}


def main() -> None:
    """Train without labels on the base classes, then recognise novel ones; before and after.

    The orders are found. It need not help on toy actions, of which an untrained encoder knows most.
    """
    folder = Path(tempfile.mkdtemp())
    write_toy_clips(folder / "raw", performers=4, repetitions=2)
    store, protocol = sk.prepare("npz", folder / "raw", folder / "store"), sk.protocol_named("toy")
    split = protocol.split_list(store)[0]

    torch.manual_seed(0)
    inputs = sk.InputSpec(layout="kinect-v1", frames=24)
    spec = STGCNSpec(name="st-gcn", layout="kinect-v1", frames=24, width=0.25)
    encoder = build_encoder(spec, seed=0)

    def accuracy() -> float:
        (result,) = evaluate(
            *(store, protocol, [split], sk.CosineClassifier(), [5]),
            lambda _, clips: encode_clips(encoder, store, inputs, clips, sk.EvaluateOptions()),
        )
        return result.interval.mean

    before = accuracy()
    optimizer = OptimizerOptions(name="adamw", lr=3e-3)
    options = OrderOptions(epochs=20, batch=16, optimizer=optimizer)
    stage = OrderStage(encoder, options, StageData(BaseSet.of(store, split), inputs))
    loop = LoopOptions()
    run_stage(stage, RunFolder(folder / "run"), launch(loop), loop)
    last = json.loads((folder / "run" / "metrics.jsonl").read_text().splitlines()[-1])
    print(f"orders found in the last epoch: {last['accuracy']:.2f}, chance {1 / 6:.2f}")
    print(f"5-shot accuracy {before:.2f} untrained, {accuracy():.2f} trained, chance 0.25")


if __name__ == "__main__":
    main()
