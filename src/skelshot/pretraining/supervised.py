"""Supervised training on the base classes: the 'traditional' pre-training of Table VII."""

from torch import Tensor

from skelshot.datasets.batches import Item, shuffled_batches
from skelshot.encoders import Encoder
from skelshot.pretraining.class_head import class_figures, class_head
from skelshot.pretraining.options import SupervisedOptions
from skelshot.pretraining.stage import BaseSet, Stage


class SupervisedStage(Stage):
    """Cross-entropy on the base classes, and on the same classes played backwards if asked.

    Args:
        encoder: The encoder to train.
        base: The base clips.
        options: Head, batch and optimiser.
        seed: Batches and augmentation follow from it.
    """

    name = "supervised"

    def __init__(
        self, encoder: Encoder, base: BaseSet, options: SupervisedOptions, seed: int
    ) -> None:
        super().__init__(encoder, base, seed)
        self.options = options
        self.epochs = options.epochs
        self.optimiser = options.optimiser
        classes = len(base.split.base) * (2 if options.backwards_classes else 1)
        self.head = class_head(encoder.embed_dim, classes, options)

    def batches(self, epoch: int) -> list[list[Item]]:
        """Shuffle the clips, each one forwards and, if asked, backwards."""
        items = self.base.items
        if self.options.backwards_classes:
            items += [item._replace(backwards=True) for item in items]
        return shuffled_batches(items, self.options.batch, self.seed, self.name, epoch)

    def forward(self, clips: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """Return the loss and accuracy on a batch.

        Args:
            clips: Encoder input (n, C, T, V, M).
            targets: Classes (n,).

        Returns:
            `loss` and `accuracy`.
        """
        return class_figures(self.head(self.encoder(clips)), targets, self.options)
