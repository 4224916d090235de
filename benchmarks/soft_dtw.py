"""Soft-DTW beside pysdtw and tslearn on the same work, as a Markdown table.

    pip install pysdtw tslearn
    python benchmarks/soft_dtw.py [--threads 2] [--device cpu] [--repeats 9]

One piece of work: squared Euclidean costs between B pairs of sequences of 64-d frames, Soft-DTW
with gamma 0.1, and the gradient with respect to both sequences, warm, float32. Each library has a
process of its own, since threads of one that wait busily for work slow down the others; the
processes take turns, so that a busy machine slows all of them. A peer that is not installed is left
out.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context

import numba
import torch
from torch import Tensor

from skelshot.fewshot.soft_dtw import soft_dtw, squared_euclid
from skelshot.ground.environment import processor_name

GAMMA = 0.1
SIZES = ((16, 32, 40), (512, 16, 16), (512, 64, 64))
IN_A_ROW = 3


def distance_of(library: str, device: str) -> Callable[[Tensor, Tensor], Tensor]:
    """Return a library's function from two batches of sequences to values."""
    if library == "pysdtw":
        return import_module(library).SoftDTW(gamma=GAMMA, use_cuda=device != "cpu")
    if library == "tslearn":
        return import_module("tslearn.metrics").SoftDTWLossPyTorch(gamma=GAMMA)
    return lambda x, y: soft_dtw(squared_euclid(x, y), GAMMA)


def take_turn(
    library: str, size: tuple[int, int, int], device: str, threads: int
) -> tuple[list[float], list[float]]:
    """Do the work a few times; return milliseconds and the values."""
    torch.set_num_threads(threads)
    numba.set_num_threads(threads)
    torch.manual_seed(0)
    pairs, *frames = size
    x, y = (torch.randn(pairs, n, 64, device=device, requires_grad=True) for n in frames)
    distance = distance_of(library, device)
    times = []
    for _ in range(IN_A_ROW):
        x.grad = y.grad = None
        began = time.perf_counter()
        values = distance(x, y)
        values.sum().backward()
        if device != "cpu":
            torch.cuda.synchronize()
        times.append(1e3 * (time.perf_counter() - began))
    return times, values.tolist()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--repeats", type=int, default=9)
    parsed = parser.parse_args()
    libraries = ["skelshot", *(name for name in ("pysdtw", "tslearn") if find_spec(name))]
    processes = {
        name: ProcessPoolExecutor(1, mp_context=get_context("spawn")) for name in libraries
    }
    place = processor_name() if parsed.device == "cpu" else torch.cuda.get_device_name()
    print(
        f"{place}, {parsed.threads} thread(s), torch {torch.__version__}, load before "
        f"{os.getloadavg()[0]:.1f}; milliseconds, fastest (median) of "
        f"{parsed.repeats * IN_A_ROW}\n"
    )
    print(f"| batch, frames | {' | '.join(libraries)} | best peer / skelshot |")
    print("|---|" + "---|" * (len(libraries) + 1))
    for size in SIZES:
        times: dict[str, list[float]] = {name: [] for name in libraries}
        for repeat in range(parsed.repeats + 1):
            results = {}
            for name, process in processes.items():
                work = process.submit(take_turn, name, size, parsed.device, parsed.threads)
                taken, results[name] = work.result()
                if repeat:  # the first turn compiles
                    times[name] += taken
            for name in libraries:
                torch.testing.assert_close(
                    torch.tensor(results[name]),
                    torch.tensor(results["skelshot"]),
                    rtol=1e-5,
                    atol=0,
                )
        cells = [f"{min(t):.2f} ({statistics.median(t):.2f})" for t in times.values()]
        ratios = [
            min(figure(t) for name, t in times.items() if name != "skelshot")
            / figure(times["skelshot"])
            for figure in (min, statistics.median)
            if len(libraries) > 1
        ]
        faster = f"{ratios[0]:.1f} ({ratios[1]:.1f})" if ratios else "-"
        print(f"| {size[0]}, {size[1]} x {size[2]} | {' | '.join(cells)} | {faster} |")
    for process in processes.values():
        process.shutdown()


if __name__ == "__main__":
    main()
