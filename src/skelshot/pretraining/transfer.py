"""Representation transfer from a frozen teacher: stage 1 of the paper (section IV.B)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from skelshot.datasets.batches import Item, shuffled_batches
from skelshot.encoders import Encoder
from skelshot.pretraining.options import TransferOptions
from skelshot.pretraining.stage import BaseSet, Stage
from skelshot.pretraining.teacher_head import TeacherHead
from skelshot.pretraining.teacher_targets import TeacherTargets
from skelshot.teachers import FeatureCache


class TransferStage(Stage):
    """Regress the teacher's features from the skeleton, in one direction only.

    One head compares the encoder's embedding with the teacher's features; where f_t and f_v are
    kept apart, each has a head of its own over the one encoder. Heads are thrown away afterwards.

    Args:
        encoder: The encoder to train.
        base: The base clips.
        options: Heads, loss and optimiser.
        teacher: Cached features that cover the base classes.
        seed: Initial heads, batches and augmentation follow from it.

    Raises:
        SkelshotError: The cache is of other data, lacks base classes or the representation.
    """

    name = "transfer"

    def __init__(
        self,
        encoder: Encoder,
        base: BaseSet,
        options: TransferOptions,
        teacher: FeatureCache,
        seed: int,
    ) -> None:
        super().__init__(encoder, base, seed)
        self._teacher = TeacherTargets(base, teacher, options, seed)
        self.options = options
        self.epochs = options.epochs
        self.optimiser = options.optimiser
        self.heads = nn.ModuleList(
            TeacherHead(encoder.embed_dim, teacher.dim, options) for _ in range(self._teacher.parts)
        )

    def batches(self, epoch: int) -> list[list[Item]]:
        """Shuffle the base clips; `use` carries the epoch to the choice of sample and rendering."""
        items = [item._replace(use=epoch) for item in self._teacher.items]
        if self._teacher.backwards:
            items += [item._replace(backwards=True) for item in items]
        return shuffled_batches(items, self.options.batch, self.seed, self.name, epoch)

    def targets(self, batch: Sequence[Item]) -> Tensor:
        """Look up the teacher's features of one random sample and rendering of each clip.

        Args:
            batch: Items of base clips.

        Returns:
            f_vl of each clip in one or two parts, (n, parts, teacher size).
        """
        return self._teacher(batch)

    def forward(self, clips: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """Add up the heads' losses, eq. 1 of the paper or its contrast.

        Args:
            clips: Encoder input (n, C, T, V, M).
            targets: Teacher features (n, parts, teacher size); a part that a clip lacks is NaN
                and does not count.

        Returns:
            `loss`, and `spread`, the mean standard deviation of the normalised predictions
            over the batch, which falls to 0 when they collapse to one point.
        """
        embeddings = self.encoder(clips)
        losses, spreads = [], []
        for head, part in zip(self.heads, targets.unbind(1), strict=True):
            there = part.isfinite().all(1)
            if there.sum() < 2:  # too few for a batch norm
                continue
            loss, spread = head(embeddings[there], part[there])
            losses.append(loss)
            spreads.append(spread)
        return {"loss": torch.stack(losses).sum(), "spread": torch.stack(spreads).mean()}

    def trained(self) -> list[tuple[nn.Module, float]]:
        """Train the skeleton side; the predictor's rate has a factor of its own."""
        return [
            (self.encoder, 1.0),
            *(module for head in self._heads for module in head.trained()),
        ]

    def after_step(self) -> None:
        """Move the teacher's projectors, eq. 2 of the paper."""
        for head in self._heads:
            head.follow()

    @property
    def _heads(self) -> list[TeacherHead]:
        return [head for head in self.heads if isinstance(head, TeacherHead)]
