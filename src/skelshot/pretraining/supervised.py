"""Supervised training on the base classes: the 'traditional' pre-training of Table VII."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from torch import Tensor

from skelshot.datasets.batches import Item
from skelshot.encoders import Encoder
from skelshot.ground import SkelshotError
from skelshot.pretraining.class_head import ClassHeadOptions, class_figures, class_head
from skelshot.pretraining.stage import Stage, StageData, both_ways
from skelshot.pretraining.stage_options import StageOptions


class SupervisedOptions(StageOptions, ClassHeadOptions):
    """Training on the base classes alone; the head's options are those of `ClassHeadOptions`.

    Args:
        name: `supervised`.
        time_reversed: Train on each base class played backwards as a class of its own.
    """

    described: ClassVar[str] = "strategy supervised"
    renamed: ClassVar[Mapping[str, str]] = {
        **StageOptions.renamed,
        "backwards_classes": "time_reversed",
    }

    name: Literal["supervised"] = "supervised"
    time_reversed: bool = False


class SupervisedStage(Stage):
    """Cross-entropy on the base classes, and on the same classes played backwards if asked.

    Args:
        encoder: The encoder to train.
        options: Head, batch and optimizer.
        data: The base clips and how they are read.
    """

    name = "supervised"
    options_type = SupervisedOptions

    def __init__(self, encoder: Encoder, options: SupervisedOptions, data: StageData) -> None:
        super().__init__(encoder, options, data)
        self.options = options
        classes = data.base.classes(options.time_reversed)
        if classes < 2:
            [only] = data.base.split.base
            raise SkelshotError(
                f"strategy supervised: found one base class, "
                f"{data.base.store.class_names[only]!r:.80}, expected two or more, as one label "
                "tells nothing; train on more classes, or choose another --strategy"
            )
        self.head = class_head(encoder.embed_dim, classes, options)

    def batches(self, epoch: int) -> list[list[Item]]:
        """Shuffle the clips, each one forwards and, if asked, backwards."""
        return self.shuffled(both_ways(self.data.base.shown, self.options.time_reversed), epoch)

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the loss and accuracy on a batch.

        Args:
            batch: Encoder input `clips` (n, C, T, V, M) and classes `labels` (n,).

        Returns:
            `loss` and `accuracy`.
        """
        return class_figures(self.head(self.encoder(batch["clips"])), batch["labels"], self.options)
