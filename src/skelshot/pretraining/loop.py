"""The one training loop: any stage, with progress, logs, checkpoints and exact resume."""

import logging
import math
import time
from collections import defaultdict
from contextlib import nullcontext
from functools import partial
from typing import Any, Literal

import torch
from lightning_fabric import Fabric
from torch import Tensor

from skelshot.datasets.batches import load_batches
from skelshot.ground import SkelshotError
from skelshot.ground.devices import chosen_device
from skelshot.ground.precision import Precision
from skelshot.ground.processes import one_line_for_the_dead
from skelshot.ground.progress import Bar, progress_bar
from skelshot.ground.seeding import seed_for
from skelshot.pretraining.logs import MetricsLog
from skelshot.pretraining.optimizers import set_learning_rate
from skelshot.pretraining.options import LoopOptions
from skelshot.pretraining.stage import LoopStage
from skelshot.runs.folder import RunFolder
from skelshot.runs.stage_states import restore

FABRIC_PRECISION: dict[Precision, Literal["32-true", "bf16-mixed"]] = {
    "float32": "32-true",
    "bfloat16": "bf16-mixed",
}
"""What Lightning Fabric calls the precisions."""


def launch(options: LoopOptions) -> Fabric:
    """Set up device, precision and processes, in silence.

    Args:
        options: Name the device and the precision.

    Returns:
        What the loop runs on.
    """
    talk = logging.getLogger("lightning_fabric")
    level = talk.level
    talk.setLevel(logging.WARNING)  # a refused call is to say one line
    try:
        device = chosen_device(options.device)
        fabric = Fabric(
            accelerator=device.type,
            devices="auto" if device.index is None else [device.index],
            precision=FABRIC_PRECISION[options.precision],
        )
        if fabric.world_size > 1:
            fabric.launch()
    finally:
        talk.setLevel(level)
    return fabric


def run_stage(
    stage: LoopStage, folder: RunFolder, fabric: Fabric, options: LoopOptions, place: str = ""
) -> float:
    """Train a stage to its last epoch, going on from the newest checkpoint if there is one.

    Everything random in an epoch follows from the stage's seed and the epoch's number, so a
    run killed at any moment goes on with the same numbers on the same machine, build and
    number of threads.

    Args:
        stage: What to train; changed in place.
        folder: Where checkpoints and logs go.
        fabric: Device, precision and processes.
        options: Accumulation, workers and checkpoints.
        place: Where in all the work this stage stands, as progress shows it: `split 3 (1 of 20)`.

    Returns:
        Seconds this call trained.

    Raises:
        SkelshotError: The loss is not finite, or a checkpoint is corrupt.
    """
    began = time.perf_counter()
    optimizer = stage.make_optimizer()
    done = restore(folder.checkpoints, stage.name, stage, stage.epochs, optimizer)
    if not done:
        stage.begin()
    model, optimizer = fabric.setup(stage, optimizer)
    loop = _Loop(stage, model, optimizer, fabric, options)
    log = MetricsLog(folder.path, stage.name, done) if fabric.is_global_zero else None
    steps = max(1, sum(len(loop.share(epoch)) for epoch in range(min(1, stage.epochs))))
    described = ", ".join(filter(None, (place, stage.name)))
    total = stage.epochs * steps
    shown = nullcontext(Bar()) if log is None else progress_bar(described, total, done * steps)
    with shown as bar:
        for epoch in range(done, stage.epochs):
            with one_line_for_the_dead():
                figures = loop.epoch(epoch, bar)
            if log is None:
                continue
            log.write(epoch + 1, figures)
            bar.tell(f"epoch {epoch + 1} of {stage.epochs}", figures)
            if (epoch + 1) % options.keep_every == 0 or epoch + 1 == stage.epochs:
                folder.save_stage(stage.name, epoch + 1, stage.state_dict(), optimizer.state_dict())
    fabric.barrier()
    return time.perf_counter() - began


class _Loop:
    """State of a stage's training that stays the same from epoch to epoch."""

    def __init__(
        self,
        stage: LoopStage,
        model: torch.nn.Module,
        optimizer: torch.optim.Optimizer,
        fabric: Fabric,
        options: LoopOptions,
    ) -> None:
        self.stage = stage
        self.model = model
        self.optimizer = optimizer
        self.fabric = fabric
        self.options = options

    def share(self, epoch: int) -> list[list[Any]]:
        """Draw an epoch's batches and keep this process's share of them."""
        batches = self.stage.batches(epoch)
        world = self.fabric.world_size
        usable = len(batches) - len(batches) % world
        return batches[self.fabric.global_rank : usable : world]

    def epoch(self, epoch: int, bar: Bar) -> dict[str, float]:
        """Train one epoch and return the mean of its figures."""
        stage, batches = self.stage, self.share(epoch)
        loaded = load_batches(partial(stage.load, epoch=epoch), batches, self.options.workers)
        sums: dict[str, float] = defaultdict(float)
        self.model.train()
        with torch.random.fork_rng():
            torch.manual_seed(seed_for(stage.seed, stage.name, epoch, self.fabric.global_rank))
            for step, batch in enumerate(loaded):
                rate = stage.learning_rate(epoch, step, len(batches))
                set_learning_rate(self.optimizer, rate)
                figures = self._step(batch, step, len(batches), epoch)
                for name, value in figures.items():
                    sums[name] += value
                bar.advance(1, **figures)
        return {name: value / len(batches) for name, value in sums.items()} | {"lr": rate}

    def _step(
        self, batch: dict[str, Tensor], step: int, steps: int, epoch: int
    ) -> dict[str, float]:
        """Go forwards and backwards over a batch; step when enough batches are added up."""
        every = self.options.accumulate
        group = min(every, steps - step // every * every)  # an epoch's last may be smaller
        last = (step + 1) % every == 0 or step + 1 == steps
        device = self.fabric.device
        waiting = nullcontext() if last else self.fabric.no_backward_sync(self.model)
        with waiting:
            figures = self.model({name: part.to(device) for name, part in batch.items()})
            self.fabric.backward(figures["loss"] / group)
        values = {name: float(value.detach()) for name, value in figures.items()}
        if not math.isfinite(values["loss"]):
            raise SkelshotError(
                f"{self.stage.name}, epoch {epoch + 1}, step {step + 1}: the loss is "
                f"{values['loss']}; lower {self.stage.rate_option} (found "
                f"{self.stage.optimizer.lr}) or set its clip_norm"
            )
        if last:
            values |= self.stage.before_step(self.optimizer)
            self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
            self.stage.after_step()
        return values
