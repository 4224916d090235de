"""What the stages share that compare views of clips and read no labels."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from skelshot.datasets.batches import Item, shuffled_batches
from skelshot.encoders import Encoder, mean_over_persons
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.pretraining.clip_views import clip_views
from skelshot.pretraining.stage import BaseSet, Stage
from skelshot.skeletons import InputSpec, Stream
from skelshot.skeletons.view_recipes import ViewRecipe


class ViewStage(Stage):
    """A stage that draws its own views of plain clips.

    The loop hands over plain joints, see `plain_inputs`; streams are taken of each view. What
    is random in a view follows from seed, stage, epoch, clip name and the view's own name.

    Args:
        encoder: The encoder to train.
        base: The base clips; their labels are not read.
        inputs: What the encoder eats.
        batch: Clips a batch.
        seed: Batches and views follow from it.

    Raises:
        SkelshotError: There are fewer than two clips, or the encoder's input is not that of
            `inputs`.
    """

    def __init__(
        self, encoder: Encoder, base: BaseSet, inputs: InputSpec, batch: int, seed: int
    ) -> None:
        super().__init__(encoder, base, seed)
        if len(base.indices) < 2:
            raise SkelshotError(
                f"strategy {self.name}: found {len(base.indices)} base clip, expected at least 2, "
                "since batch norm needs more than one"
            )
        if encoder.channels != inputs.channels:
            raise SkelshotError(
                f"strategy {self.name}: the encoder takes {encoder.channels} channels, the input "
                f"has {inputs.channels}; build the encoder for this input"
            )
        self.own_streams: tuple[Stream, ...] = inputs.streams
        self.layout = encoder.spec.layout
        self.batch = batch
        self.epoch = 0

    def batches(self, epoch: int) -> list[list[Item]]:
        """Shuffle the base clips, and remember the epoch for what follows from it."""
        self.epoch = epoch
        return shuffled_batches(self.base.items, self.batch, self.seed, self.name, epoch)

    def targets(self, batch: Sequence[Item]) -> Tensor:
        """Look up which clips a batch holds: all that the views are keyed by.

        Args:
            batch: Items of base clips.

        Returns:
            Numbers of the clips in the store (n,), int64.
        """
        return torch.tensor([item.clip for item in batch])

    def views(
        self,
        clips: Tensor,
        numbers: Tensor,
        recipe: ViewRecipe,
        name: str,
        further: Sequence[Sequence[Stream]] = (),
    ) -> list[Tensor]:
        """Draw a view of each clip.

        Args:
            clips: Plain joints (n, C, T, V, M).
            numbers: Numbers of the clips (n,).
            recipe: How far from the clips.
            name: Tells the views of a clip in one epoch apart.
            further: Sets of streams besides those of the encoder.

        Returns:
            The encoder's input (n, C', T, V, M), then that of each further set.
        """
        names = [self.base.store.clips[number].name for number in numbers.tolist()]
        rngs = [rng_for("view", self.seed, self.name, self.epoch, name, clip) for clip in names]
        return clip_views(clips, self.layout, recipe, [self.own_streams, *further], rngs)


def plain_inputs(inputs: InputSpec) -> InputSpec:
    """Tell what clips a `ViewStage` takes: joints only, whatever the encoder eats.

    Args:
        inputs: What the encoder eats.

    Returns:
        The same with the joint stream alone.

    Example:
        >>> plain_inputs(InputSpec(layout="kinect-v1", streams=("bone", "joint-motion"))).streams
        ('joint',)
    """
    return inputs.model_copy(update={"streams": ("joint",)})


def pool_map(encoder: Encoder, clips: Tensor, features: Tensor) -> Tensor:
    """Average a feature map as the encoder's own forward does.

    Args:
        encoder: Says whether absent persons count.
        clips: What the map is of, (n, C, T, V, M).
        features: (n, M, D, T', V).

    Returns:
        Vectors (n, D), float32.
    """
    vectors = features.mean(dim=(3, 4), dtype=torch.float32)
    return mean_over_persons(vectors, encoder.counted_persons(clips))


def spread(vectors: Tensor) -> Tensor:
    """Tell how far vectors are from collapsing to one point.

    Args:
        vectors: (n, D).

    Returns:
        The standard deviation over the batch of each coordinate of the L2-normalised vectors,
        averaged over coordinates: 0 when all point one way, 1 / sqrt(D) when they point
        everywhere. Without gradient.

    Example:
        >>> spread(torch.ones(4, 8)).item()
        0.0
    """
    return F.normalize(vectors.detach().float()).std(0, correction=0).mean()
