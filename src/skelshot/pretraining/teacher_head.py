"""What stage 1 puts between the encoder and one target of the teacher."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skelshot.pretraining.heads import linear_head, mlp_head
from skelshot.pretraining.losses import regression_loss, soft_contrast_loss
from skelshot.pretraining.momentum import target_like, update_moving_average
from skelshot.pretraining.options import TransferOptions


class TeacherHead(nn.Module):
    """Predict what the teacher's projector makes of a target, from the encoder's embedding.

    The teacher's projector g_vl is a moving average of the skeleton's projector g_s (eq. 2),
    so the two must take vectors of one size: a linear adapter brings the encoder's D features
    to the teacher's size.

    Args:
        in_dim: Size of the encoder's embeddings.
        teacher_dim: Size of the teacher's features.
        options: Form of the heads, loss and decay.
    """

    def __init__(self, in_dim: int, teacher_dim: int, options: TransferOptions) -> None:
        super().__init__()
        self.options = options
        norm_out = options.embedding_norm == "batch"
        self.adapter = nn.Linear(in_dim, teacher_dim)
        self.projector = (
            linear_head(teacher_dim, options.embedding, norm_out=norm_out)
            if options.projector == "linear"
            else mlp_head(teacher_dim, options.hidden, options.embedding, norm_out=norm_out)
        )
        self.predictor: nn.Module = (
            mlp_head(options.embedding, options.hidden, options.embedding)
            if options.predictor
            else nn.Identity()
        )
        self.teacher_projector = target_like(self.projector)

    def forward(self, embeddings: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Compare q(g_s(f_s)) with g_vl(f_vl) by eq. 1 of the paper or by its contrast.

        Args:
            embeddings: f_s of clips, (n, D).
            targets: Teacher features f_vl of the same clips, (n, teacher size).

        Returns:
            The loss, and the mean standard deviation of the normalised predictions over the
            batch, which falls to 0 when they collapse to one point.
        """
        prediction = self.predictor(self.projector(self.adapter(embeddings))).float()
        with torch.no_grad():
            target = self.teacher_projector(targets).float()
        return self._loss(prediction, target), F.normalize(prediction.detach()).std(0).mean()

    def _loss(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Compare predictions with projected targets, both (n, embedding)."""
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
        """List the modules of the skeleton's side, each with its factor on the learning rate."""
        factor = self.options.predictor_lr_factor
        return [(self.adapter, 1.0), (self.projector, 1.0), (self.predictor, factor)]

    def follow(self) -> None:
        """Move the teacher's projector, eq. 2 of the paper."""
        update_moving_average(self.teacher_projector, self.projector, self.options.decay)
