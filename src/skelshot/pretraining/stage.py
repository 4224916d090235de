"""What the training loop asks of a stage."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Optimizer

from skelshot.datasets.batches import Item
from skelshot.datasets.store import Store
from skelshot.datasets.tasks import Split, base_clips
from skelshot.encoders import Encoder
from skelshot.pretraining.optimisers import build_optimiser, clip_gradient, learning_rate
from skelshot.pretraining.options import OptimiserOptions


@dataclass(frozen=True, eq=False)
class BaseSet:
    """The base clips of a split: all that pre-training may see.

    Args:
        store: The clips.
        split: Names the base classes.
        indices: Indices of the base clips (n,), ordered by clip name.
        rows: Which base class each clip is of, as a row of `split.base`, (n,).
    """

    store: Store
    split: Split
    indices: NDArray[np.int64]
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, store: Store, split: Split) -> "BaseSet":
        """Gather the base clips of a split.

        Args:
            store: The clips.
            split: Names the base classes.

        Returns:
            The set.

        Raises:
            SkelshotError: A base class has no clip.
        """
        indices = base_clips(store, split)
        row_of = {label: row for row, label in enumerate(split.base)}
        rows = np.array([row_of[store.clips[int(i)].label] for i in indices], np.int64)
        return cls(store, split, indices, rows)

    @property
    def items(self) -> list[Item]:
        """One item a clip."""
        return [Item(int(index)) for index in self.indices]

    def targets(self, batch: Sequence[Item]) -> Tensor:
        """Look up the base classes of a batch.

        Args:
            batch: Items of base clips.

        Returns:
            Rows of `split.base` (n,), int64. Clips played backwards count as further classes,
            after all forward ones.
        """
        rows = np.array([self._row_of[item.clip] for item in batch], np.int64)
        shift = len(self.split.base) * np.array([item.backwards for item in batch])
        return torch.from_numpy(rows + shift)

    @cached_property
    def _row_of(self) -> dict[int, int]:
        return dict(zip(self.indices.tolist(), self.rows.tolist(), strict=True))


class LoopStage(nn.Module, ABC):
    """What the loop trains: batches, their targets, a loss, an optimiser and its rates.

    Args:
        seed: Batches and all that is random follow from it.
    """

    name: ClassVar[str]
    epochs: int
    optimiser: OptimiserOptions

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed

    @abstractmethod
    def batches(self, epoch: int) -> list[list[Any]]:
        """Draw the batches of an epoch; the same epoch always gives the same ones."""

    @abstractmethod
    def targets(self, batch: Sequence[Any]) -> Tensor:
        """Look up what a batch is to be trained towards."""

    @abstractmethod
    def forward(self, clips: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """Return the figures of a batch; `loss` is minimised."""

    def trained(self) -> list[tuple[nn.Module, float]]:
        """List the modules to train, each with a factor on the learning rate."""
        return [(self, 1.0)]

    def make_optimiser(self) -> Optimizer:
        """Make the optimiser; each of its groups carries a `factor` on the learning rate."""
        return build_optimiser(self.optimiser, self.trained())

    def learning_rate(self, epoch: int, step: int, steps: int) -> float:
        """Return the rate of a step, before any factor.

        Args:
            epoch: Number of the epoch, from 0.
            step: Number of the step within it, from 0.
            steps: Steps of the epoch.
        """
        return learning_rate(self.optimiser, (epoch + step / steps) / self.epochs)

    def before_step(self, optimiser: Optimizer) -> dict[str, float]:
        """Treat the gradient before a step of the optimiser: clip its norm unless overridden.

        Args:
            optimiser: Holds the parameters.

        Returns:
            Further figures for the log.
        """
        clip_gradient(optimiser, self.optimiser.clip_norm)
        return {}

    def after_step(self) -> None:
        """Do what follows each step of the optimiser, for example a moving average."""


class Stage(LoopStage):
    """One stage of pre-training: what is drawn, what is lost, what is trained.

    Args:
        encoder: The skeleton encoder that the stage trains.
        base: The base clips.
        seed: Batches and augmentation follow from it.
    """

    def __init__(self, encoder: Encoder, base: BaseSet, seed: int) -> None:
        super().__init__(seed)
        self.encoder = encoder
        self.base = base

    @abstractmethod
    def batches(self, epoch: int) -> list[list[Item]]:
        """Draw the batches of an epoch; the same epoch always gives the same ones."""

    def targets(self, batch: Sequence[Item]) -> Tensor:
        """Look up what a batch is to be trained towards: base classes unless overridden."""
        return self.base.targets(batch)

    @abstractmethod
    def forward(self, clips: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """Return the figures of a batch of clips (n, C, T, V, M); `loss` is minimised."""
