"""Representation transfer from a frozen teacher: stage 1 of the paper (section IV.B)."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skelshot.datasets.batches import Item, shuffled_batches
from skelshot.encoders import Encoder
from skelshot.pretraining.class_head import class_figures, class_head
from skelshot.pretraining.heads import linear_head, mlp_head
from skelshot.pretraining.losses import regression_loss, soft_contrast_loss
from skelshot.pretraining.momentum import target_like, update_moving_average
from skelshot.pretraining.options import TransferOptions
from skelshot.pretraining.stage import BaseSet, Stage
from skelshot.pretraining.teacher_targets import TeacherTargets
from skelshot.teachers import FeatureCache


class TransferStage(Stage):
    """Regress the teacher's features from the skeleton, in one direction only.

    The teacher's projector g_vl is a moving average of the skeleton's projector g_s (eq. 2),
    so the two must take vectors of one size: a linear adapter brings the encoder's D features
    to the teacher's size. Adapter, projectors and predictor are thrown away afterwards.

    Beyond the paper, the encoder may learn the labels beside the teacher (`labels.weight`),
    through a class head that is thrown away as well.

    Args:
        encoder: The encoder to train.
        base: The base clips.
        options: Heads, losses, decay and optimiser.
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
        self.adapter = nn.Linear(encoder.embed_dim, teacher.dim)
        norm_out = options.embedding_norm == "batch"
        self.projector = (
            linear_head(teacher.dim, options.embedding, norm_out=norm_out)
            if options.projector == "linear"
            else mlp_head(teacher.dim, options.hidden, options.embedding, norm_out=norm_out)
        )
        self.predictor: nn.Module = (
            mlp_head(options.embedding, options.hidden, options.embedding)
            if options.predictor
            else nn.Identity()
        )
        self.teacher_projector = target_like(self.projector)
        self.class_head: nn.Module | None = None
        if options.labels.weight:
            classes = len(base.split.base) * (2 if self._teacher.backwards else 1)
            self.class_head = class_head(encoder.embed_dim, classes, options.labels)

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
            f_vl of each clip, (n, teacher size); where labels are trained on too, the clip's
            class follows as one more column.
        """
        features = self._teacher(batch)
        if self.class_head is None:
            return features
        return torch.cat([features, self.base.targets(batch)[:, None]], dim=1)

    def forward(self, clips: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """Return L = 2 - 2 cos(q(g_s(f_s)), g_vl(f_vl)), eq. 1 of the paper, or its contrast.

        Args:
            clips: Encoder input (n, C, T, V, M).
            targets: As `targets` gives them.

        Returns:
            `loss`, and `spread`, the mean standard deviation of the normalised predictions
            over the batch, which falls to 0 when they collapse to one point. With labels, `loss` is
            the weighted sum of `teacher_loss` and `label_loss`, and `accuracy` is there too.
        """
        embeddings = self.encoder(clips)
        prediction = self.predictor(self.projector(self.adapter(embeddings))).float()
        dim = self.adapter.out_features
        with torch.no_grad():
            target = self.teacher_projector(targets[:, :dim]).float()
        loss = self._loss(prediction, target)
        figures = {"loss": loss, "spread": F.normalize(prediction.detach()).std(0).mean()}
        if self.class_head is None:
            return figures
        labels = self.options.labels
        classes = class_figures(self.class_head(embeddings), targets[:, dim].long(), labels)
        return figures | {
            "loss": loss + labels.weight * classes["loss"],
            "teacher_loss": loss.detach(),
            "label_loss": classes["loss"].detach(),
            "accuracy": classes["accuracy"],
        }

    def _loss(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Compare predictions with targets, both (n, embedding)."""
        options = self.options
        if options.loss == "regression":
            return regression_loss(prediction, target)
        return soft_contrast_loss(
            prediction,
            target,
            scale=options.contrast_scale,
            temperature=options.contrast_temperature,
        )

    def trained(self) -> list[tuple[nn.Module, float]]:
        """Train the skeleton side and the class head; the predictor's rate has its own factor."""
        modules: list[tuple[nn.Module, float]] = [
            (self.encoder, 1.0),
            (self.adapter, 1.0),
            (self.projector, 1.0),
            (self.predictor, self.options.predictor_lr_factor),
        ]
        return modules if self.class_head is None else [*modules, (self.class_head, 1.0)]

    def after_step(self) -> None:
        """Move the teacher's projector, eq. 2 of the paper."""
        update_moving_average(self.teacher_projector, self.projector, self.options.decay)
