"""Momentum contrast of one stream: queries, slowly following keys, and their queue."""

from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skelshot.encoders import Encoder
from skelshot.pretraining.contrastive import queue_logits
from skelshot.pretraining.key_queue import KeyQueue
from skelshot.pretraining.momentum import target_like, update_moving_average
from skelshot.pretraining.view_options import KeyNorm


class MomentumContrast(nn.Module):
    """The projector of one encoder, the key encoder that follows both, and the queue.

    MoCo v2 (Chen et al., 2020) as AimCLR and CrosSCLR use it. The encoder itself stays outside,
    since the stage owns it. Weights start from torch's global generator.

    Args:
        encoder: Its features are projected; the key encoder starts as its copy.
        embedding: Width of the vectors that are compared.
        queue: Entries of the queue.
        temperature: Similarities are divided by it.
        decay: Share of the key encoder that a step keeps.
        key_norm: `batch` normalises keys by their own batch, as published; `running` by running
            statistics that follow as the weights do.
    """

    def __init__(
        self,
        encoder: Encoder,
        embedding: int,
        queue: int,
        temperature: float,
        decay: float,
        key_norm: KeyNorm = "batch",
    ) -> None:
        super().__init__()
        width = encoder.embed_dim
        self.projector = nn.Sequential(
            nn.Linear(width, width), nn.ReLU(), nn.Linear(width, embedding)
        )
        self.key_encoder = target_like(encoder)
        self.key_projector = target_like(self.projector)
        self.queue = KeyQueue(queue, embedding)
        self.temperature = temperature
        self.decay = decay
        self.key_norm = key_norm

    def train(self, mode: bool = True) -> Self:
        """Set the mode; a key encoder with running statistics never looks at its batch."""
        super().train(mode)
        if self.key_norm == "running":
            self.key_encoder.eval()
        return self

    def query(self, features: Tensor) -> Tensor:
        """Project features (n, D) to L2-normalised queries (n, E), float32."""
        return F.normalize(self.projector(features).float(), dim=1)

    @torch.no_grad()
    def key(self, clips: Tensor) -> Tensor:
        """Encode clips (n, C, T, V, M) as L2-normalised keys (n, E), float32."""
        return F.normalize(self.key_projector(self.key_encoder(clips)).float(), dim=1)

    def logits(self, queries: Tensor, keys: Tensor, numbers: Tensor) -> Tensor:
        """Compare queries with their keys and the queue.

        Earlier keys of a clip itself are no negatives; the released codes let them pass, which
        matters where the queue is about as long as the data.

        Args:
            queries: (n, E).
            keys: (n, E).
            numbers: Numbers of the clips (n,).

        Returns:
            Logits (n, 1 + K), float32.
        """
        # Float32 throughout: similarities over a small temperature drown in bfloat16.
        with torch.autocast(queries.device.type, enabled=False):
            entries = self.queue.entries.clone()  # the queue is written before the gradient runs
            return queue_logits(queries, keys, entries, self.temperature, self.queue.own(numbers))

    def follow(self, encoder: Encoder) -> None:
        """Move the key encoder and its projector a step: xi <- m xi + (1 - m) theta."""
        update_moving_average(self.key_encoder, encoder, self.decay)
        update_moving_average(self.key_projector, self.projector, self.decay)
        if self.key_norm == "running":
            follow_statistics(self.key_encoder, encoder, self.decay)


@torch.no_grad()
def follow_statistics(target: nn.Module, online: nn.Module, decay: float) -> None:
    """Move a target's running means and variances towards the online module's.

    The exponential moving average normalisation of Cai et al. (CVPR 2021). Keys that are
    normalised by their own batch carry its statistics, which their queries share and the queue
    does not, so that the key can be told from the negatives without looking at the clip.

    Args:
        target: Changed in place.
        online: Of the same form.
        decay: Share that stays.

    Example:
        >>> online, target = nn.BatchNorm1d(2), nn.BatchNorm1d(2)
        >>> _ = online.running_mean.fill_(1.0)
        >>> follow_statistics(target, online, decay=0.75)
        >>> target.running_mean
        tensor([0.2500, 0.2500])
    """
    statistics = dict(online.named_buffers())
    for name, value in target.named_buffers():
        if value.is_floating_point():
            value.mul_(decay).add_(statistics[name], alpha=1 - decay)
