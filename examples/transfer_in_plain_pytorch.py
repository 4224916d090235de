"""The paper's representation transfer in plain PyTorch, over Skelshot's parts, without its loop.

python examples/transfer_in_plain_pytorch.py

What `skelshot pretrain --features` does, with nothing between you and the two equations: change
the loss, the heads or the teacher here before you make a strategy of it (own_strategy.py).
"""

import copy
import tempfile
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cosine_similarity, normalize

import skelshot as sk
from skelshot.datasets import base_clips
from skelshot.encoders import STGCNSpec, build_encoder
from skelshot.evaluation import encode_clips, input_clips
from skelshot.evaluation.evaluate import evaluate
from skelshot.experiments.toy import write_toy_clips
from skelshot.pretraining import mlp_head

EPOCHS, BATCH, DECAY = 30, 16, 0.99


def main() -> None:
    """Transfer on the base classes of a split, then recognise its novel classes."""
    folder = Path(tempfile.mkdtemp())
    write_toy_clips(folder / "raw", performers=4, repetitions=2)
    store, protocol = sk.prepare("npz", folder / "raw", folder / "store"), sk.protocol_named("toy")
    split = protocol.split_list(store)[0]

    base = base_clips(store, split).tolist()  # the only clips that training may see
    inputs = sk.InputSpec(layout="kinect-v1", frames=24)
    clips = input_clips(store, inputs, base, 64)  # (n, C, T, V, M)
    teacher = sk.teach(store, folder / "features", teacher="mini")
    f_vl = normalize(teacher.text_for(store.labels[base].tolist())[:, 0], dim=-1)  # (n, D)

    torch.manual_seed(0)
    spec = STGCNSpec(name="st-gcn", layout="kinect-v1", frames=24, width=0.25)
    encoder = build_encoder(spec, seed=0)
    adapter = nn.Linear(encoder.embed_dim, teacher.dim)  # g_s and g_vl take vectors of one size
    g_s, q = mlp_head(teacher.dim, hidden=256, out=64), mlp_head(64, hidden=256, out=64)
    g_vl = copy.deepcopy(g_s).requires_grad_(False)
    student = nn.Sequential(encoder, adapter, g_s, q)
    optimizer = torch.optim.AdamW(student.parameters(), lr=1e-3, weight_decay=0.05)

    def accuracy() -> str:
        results = evaluate(
            *(store, protocol, [split], sk.CosineClassifier(), [1, 5]),
            lambda _, novel: encode_clips(encoder, store, inputs, novel, sk.EvaluateOptions()),
        )
        return ", ".join(f"{each.shots}-shot {each.interval.mean:.2f}" for each in results)

    print(f"untrained:   {accuracy()}, chance 0.25")
    student.train()
    for epoch in range(EPOCHS):
        losses = []
        for rows in torch.randperm(len(clips)).split(BATCH):
            target = g_vl(f_vl[rows])
            loss = (2 - 2 * cosine_similarity(student(clips[rows]), target)).mean()  # eq. 1
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                for xi, theta in zip(g_vl.parameters(), g_s.parameters(), strict=True):
                    xi.mul_(DECAY).add_(theta, alpha=1 - DECAY)  # eq. 2
            losses.append(loss.item())
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1:2}: loss {sum(losses) / len(losses):.3f} (0 to 4)")
    print(f"transferred: {accuracy()}")


if __name__ == "__main__":
    main()
