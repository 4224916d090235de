"""The contract between the training loop and its stages."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Optimizer

from skelshot.datasets.batches import Item, clip_input, shuffled_batches
from skelshot.datasets.protocols.tasks import Split, base_clips
from skelshot.datasets.store import Store
from skelshot.encoders import Encoder
from skelshot.ground import SkelshotError
from skelshot.ground.suggestions import did_you_mean
from skelshot.pretraining.optimizers import build_optimizer, clip_gradient, learning_rate
from skelshot.pretraining.stage_options import OptimizerOptions, StageOptions
from skelshot.skeletons import Augmentation, InputSpec
from skelshot.teachers import FeatureCache


@dataclass(frozen=True, eq=False)
class BaseSet:
    """The base clips of a split: all that pre-training may see.

    Args:
        store: The clips.
        split: Names the base classes.
        indices: Indices of the base clips (n,), ordered by clip name.
        rows: Which base class each clip is of, as a row of `split.base`, (n,).
        uses: How often each clip is shown an epoch, (n,); once unless told.
    """

    store: Store
    split: Split
    indices: NDArray[np.int64]
    rows: NDArray[np.int64]
    uses: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, store: Store, split: Split, repeats: Mapping[str, int] | None = None) -> "BaseSet":
        """Gather the base clips of a split.

        Args:
            store: The clips.
            split: Names the base classes.
            repeats: By split of the store how often its clips are shown an epoch; once unless
                told, the product where a clip is in several.

        Returns:
            The set.

        Raises:
            SkelshotError: A base class has no clip, or the store has no split of such a name.
        """
        indices = base_clips(store, split)
        row_of = {label: row for row, label in enumerate(split.base)}
        rows = np.array([row_of[store.clips[int(i)].label] for i in indices], np.int64)
        return cls(store, split, indices, rows, _uses(store, indices, repeats or {}))

    @property
    def items(self) -> list[Item]:
        """One item a clip."""
        return [Item(int(index)) for index in self.indices]

    @property
    def shown(self) -> list[Item]:
        """All uses of all clips in an epoch that shows each as often as was told."""
        if self.uses is None:
            return self.items
        return [
            item._replace(use=use)
            for item, uses in zip(self.items, self.uses.tolist(), strict=True)
            for use in range(uses)
        ]

    def classes(self, time_reversed: bool) -> int:
        """Count the classes of a head over the base classes, twice where clips play both ways."""
        return len(self.split.base) * (2 if time_reversed else 1)

    def label(self, item: Item) -> int:
        """Look up the base class of a clip.

        Args:
            item: A base clip.

        Returns:
            Row of `split.base`. Clips played backwards count as further classes, after all
            forward ones.
        """
        return self._row_of[item.clip] + len(self.split.base) * item.time_reversed

    @cached_property
    def _row_of(self) -> dict[int, int]:
        return dict(zip(self.indices.tolist(), self.rows.tolist(), strict=True))


def _uses(
    store: Store, indices: NDArray[np.int64], repeats: Mapping[str, int]
) -> NDArray[np.int64] | None:
    """Count the uses of each clip in an epoch; None for one of each."""
    if not repeats:
        return None
    uses = np.ones(len(store), np.int64)
    for name, times in repeats.items():
        if name not in store.splits:
            known = ", ".join(list(store.splits)[:8]) or "none"
            raise SkelshotError(
                f"repeats: {store.path} has no split {name!r:.80}"
                f"{did_you_mean(name, store.splits)}, it has {known}"
            )
        uses[[store.index_of(clip) for clip in store.splits[name]]] *= times
    return uses[indices]


def both_ways(items: list[Item], time_reversed: bool) -> list[Item]:
    """Add each use of a clip played backwards, if asked.

    Args:
        items: Uses of clips, forwards.
        time_reversed: Whether it is asked.

    Returns:
        Those forwards, then those backwards.

    Example:
        >>> [item.time_reversed for item in both_ways([Item(0), Item(1)], True)]
        [False, False, True, True]
    """
    backwards = [item._replace(time_reversed=True) for item in items] if time_reversed else []
    return items + backwards


@dataclass(frozen=True, eq=False)
class StageData:
    """All that a stage is trained on, whatever it is.

    Args:
        base: The base clips.
        inputs: From a stored clip to the encoder's input.
        augmentation: Random changes of the clips.
        seed: Initial heads, batches, augmentation and views follow from it.
        teacher: Cached features of a frozen teacher, where there are some.
    """

    base: BaseSet
    inputs: InputSpec
    augmentation: Augmentation = field(default_factory=Augmentation)
    seed: int = 0
    teacher: FeatureCache | None = None


class LoopStage(nn.Module, ABC):
    """Base of all that the loop trains: batches, loading, loss, optimizer and learning rates.

    Attributes:
        name: The stage's name, in logs and checkpoints.
        rate_option: The option that sets the learning rate, as messages say.

    Args:
        seed: All that is random follows from it.
    """

    name: ClassVar[str]
    rate_option: ClassVar[str] = "strategy.optimizer.lr"
    epochs: int
    optimizer: OptimizerOptions

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed

    @abstractmethod
    def batches(self, epoch: int) -> list[list[Any]]:
        """Draw the batches of an epoch; the same epoch always gives the same ones."""

    @abstractmethod
    def load(self, item: Any, epoch: int) -> dict[str, Tensor]:
        """Prepare one item of a batch; called in the workers of the data loader.

        Args:
            item: One of `batches`.
            epoch: The epoch; all that is random follows from it, the seed and the item.

        Returns:
            Tensors by name, which are stacked to batches.
        """

    @abstractmethod
    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the figures of a batch; `loss` is minimised.

        Args:
            batch: What `load` gave for each item, stacked.

        Returns:
            Scalars by name.
        """

    def trained(self) -> list[tuple[nn.Module, float]]:
        """List the modules to train, each with a factor on the learning rate."""
        return [(self, 1.0)]

    def make_optimizer(self) -> Optimizer:
        """Make the optimizer; each of its groups carries a `factor` on the learning rate."""
        return build_optimizer(self.optimizer, self.trained())

    def learning_rate(self, epoch: int, step: int, steps: int) -> float:
        """Return the rate of a step, before any factor.

        Args:
            epoch: Number of the epoch, from 0.
            step: Number of the step within it, from 0.
            steps: Steps of the epoch.
        """
        return learning_rate(self.optimizer, (epoch + step / steps) / self.epochs)

    def begin(self) -> None:
        """Do what comes once before the first epoch, when earlier stages are done."""

    def before_step(self, optimizer: Optimizer) -> dict[str, float]:
        """Treat the gradient before a step: clip its norm unless overridden.

        Args:
            optimizer: Holds the parameters.

        Returns:
            What the log tells of it.
        """
        clip_gradient(optimizer, self.optimizer.clip_norm)
        return {}

    def after_step(self) -> None:
        """Do what follows each step of the optimizer, for example a moving average."""

    def save(self, folder: Path) -> None:
        """Write what stays of the stage besides the encoder, when all is done.

        Args:
            folder: The checkpoints of the split.
        """


