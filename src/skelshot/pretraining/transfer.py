"""Representation transfer from a frozen teacher: stage 1 of the paper (section IV.B)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skelshot.datasets.batches import Item
from skelshot.encoders import Encoder
from skelshot.ground import SkelshotError
from skelshot.pretraining.class_head import class_figures, class_head
from skelshot.pretraining.losses import regression_loss, soft_contrast_loss
from skelshot.pretraining.momentum import target_like, update_moving_average
from skelshot.pretraining.projectors import linear_head, mlp_head
from skelshot.pretraining.stage import Stage, StageData, both_ways
from skelshot.pretraining.teacher_targets import TeacherTargets
from skelshot.pretraining.transfer_options import TransferOptions


class TransferStage(Stage):
    """Regress the teacher's features from the skeleton, in one direction only.

    The teacher's projector g_vl is a moving average of the skeleton's projector g_s (eq. 2),
    so the two must take vectors of one size: a linear adapter brings the encoder's D features
    to the teacher's size. Adapter, projectors and predictor are thrown away afterwards.

    Beyond the paper, the encoder may learn the labels beside the teacher (`ce_weight`),
    through a class head that is thrown away as well.

    Args:
        encoder: The encoder to train.
        options: Heads, losses, decay and optimizer.
        data: The base clips, and cached features of a teacher that cover the base classes.

    Raises:
        SkelshotError: There are no features, or the cache is of other data, lacks base classes
            or the representation; or there is only one clip, and heads with batch norms.
    """

    name = "transfer"
    paper = (
        "Lu et al., Cross-Modal Contrastive Pre-training for Few-Shot Skeleton Action "
        "Recognition, IEEE TCSVT 34(10), 2024"
    )
    options_type = TransferOptions
    reads_teacher = True

    def __init__(self, encoder: Encoder, options: TransferOptions, data: StageData) -> None:
        super().__init__(encoder, options, data)
        teacher = data.teacher
        if teacher is None:
            raise SkelshotError(
                "strategy transfer: needs --features; make them with "
                "`skelshot teach STORE --teacher minilm --out FEATURES`"
            )
        self._targets = TeacherTargets(data.base, teacher, options, data.seed)
        self.remark = self._targets.remark
        self.options = options
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
        if options.ce_weight:
            classes = data.base.classes(self._targets.time_reversed)
            self.class_head = class_head(encoder.embed_dim, classes, options.ce_head)
        self._check_norms()

    def batches(self, epoch: int) -> list[list[Item]]:
        """Shuffle the base clips; `use` carries the epoch to the choice of sample and prompt."""
        stride = max(1, self.epochs)  # so that each use of an epoch has a number of its own
        items = [item._replace(use=epoch + stride * item.use) for item in self._items]
        return self.shuffled(items, epoch)

    def load(self, item: Item, epoch: int) -> dict[str, Tensor]:
        """Prepare one use of a clip, with the teacher's features of one sample and prompt.

        Args:
            item: One of `batches`.
            epoch: The epoch.

        Returns:
            `clips`, `labels`, and `targets`: f_vl of the clip (teacher size,).
        """
        return super().load(item, epoch) | {"targets": self._targets([item])[0]}

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return L = 2 - 2 cos(q(g_s(f_s)), g_vl(f_vl)), eq. 1, or the soft contrastive loss.

        Args:
            batch: Encoder input `clips` (n, C, T, V, M), `targets` f_vl (n, teacher size) and
                `labels` (n,).

        Returns:
            `loss`, and `collapse_std`, the mean standard deviation of the normalised predictions
            over the batch, which falls to 0 when they collapse to one point. With labels, `loss` is
            the weighted sum of `teacher_loss` and `label_loss`, and `accuracy` is there too.
        """
        embeddings = self.encoder(batch["clips"])
        prediction = self.predictor(self.projector(self.adapter(embeddings))).float()
        with torch.no_grad():
            target = self.teacher_projector(batch["targets"]).float()
        loss = self._loss(prediction, target)
        figures = {"loss": loss, "collapse_std": F.normalize(prediction.detach()).std(0).mean()}
        if self.class_head is None:
            return figures
        logits = self.class_head(embeddings)
        classes = class_figures(logits, batch["labels"], self.options.ce_head)
        return figures | {
            "loss": loss + self.options.ce_weight * classes["loss"],
            "teacher_loss": loss.detach(),
            "label_loss": classes["loss"].detach(),
            "accuracy": classes["accuracy"],
        }

    @property
    def _items(self) -> list[Item]:
        """All uses of clips in an epoch."""
        return both_ways(self._targets.items, self._targets.time_reversed)

    def _check_norms(self) -> None:
        """Refuse a single clip where a batch norm has to tell it from others."""
        heads = (*self.projector.modules(), *self.predictor.modules())
        found = len(self._items)
        if found < 2 and any(isinstance(part, nn.BatchNorm1d) for part in heads):
            raise SkelshotError(
                f"strategy {self.name}: found {found} clip{'s' * (found != 1)} to train on, "
                "expected at least 2 for the batch norms of its heads; take more base clips, or "
                "set strategy.projector=linear, strategy.predictor=false and "
                "strategy.embedding_norm=none"
            )

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
