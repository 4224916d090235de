"""Momentum contrast of one stream: queries, slowly following keys, and their queue."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skelshot.encoders import Encoder
from skelshot.pretraining.contrastive import queue_logits
from skelshot.pretraining.key_queue import KeyQueue
from skelshot.pretraining.momentum import target_like, update_moving_average


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
    """

    def __init__(
        self, encoder: Encoder, embedding: int, queue: int, temperature: float, decay: float
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
