"""Four streams, fused late: joints, bones and the motion of both, one encoder each.

python examples/four_streams.py

As in 2s-AGCN and CTR-GCN: each stream is trained and classified alone, and the scores are added.
`--set input.streams=[joint,bone]` instead stacks streams as channels of one encoder (early fusion).
"""

import tempfile
from pathlib import Path

import skelshot as sk
from skelshot.experiments.toy import write_toy_clips

STREAMS = ("joint", "bone", "joint-motion", "bone-motion")


def main() -> None:
    """Train four encoders on the base classes; recognise the novel ones with each and with all."""
    folder = Path(tempfile.mkdtemp())
    write_toy_clips(folder / "raw", performers=4, repetitions=2)
    store = sk.prepare("npz", folder / "raw", folder / "store")
    runs = [
        sk.pretrain(
            *(store, folder / stream),
            protocol="toy",
            splits=[0],
            changes=[f"input.streams=[{stream}]", "strategy.epochs=4", "encoder.width=0.125"],
        )
        for stream in STREAMS
    ]
    result = sk.evaluate(store, protocol="toy", run=runs, shots=[1])
    for name, found in zip((*STREAMS, "all four"), (*result["members"], result), strict=True):
        print(f"{name:12} 1-shot accuracy {found['accuracy']['1']['mean']:.2f}, chance 0.25")


if __name__ == "__main__":
    main()
