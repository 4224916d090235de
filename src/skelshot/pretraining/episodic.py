"""Episodic training of the encoder through a few-shot method: stage 2 (section IV.B)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from skelshot.datasets.batches import Item
from skelshot.datasets.episodes import EpisodeSampler
from skelshot.encoders import Encoder
from skelshot.encoders.readouts import read_out
from skelshot.fewshot import FewShotMethod
from skelshot.ground import SkelshotError
from skelshot.pretraining.options import EpisodicOptions
from skelshot.pretraining.stage import BaseSet, Stage


class EpisodicStage(Stage):
    """Train the encoder, and the method's own weights, on N-way K-shot episodes of base clips.

    Args:
        encoder: The encoder to train.
        base: The base clips.
        method: Classifies the queries; gradients reach the encoder on both sides.
        options: Shape of the episodes, read-out and optimiser.
        seed: Episodes and augmentation follow from it.

    Raises:
        SkelshotError: The base clips cannot fill an episode, or the method cannot be trained.
    """

    name = "episodic"

    def __init__(
        self,
        encoder: Encoder,
        base: BaseSet,
        method: FewShotMethod,
        options: EpisodicOptions,
        seed: int,
    ) -> None:
        super().__init__(encoder, base, seed)
        if method.reads == "clip":
            raise SkelshotError(
                f"--episodes {method.name}: this method reads clips, not an encoder's features, "
                "so episodes have nothing to train; choose another, or none"
            )
        self.method = method
        self.options = options
        self.epochs = options.epochs
        self.optimiser = options.optimiser
        items = base.items
        if options.backwards_classes:
            items += [item._replace(backwards=True) for item in items]
        self._items = items
        self._sampler = EpisodeSampler(options.episode, base.targets(items).tolist(), seed)

    def batches(self, epoch: int) -> list[list[Item]]:
        """Draw the episodes of an epoch, `batch` episodes a step."""
        spec, size = self.options.episode, self.options.batch
        episodes = [
            [
                self._items[int(place)]._replace(use=number)
                for place in self._sampler.episode(epoch, number).ravel()
            ]
            for number in range(spec.per_epoch)
        ]
        return [
            [item for episode in episodes[start : start + size] for item in episode]
            for start in range(0, len(episodes), size)
        ]

    def forward(self, clips: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """Return the loss and accuracy on the queries of a batch of episodes.

        Args:
            clips: Encoder input (E * N * (K + Q/N), C, T, V, M), as `batches` orders it.
            targets: Base classes of the clips; unused, since places in the episode tell.

        Returns:
            `loss` and `accuracy`.
        """
        spec = self.options.episode
        maps = self.encoder.feature_map(clips).float()
        kept = maps.mean(1) if self.method.reads == "map" else read_out(maps, self.options.readout)
        features = kept.view(-1, spec.ways, spec.shots + spec.queries, *kept.shape[1:])
        support, queries = features[:, :, : spec.shots], features[:, :, spec.shots :].flatten(1, 2)
        logits = self.method.episode_logits(support, queries)
        truth = torch.arange(spec.ways, device=logits.device).repeat_interleave(spec.queries)
        truth = truth.expand(logits.shape[:2])
        loss = F.cross_entropy(logits.flatten(0, 1), truth.flatten())
        return {"loss": loss, "accuracy": (logits.argmax(-1) == truth).float().mean()}
