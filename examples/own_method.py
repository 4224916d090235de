"""A few-shot method of one's own in one file, evaluated on toy clips without an encoder's training.

python examples/own_method.py

To use it with `skelshot evaluate --method mahalanobis`, put this file into a package of yours and
register it there, in pyproject.toml:

    [project.entry-points."skelshot.methods"]
    mahalanobis = "my_package.own_method:Mahalanobis"
"""

import tempfile
from pathlib import Path
from typing import ClassVar

from pydantic import Field
from torch import Tensor

from skelshot.datasets import NpzReader, Store, protocol_named
from skelshot.datasets.prepare import prepare
from skelshot.encoders import GraphNetworkSpec, build_encoder
from skelshot.evaluation import EvaluateOptions, encode_clips
from skelshot.evaluation.evaluate import evaluate
from skelshot.experiments.toy import write_toy_clips
from skelshot.fewshot import FewShotMethod, MethodOptions, ProtoNet
from skelshot.skeletons import InputSpec


class MahalanobisOptions(MethodOptions):
    """Options of the method.

    Attributes:
        floor: Variance that every feature has at least, as a share of the mean variance.
    """

    floor: float = Field(0.1, gt=0)


class Mahalanobis(FewShotMethod):
    """The nearest class mean, features divided by their spread over all exemplars of the task.

    Args:
        options: Options of the method.
    """

    name: ClassVar[str] = "mahalanobis"
    options_type: ClassVar[type[MethodOptions]] = MahalanobisOptions
    options: MahalanobisOptions

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score the queries of B tasks.

        Args:
            support: `(B, N, K, D)`.
            queries: `(B, Q, D)`.

        Returns:
            Minus the squared distances, `(B, Q, N)`.
        """
        self.check_inputs(support, queries)
        variance = support.flatten(1, 2).var(dim=1, correction=0)  # (B, D)
        variance = variance + self.options.floor * variance.mean(dim=1, keepdim=True)
        apart = queries[:, :, None] - support.mean(dim=2)[:, None]  # (B, Q, N, D)
        return -(apart.square() / variance[:, None, None]).mean(dim=-1)


def main() -> None:
    """Compare it with ProtoNet on the features of an untrained encoder."""
    folder = Path(tempfile.mkdtemp())
    write_toy_clips(folder / "raw", performers=4, repetitions=2)
    prepare(NpzReader(), folder / "raw", folder / "store")
    store, protocol = Store.open(folder / "store"), protocol_named("toy")

    inputs = InputSpec(layout="kinect-v1", frames=24)
    spec = GraphNetworkSpec(name="agcn", layout="kinect-v1", frames=24, width=0.25)
    encoder, options = build_encoder(spec, seed=0), EvaluateOptions(readout="joints")
    splits = protocol.split_list(store)[:1]
    for method in (ProtoNet(), Mahalanobis.from_options({"floor": 0.5})):
        (result,) = evaluate(
            *(store, protocol, splits, method, [5]),
            lambda _, indices: encode_clips(encoder, store, inputs, indices, options),
        )
        print(f"{method.name}: 5-shot accuracy {result.interval.mean:.2f}, chance 0.25")


if __name__ == "__main__":
    main()
