"""An encoder of one's own in one file: a TCN over whole poses, trained and evaluated on toy clips.

python examples/own_encoder.py

To train it with `skelshot pretrain --encoder tcn`, put this file into a package of yours and
register it there, in pyproject.toml:

    [project.entry-points."skelshot.encoders"]
    tcn = "my_package.own_encoder:TCN"
"""

import tempfile
from pathlib import Path
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from skelshot.datasets import NpzReader, Store, protocol_named
from skelshot.datasets.prepare import prepare
from skelshot.datasets.protocols.tasks import base_clips
from skelshot.encoders import Encoder, EncoderSpec
from skelshot.evaluation import EvaluateOptions, encode_clips, input_clips
from skelshot.evaluation.evaluate import evaluate
from skelshot.experiments.toy import write_toy_clips
from skelshot.fewshot import CosineClassifier
from skelshot.skeletons import InputSpec


class TCNSpec(EncoderSpec):
    """What a TCN adds to the specification of all encoders.

    Args:
        hidden: Channels of every layer.
        layers: Convolutions over time, each twice as far apart as the one before.
    """

    hidden: int = Field(default=64, ge=1, le=4096)
    layers: int = Field(default=3, ge=1, le=8)


class TCN(Encoder):
    """Dilated convolutions over time; a frame is one vector, so maps have no axis of joints.

    Args:
        spec: The encoder's shape.
    """

    name: ClassVar[str] = "tcn"
    spec_type: ClassVar[type[EncoderSpec]] = TCNSpec

    def __init__(self, spec: TCNSpec) -> None:
        super().__init__(spec)
        self.embed_dim = spec.hidden
        self.first = nn.Conv1d(spec.channels * self.num_joints, spec.hidden, 1)
        self.layers = nn.ModuleList(
            nn.Conv1d(spec.hidden, spec.hidden, 3, padding=2**place, dilation=2**place)
            for place in range(spec.layers)
        )

    def feature_map(self, x: Tensor) -> Tensor:
        """Return the features of each frame.

        Args:
            x: Clips (N, C, T, V, M).

        Returns:
            (N, M, D, T, 1).
        """
        self.check_clips(x)
        poses = x.permute(0, 4, 1, 3, 2).flatten(0, 1).flatten(1, 2)  # (N M, C V, T)
        h = self.first(poses)
        for layer in self.layers:
            h = h + layer(h.relu())
        return h.unflatten(0, (len(x), self.persons)).unsqueeze(-1)


def main() -> None:
    """Train on the base classes of a split, then recognise its novel classes."""
    folder = Path(tempfile.mkdtemp())
    write_toy_clips(folder / "raw", performers=4, repetitions=2)
    prepare(NpzReader(), folder / "raw", folder / "store")
    store, protocol = Store.open(folder / "store"), protocol_named("toy")
    split = protocol.split_list(store)[0]

    torch.manual_seed(0)
    inputs = InputSpec(layout="kinect-v1", frames=24)
    encoder = TCN(TCNSpec(name="tcn", layout="kinect-v1", frames=24))
    chosen = base_clips(store, split).tolist()
    clips = input_clips(store, inputs, chosen, 64)  # (n, C, T, V, M)
    labels = torch.tensor([split.base.index(store.clips[index].label) for index in chosen])
    head = nn.Linear(encoder.embed_dim, len(split.base))
    optimizer = torch.optim.AdamW([*encoder.parameters(), *head.parameters()], lr=1e-3)
    for _ in range(40):
        loss = cross_entropy(head(encoder(clips)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"trained: loss {loss.item():.2f}")

    result = evaluate(
        *(store, protocol, [split], CosineClassifier(), [1, 5]),
        lambda _, indices: encode_clips(encoder, store, inputs, indices, EvaluateOptions()),
    )
    for shots in result:
        print(f"{shots.shots}-shot accuracy {shots.interval.mean:.2f}, chance 0.25")


if __name__ == "__main__":
    main()
