"""Four streams, fused late: joints, bones and the motion of both, one encoder each.

python examples/four_streams.py

As in 2s-AGCN and CTR-GCN: each stream is trained and classified alone, and the scores are added.
`--set input.streams=[joint,bone]` instead stacks streams as channels of one encoder (early fusion).
"""

import tempfile
from pathlib import Path

import torch
from torch import Tensor

import skelshot as sk
from skelshot.experiments.toy import write_toy_clips

STREAMS = ("joint", "bone", "joint-motion", "bone-motion")
SHOTS = 1


def main() -> None:
    """Train four encoders on the base classes; recognise the novel ones with each and with all."""
    folder = Path(tempfile.mkdtemp())
    write_toy_clips(folder / "raw", performers=4, repetitions=2)
    store, protocol = sk.prepare("npz", folder / "raw", folder / "store"), sk.protocol_named("toy")
    split = protocol.split_list(store)[0]
    tasks = protocol.tasks(store, split, shots=SHOTS)
    targets = [torch.from_numpy(task.targets) for task in tasks]

    scores: dict[str, list[Tensor]] = {}  # by stream, (queries, classes) of each task
    for stream in STREAMS:
        run = sk.pretrain(
            *(store, folder / stream),
            protocol="toy",
            splits=[split.index],
            changes=[f"input.streams=[{stream}]", "strategy.epochs=4", "encoder.width=0.125"],
        )
        vectors = run.split(split.index).embed(store, readout="joints")
        classifier = sk.CosineClassifier()
        scores[stream] = []
        for task in tasks:
            support, queries = vectors[task.support], vectors[task.queries]
            logits = classifier(support[None], queries[None])[0]
            scores[stream].append(logits.softmax(dim=-1))
    scores["all four"] = [
        torch.stack(each).sum(dim=0) for each in zip(*scores.values(), strict=True)
    ]

    for name, of_tasks in scores.items():
        right = [
            (found.argmax(-1) == wanted).float().mean()
            for found, wanted in zip(of_tasks, targets, strict=True)
        ]
        print(f"{name:12} {SHOTS}-shot accuracy {torch.stack(right).mean():.2f}, chance 0.25")


if __name__ == "__main__":
    main()
