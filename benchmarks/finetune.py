"""How long fine-tuning 10,000 few-shot tasks takes, and how far it turns the weights.

Usage:
    python benchmarks/finetune.py             # times, beside a loop over tasks with autograd
    python benchmarks/finetune.py --rotation  # how far each recipe turns the weights
"""

import argparse
import os
import platform
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity, cross_entropy, normalize

from skelshot.fewshot import (
    PAPER,
    CosineClassifier,
    CosineOptions,
    FinetuneOptions,
    LinearClassifier,
    LinearOptions,
    finetune,
)

TIMED: dict[str, FinetuneOptions] = {
    "cosine, paper preset": PAPER,
    "cosine, defaults": CosineOptions(),
    "cosine, Adam": CosineOptions(optimizer="adam"),
    "linear": LinearOptions(),
}
ROTATED: dict[str, CosineOptions] = {
    "paper preset (SGD, full batch, s = 1)": PAPER,
    "paper preset without the entropy term": PAPER.model_copy(update={"entropy": "none"}),
    "SGD, full batch, s = 10": PAPER.model_copy(update={"scale": 10.0}),
    "SGD, one sample a step, s = 1": PAPER.model_copy(update={"batch": "sample"}),
    "SGD, one sample a step, s = 10": PAPER.model_copy(update={"batch": "sample", "scale": 10.0}),
    "Adam, full batch, s = 1": PAPER.model_copy(update={"optimizer": "adam"}),
    "Adam, full batch, s = 10": PAPER.model_copy(update={"optimizer": "adam", "scale": 10.0}),
    "defaults": CosineOptions(),
}


def machine(device: str) -> str:
    """Describe what the figures were measured on."""
    if device != "cpu":
        return f"{torch.cuda.get_device_name()}, torch {torch.__version__}"
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{cores} cores of {model or platform.processor()}, {torch.get_num_threads()} thread(s), "
        f"torch {torch.__version__}"
    )


def draw_support(tasks: int, classes: int, shots: int, size: int, device: str) -> Tensor:
    """Draw exemplars `(B, N, K, D)` around one random centre a class."""
    generator = torch.Generator().manual_seed(0)
    centres = torch.randn(tasks, classes, 1, size, generator=generator)
    return (centres + torch.randn(tasks, classes, shots, size, generator=generator)).to(device)


def with_autograd(support: Tensor) -> None:
    """Fine-tune task by task with autograd and torch.optim, as public code does."""
    for task in support:
        classes, shots, _ = task.shape
        features = task.flatten(0, 1)
        labels = torch.arange(classes, device=task.device).repeat_interleave(shots)
        weights = task.mean(1).requires_grad_()
        biases = torch.zeros(classes, device=task.device, requires_grad=True)
        optimizer = torch.optim.SGD([weights, biases], lr=5e-4, momentum=0.9)
        for _ in range(20):
            logits = cosine_similarity(features[:, None], weights[None], dim=-1) + biases
            p = logits.softmax(-1)
            loss = cross_entropy(logits, labels) - (p * p.log()).sum(-1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def seconds(job: Callable[[], object], device: str, repeats: int = 3) -> tuple[float, float]:
    """Return wall and processor time of the quickest of several runs, after one to warm up."""
    taken = []
    for _ in range(repeats + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        job()
        if device != "cpu":
            torch.cuda.synchronize()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(taken[1:])


def print_times(arguments: argparse.Namespace) -> None:
    """Time every recipe, and the loop over tasks."""
    sizes = (arguments.classes, arguments.shots, arguments.size)
    support = draw_support(arguments.tasks, *sizes, arguments.device)
    print(f"{arguments.tasks:,} tasks of {sizes[0]} x {sizes[1]}, {sizes[2]}-d, 20 full steps")
    print(f"{'':48s} {'wall':>8s} {'processor':>10s}")
    for name, options in TIMED.items():
        kind = CosineClassifier if isinstance(options, CosineOptions) else LinearClassifier
        head = kind(options).initial_head(support)
        wall, cpu = seconds(partial(finetune, head, support, options), arguments.device)
        print(f"{name:48s} {wall:6.2f} s {cpu:8.2f} s")
    few = min(arguments.tasks, 100)
    torch.set_num_threads(1)  # tensors of one task are too small for more; more is slower
    wall, cpu = seconds(partial(with_autograd, support[:few]), arguments.device, repeats=1)
    name, factor = f"loop over tasks with autograd (from {few} tasks)", arguments.tasks / few
    print(f"{name:48s} {wall * factor:6.1f} s {cpu * factor:8.1f} s")


def print_rotations() -> None:
    """Measure how far 20 epochs turn the weights, for features of length 1 and 10."""
    generator = torch.Generator().manual_seed(0)
    common, own = (torch.randn(20, n, 256, generator=generator) for n in (1, 20))
    unit = normalize(normalize(common, dim=-1) + normalize(own, dim=-1), dim=-1)[:, :, None]
    print("20 tasks, 20-way 1-shot, 256-d, mean cosine 0.5 between classes")
    print(f"{'recipe':48s} {'|f| = 1':>10s} {'|f| = 10':>10s}")
    for name, options in ROTATED.items():
        turned = [
            CosineClassifier(options).report(unit * length).rotation.mean() for length in (1, 10)
        ]
        print(f"{name:48s} {turned[0]:9.3f}° {turned[1]:9.3f}°")


def main() -> None:
    """Read the arguments and print one of the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rotation", action="store_true", help="rotations in place of times")
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--classes", type=int, default=5)
    parser.add_argument("--shots", type=int, default=5)
    parser.add_argument("--size", type=int, default=256, help="length of a feature vector")
    parser.add_argument("--threads", type=int, help="torch's own choice when left out")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    print(machine(arguments.device))
    if arguments.rotation:
        print_rotations()
    else:
        print_times(arguments)


if __name__ == "__main__":
    main()