class Stage(LoopStage):
    """Base of the stages of pre-training, which train an encoder on the base clips of a split.

    A strategy is a stage with a `name`, an `options_type` and a constructor that takes encoder,
    options and data.

    Attributes:
        name: The name users type.
        paper: A short citation, or "" when there is no single source.
        options_type: The pydantic model of the stage's options, with the name as a field.
        draws_own_views: Whether it draws its own views of plain clips, so that the run's
            augmentation has no part in it.
        reads_teacher: Whether it reads the features of a teacher.
        trains_encoder: Whether gradients reach the encoder.
        fewest_clips: Base clips that it needs at least, such as two to compare.
        remark: What the data cannot give of what was asked, in words, for the result.

    Args:
        encoder: The skeleton encoder that the stage trains.
        options: Epochs, batches, optimizer and what else the stage is told.
        data: What it is trained on.

    Raises:
        SkelshotError: There are too few base clips.
    """

    paper: ClassVar[str] = ""
    options_type: ClassVar[type[StageOptions]]
    draws_own_views: ClassVar[bool] = False
    reads_teacher: ClassVar[bool] = False
    trains_encoder: bool = True
    fewest_clips: ClassVar[int] = 1
    remark: str | None = None

    def __init__(self, encoder: Encoder, options: StageOptions, data: StageData) -> None:
        super().__init__(data.seed)
        if (found := len(data.base.indices)) < self.fewest_clips:
            raise SkelshotError(
                f"strategy {self.name}: found {found} base clip{'s' * (found != 1)}, expected at "
                f"least {self.fewest_clips} to compare; take another strategy, or more clips"
            )
        self.encoder = encoder
        self.data = data
        self.batch = options.batch
        self.epochs = options.epochs
        self.optimizer = options.optimizer

    @abstractmethod
    def batches(self, epoch: int) -> list[list[Item]]:
        """Draw the batches of an epoch; the same epoch always gives the same ones."""

    def shuffled(self, items: Sequence[Item], epoch: int) -> list[list[Item]]:
        """Cut items into batches of the stage's size, in an order that is the epoch's own.

        Args:
            items: In an order that does not depend on other clips of the store.
            epoch: The epoch.

        Returns:
            Batches, see `shuffled_batches`.
        """
        return shuffled_batches(items, self.batch, self.data.seed, self.name, epoch)

    def load(self, item: Item, epoch: int) -> dict[str, Tensor]:
        """Prepare one use of a clip; called in the workers of the data loader.

        Args:
            item: One of `batches`.
            epoch: The epoch; all that is random follows from it, the seed and the clip's name.

        Returns:
            Tensors by name, which are stacked to batches: `clips` (C, T, V, M) and `labels`
            unless overridden.
        """
        return {
            "clips": self.encoded(item, epoch),
            "labels": torch.tensor(self.data.base.label(item)),
        }

    def encoded(self, item: Item, epoch: int) -> Tensor:
        """Turn one use of a clip into the encoder's input (C, T, V, M), changed at random."""
        data = self.data
        plain = self.draws_own_views
        return clip_input(
            data.base.store,
            item,
            plain_inputs(data.inputs) if plain else data.inputs,
            Augmentation() if plain else data.augmentation,
            (data.seed, self.name, epoch),
        )


def plain_inputs(inputs: InputSpec) -> InputSpec:
    """Reduce an input specification to the joint stream, for stages that draw their own views.

    Args:
        inputs: The encoder's input.

    Returns:
        The same with the joint stream alone.

    Example:
        >>> plain_inputs(InputSpec(layout="kinect-v1", streams=("bone", "joint-motion"))).streams
        ('joint',)
    """
    return inputs.model_copy(update={"streams": ("joint",)})
