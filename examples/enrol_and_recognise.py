"""Recognise new actions from three examples each, with an untrained encoder and no downloads.

python examples/enrol_and_recognise.py
"""

import tempfile
from pathlib import Path

from skelshot.datasets import NpzReader, Store, protocol_named
from skelshot.datasets.prepare import prepare
from skelshot.encoders import GraphNetworkSpec, build_encoder
from skelshot.evaluation import EvaluateOptions, encode_clips
from skelshot.experiments.toy import write_toy_clips
from skelshot.fewshot import CosineClassifier
from skelshot.skeletons import InputSpec


def main() -> None:
    """Prepare toy clips, encode one task's clips and classify its queries."""
    folder = Path(tempfile.mkdtemp())
    write_toy_clips(folder / "raw", performers=3, repetitions=2)
    prepare(NpzReader(), folder / "raw", folder / "store")
    store = Store.open(folder / "store")

    protocol = protocol_named("toy")
    split = protocol.split_list(store)[0]
    task = protocol.tasks(store, split, shots=3)[0]

    inputs = InputSpec(layout="kinect-v1", frames=24, streams=("joint", "bone", "joint-motion"))
    spec = GraphNetworkSpec(name="agcn", layout="kinect-v1", channels=9, frames=24, width=0.25)
    encoder = build_encoder(spec, seed=0)
    options = EvaluateOptions(readout="joints")
    support = encode_clips(encoder, store, inputs, task.support.ravel().tolist(), options)
    queries = encode_clips(encoder, store, inputs, task.queries.tolist(), options)

    logits = CosineClassifier()(support.view(1, 4, 3, -1), queries.unsqueeze(0))
    for query, row in zip(task.queries[:8], logits[0].argmax(-1), strict=False):
        truth = store.class_of(int(query)) or "unlabelled"
        print(f"{truth:28} recognised as {store.class_names[split.novel[int(row)]]}")


if __name__ == "__main__":
    main()
