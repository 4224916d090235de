"""Clips a second through each encoder, training and inference: `make bench`.

    python benchmarks/encoders.py [--threads 1]

One clip is one person, 20 joints, 9 channels, 24 frames; processor time, so that a busy machine
does not blur it.
"""

import argparse
import time

import torch

from skelshot.encoders import EncoderSpec, build_encoder, read_spec
from skelshot.ground.environment import processor_name

BATCH, REPEATS = 32, 3


def clips_a_second(spec: EncoderSpec, low: bool, training: bool) -> float:
    """Measure one encoder in one precision."""
    encoder = build_encoder(spec, seed=0).train(training)
    clips = torch.randn(BATCH, spec.channels, spec.frames, spec.layout.num_joints, 1)
    best = float("inf")
    for _ in range(REPEATS + 1):
        began = time.process_time()
        with torch.set_grad_enabled(training), torch.autocast("cpu", torch.bfloat16, enabled=low):
            features = encoder(clips)
        if training:
            features.float().square().mean().backward()
        best = min(best, time.process_time() - began)
    return BATCH / best


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    torch.set_num_threads(parser.parse_args().threads)
    print(f"{processor_name()}, {torch.get_num_threads()} thread(s), torch {torch.__version__}")
    print("| encoder | width | parameters | precision | training clips/s | inference clips/s |")
    print("|---|---|---|---|---|---|")
    for name in ("st-gcn", "agcn", "ctr-gcn", "skeleton-transformer"):
        for width in (0.25, 1.0):
            shape = {"layout": "kinect-v1", "channels": 9, "frames": 24, "width": width}
            spec = read_spec({"name": name, **shape})
            count = sum(p.numel() for p in build_encoder(spec, seed=0).parameters())
            for low in (False, True):
                speeds = [clips_a_second(spec, low, training) for training in (True, False)]
                precision = "bfloat16" if low else "float32"
                print(
                    f"| {name} | {width} | {count:,} | {precision} | {speeds[0]:.0f} | "
                    f"{speeds[1]:.0f} |"
                )


if __name__ == "__main__":
    main()
