"""The one training loop: any stage, with progress, logs, checkpoints and exact resume."""

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor

from skelshot.datasets.batches import load_batches
from skelshot.ground import SkelshotError
from skelshot.ground.progress import Bar, progress_bar
from skelshot.ground.seeding import seed_for
from skelshot.pretraining.logs import MetricsLog
from skelshot.pretraining.optimisers import set_learning_rate
from skelshot.pretraining.options import LoopOptions
from skelshot.pretraining.runs import RunFolder
from skelshot.pretraining.stage import LoopStage, Stage
from skelshot.skeletons import Augmentation, InputSpec

Loader = Callable[[Sequence[Any], int], Iterable[Tensor]]
"""Gives the input tensors of an epoch's batches, in order; called with batches and epoch."""


def clip_loader(
    stage: Stage, inputs: InputSpec, augmentation: Augmentation, workers: int
) -> Loader:
    """Load a stage's batches from its store.

    Args:
        stage: Whose batches they are.
        inputs: From a stored sequence to the encoder's input.
        augmentation: Random changes of the clips.
        workers: Processes that prepare batches.

    Returns:
        The loader, for `run_stage`.
    """

    def load(batches: Sequence[Any], epoch: int) -> Iterable[Tensor]:
        return load_batches(
            stage.base.store,
            inputs,
            batches,
            augmentation=augmentation,
            keys=(stage.seed, stage.name, epoch),
            workers=workers,
        )

    return load


def run_stage(
    stage: LoopStage,
    folder: RunFolder,
    fabric: Fabric,
    load: Loader,
    options: LoopOptions,
) -> float:
    """Train a stage to its last epoch, going on from the newest checkpoint if there is one.

    Everything random in an epoch follows from the stage's seed and the epoch's number, so a
    run killed at any moment goes on with the same numbers on the same machine, build and
    number of threads.

    Args:
        stage: What to train; changed in place.
        folder: Where checkpoints and logs go.
        fabric: Device, precision and processes.
        load: Gives the batches' tensors.
        options: Accumulation and checkpoints.

    Returns:
        Seconds this call trained.

    Raises:
        SkelshotError: The loss is not finite, or a checkpoint is corrupt.
    """
    began = time.perf_counter()
    optimiser = stage.make_optimiser()
    done = _restore(stage, optimiser, folder)
    model, optimiser = fabric.setup(stage, optimiser)
    loop = _Loop(stage, model, optimiser, fabric, load, options)
    log = MetricsLog(folder.path, stage.name, done) if fabric.is_global_zero else None
    steps = max(1, sum(len(loop.share(epoch)) for epoch in range(min(1, stage.epochs))))
    with progress_bar(stage.name, total=stage.epochs * steps, done=done * steps) as bar:
        for epoch in range(done, stage.epochs):
            figures = loop.epoch(epoch, bar)
            if log is None:
                continue
            log.write(epoch + 1, figures)
            if (epoch + 1) % options.keep_every == 0 or epoch + 1 == stage.epochs:
                folder.save_stage(stage.name, epoch + 1, stage.state_dict(), optimiser.state_dict())
    if log is not None:
        log.close()
    fabric.barrier()
    return time.perf_counter() - began


def _restore(stage: LoopStage, optimiser: torch.optim.Optimizer, folder: RunFolder) -> int:
    """Load the newest checkpoint of a stage; return the epochs it holds."""
    state = folder.load_stage(stage.name)
    if state is None:
        return 0
    epochs, tensors, optimiser_state = state
    stage.load_state_dict(tensors)
    optimiser.load_state_dict(optimiser_state)
    return epochs


class _Loop:
    """What stays the same from epoch to epoch."""

    def __init__(
        self,
        stage: LoopStage,
        model: torch.nn.Module,
        optimiser: torch.optim.Optimizer,
        fabric: Fabric,
        load: Loader,
        options: LoopOptions,
    ) -> None:
        self.stage = stage
        self.model = model
        self.optimiser = optimiser
        self.fabric = fabric
        self.load = load
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
        clips = self.load(batches, epoch)
        sums: dict[str, float] = defaultdict(float)
        self.model.train()
        with torch.random.fork_rng():
            torch.manual_seed(seed_for(stage.seed, stage.name, epoch, self.fabric.global_rank))
            for step, batch in enumerate(clips):
                rate = stage.learning_rate(epoch, step, len(batches))
                set_learning_rate(self.optimiser, rate)
                targets = stage.targets(batches[step])
                figures = self._step(batch, targets, step, len(batches), epoch)
                for name, value in figures.items():
                    sums[name] += value
                bar.advance(1, **figures)
        return {name: value / len(batches) for name, value in sums.items()} | {"lr": rate}

    def _step(
        self, clips: Tensor, targets: Tensor, step: int, steps: int, epoch: int
    ) -> dict[str, float]:
        """Go forwards and backwards over a batch; step when enough batches are added up."""
        every = self.options.accumulate
        last = (step + 1) % every == 0 or step + 1 == steps
        device = self.fabric.device
        waiting = nullcontext() if last else self.fabric.no_backward_sync(self.model)
        with waiting:
            figures = self.model(clips.to(device), targets.to(device))
            self.fabric.backward(figures["loss"] / every)
        values = {name: float(value.detach()) for name, value in figures.items()}
        if not math.isfinite(values["loss"]):
            raise SkelshotError(
                f"{self.stage.name}, epoch {epoch + 1}, step {step + 1}: the loss is "
                f"{values['loss']}; lower {self.stage.name}.optimiser.lr (found "
                f"{self.stage.optimiser.lr}) or set its clip_norm"
            )
        if last:
            values |= self.stage.before_step(self.optimiser)
            self.optimiser.step()
            self.optimiser.zero_grad(set_to_none=True)
            self.stage.after_step()
        return values
