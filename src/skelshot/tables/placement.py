"""Choice of where stages run: on which device, in processes of this machine or on a cluster."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from skelshot.ground import SkelshotError
from skelshot.ground.devices import chosen_device
from skelshot.ground.environment import usable_cores
from skelshot.ground.processes import check_workers
from skelshot.ground.suggestions import did_you_mean
from skelshot.tables.cluster import CLUSTERS, cluster_executor, cluster_settings
from skelshot.tables.engine import Executor, local_executor

PROCESSES = "processes"
"""The executor that needs no cluster."""


@dataclass(frozen=True)
class Placement:
    """Place of stages.

    Args:
        executor: Does the work.
        device: What pre-training, teachers and evaluation compute on, as their `--device`.
        workers: Processes that a stage which spreads its work may start, all such stages together.
    """

    executor: Executor
    device: str
    workers: int


def placement(
    executor: str, settings: Sequence[str], device: str, jobs: int | None, folder: Path
) -> Placement:
    """Choose where stages run.

    Args:
        executor: `processes`, or one of `CLUSTERS`.
        settings: Of a cluster's jobs, as KEY=VALUE.
        device: `cpu`, `cuda`, `cuda:1`, `mps`, or `auto` for a GPU where there is one.
        jobs: Jobs at a time: as many as there are GPUs, or else cores, unless told; all at once on
            SLURM.
        folder: Where a cluster's scripts and logs go.

    Returns:
        The place.

    Raises:
        SkelshotError: There is no such executor, device or setting.
    """
    if executor not in (PROCESSES, *CLUSTERS):
        names = (PROCESSES, *CLUSTERS)
        raise SkelshotError(
            f"--executor: found {executor!r:.80}, expected one of {', '.join(names)}"
            f"{did_you_mean(executor, names)}"
        )
    if settings and executor == PROCESSES:
        raise SkelshotError(
            f"--executor-set {settings[0]}: is for clusters; add --executor {CLUSTERS[0]}"
        )
    name = _device_name(executor, device)
    cards = _cards() if name == "cuda" else []
    usual = usable_cores() if name == "cpu" else max(1, len(cards))
    workers = usual if jobs is None else jobs
    check_workers(workers)
    if executor == PROCESSES:
        return Placement(local_executor(workers, cards if len(cards) > 1 else ()), name, workers)
    known, on_slurm = cluster_settings(executor, settings), executor == "slurm"
    pool = cluster_executor(executor, known, folder, jobs if on_slurm else workers)
    return Placement(pool, name, int(known.get("cpus_per_task", 1)) if on_slurm else workers)


def _device_name(executor: str, device: str) -> str:
    """Settle the device; the machines of a cluster may have what this one lacks."""
    if executor != "slurm" or device == "auto":
        return str(chosen_device(device))
    if device not in ("cpu", "cuda"):
        raise SkelshotError(
            f"--device: found {device!r:.80} with --executor slurm, expected cpu or cuda; each "
            "job sees the GPUs that --executor-set gpus_per_node=1 gives it"
        )
    return device


def _cards() -> list[str]:
    """Name the GPUs that this process may use, as CUDA_VISIBLE_DEVICES does."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    count = torch.cuda.device_count()
    return named.split(",")[:count] if named else [str(number) for number in range(count)]
