"""The base of the stages that compare views of clips and read no labels."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from skelshot.datasets.batches import Item
from skelshot.encoders import Encoder, mean_over_persons
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.pretraining.clip_views import clip_views
from skelshot.pretraining.stage import Stage, StageData
from skelshot.pretraining.stage_options import StageOptions
from skelshot.skeletons import Stream
from skelshot.skeletons.view_augmentation import ViewAugmentation


class ViewStage(Stage):
    """A stage that draws its own views of plain clips, and reads no labels.

    What is random in a view follows from seed, stage, epoch, clip name, its use and the view's own
    name.

    Args:
        encoder: The encoder to train.
        options: Views, batch and optimizer.
        data: The base clips and the specification of the encoder's input.

    Raises:
        SkelshotError: There are fewer than two clips, or the encoder's input is not that of
            the data.
    """

    draws_own_views = True
    fewest_clips = 2

    def __init__(self, encoder: Encoder, options: StageOptions, data: StageData) -> None:
        super().__init__(encoder, options, data)
        if data.inputs.coordinates < data.base.store.channels:
            self.remark = (
                f"strategy {self.name} turns pictures in their plane alone: clips are seen from "
                "their own sensor, from nowhere else"
            )
        if encoder.channels != data.inputs.channels:
            raise SkelshotError(
                f"strategy {self.name}: the encoder takes {encoder.channels} channels, the input "
                f"has {data.inputs.channels}; build the encoder for this input"
            )
        self.epoch = 0

    def batches(self, epoch: int) -> list[list[Item]]:
        """Shuffle the base clips, and remember the epoch for what follows from it."""
        self.epoch = epoch
        return self.shuffled(self.data.base.shown, epoch)

    def views(
        self,
        plain: Tensor,
        clip: str,
        epoch: int,
        augmentation: ViewAugmentation,
        name: str,
        further: Sequence[Sequence[Stream]] = (),
        use: int = 0,
    ) -> list[Tensor]:
        """Draw a view of a clip.

        Args:
            plain: The clip's joints (C, T, V, M), from `encoded`.
            clip: The clip's name.
            epoch: The epoch.
            augmentation: How far the view may be from the clip.
            name: Tells the views of a clip in one epoch apart.
            further: Sets of streams besides those of the encoder.
            use: Tells several uses of a clip within an epoch apart.

        Returns:
            The encoder's input (C', T, V, M), then that of each further set.
        """
        inputs = self.data.inputs
        rng = rng_for("view", self.data.seed, self.name, epoch, name, clip, *later_use(use))
        return clip_views(plain, inputs.layout, augmentation, [inputs.streams, *further], rng)


def later_use(use: int) -> tuple[int, ...]:
    """Give the random key of a use of a clip, without which the first one has always been.

    Args:
        use: Its number within the epoch.

    Returns:
        Empty for the first, the number for any other.

    Example:
        >>> later_use(0), later_use(2)
        ((), (2,))
    """
    return (use,) if use else ()


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


def collapse_std(vectors: Tensor) -> Tensor:
    """Return the collapse standard deviation, which is 0 when all vectors are one point.

    Args:
        vectors: (n, D).

    Returns:
        The standard deviation over the batch of each coordinate of the L2-normalised vectors,
        averaged over coordinates: 0 when all point one way, 1 / sqrt(D) when they point
        everywhere. Without gradient.

    Example:
        >>> collapse_std(torch.ones(4, 8)).item()
        0.0
    """
    return F.normalize(vectors.detach().float()).std(0, correction=0).mean()
