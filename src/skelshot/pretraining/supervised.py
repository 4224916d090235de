"""Supervised training on the base classes: the 'traditional' pre-training of Table VII."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skelshot.datasets.batches import Item, shuffled_batches
from skelshot.encoders import Encoder
from skelshot.pretraining.options import SupervisedOptions
from skelshot.pretraining.stage import BaseSet, Stage


class CosineHead(nn.Module):
    """Class logits as scaled cosines between features and one weight vector a class.

    Args:
        features: Feature size D.
        classes: Number of classes.
        scale: Factor on the cosine.
    """

    def __init__(self, features: int, classes: int, scale: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(classes, features) / features**0.5)
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        """Map features (n, D) to logits (n, classes)."""
        return self.scale * F.linear(F.normalize(x.float()), F.normalize(self.weight))


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
        self.head: nn.Module = (
            nn.Linear(encoder.embed_dim, classes)
            if options.head == "linear"
            else CosineHead(encoder.embed_dim, classes, options.scale)
        )

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
        logits = self.head(self.encoder(clips)).float()
        loss = F.cross_entropy(logits, targets, label_smoothing=self.options.label_smoothing)
        return {"loss": loss, "accuracy": (logits.argmax(1) == targets).float().mean()}
