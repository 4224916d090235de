"""Episodic training of the encoder through a few-shot method: stage 2 (section IV.B)."""

import torch
from torch import Tensor, nn

from skelshot.datasets.batches import Item
from skelshot.datasets.episodes import EpisodeSampler
from skelshot.encoders import Encoder
from skelshot.fewshot import FewShotMethod
from skelshot.fewshot.reading import check_reads, read_features, read_shape
from skelshot.ground import SkelshotError
from skelshot.pretraining.options import EpisodicOptions
from skelshot.pretraining.stage import BaseSet, Stage


class EpisodicStage(Stage):
    """Train the encoder, and the method's own weights, on N-way K-shot episodes of base clips.

    Args:
        encoder: The encoder to train.
        base: The base clips.
        method: Classifies the queries; gradients reach the encoder on both sides. Its weights,
            if it has any, are made here.
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
        if method.fits_frozen_features:
            raise SkelshotError(
                f"--episodes {method.name}: this method fits features that do not move, so "
                "gradients do not reach the encoder; choose another, or none"
            )
        check_reads(method, encoder)
        method.check_shape(options.episode.ways, options.episode.shots)
        self.method_shape = read_shape(method, encoder, options.readout)
        method.make_weights(self.method_shape)
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
            clips: Encoder input (E * N * (K + Q/N), C, T, V, M), as `batches` orders it; views
                that the method wants are made of it.
            targets: Base classes of the clips; unused, since places in the episode tell.

        Returns:
            `loss` and `accuracy`.
        """
        spec = self.options.episode
        kept = read_features(self.method, self.encoder, clips, self.options.readout)
        features = kept.reshape(-1, spec.ways, spec.shots + spec.queries, *kept.shape[1:])
        support, queries = features[:, :, : spec.shots], features[:, :, spec.shots :].flatten(1, 2)
        truth = torch.arange(spec.ways, device=clips.device).repeat_interleave(spec.queries)
        truth = truth.expand(queries.shape[:2])
        # Methods count on float32: distances between long vectors drown in bfloat16.
        with torch.autocast(clips.device.type, enabled=False):
            logits = self.method.episode_logits(support, queries)
            loss = self.method.episode_loss(logits, truth, support, queries)
        return {"loss": loss, "accuracy": (logits.argmax(-1) == truth).float().mean()}

    def trained(self) -> list[tuple[nn.Module, float]]:
        """Train the encoder; the method's own weights have a factor on the learning rate."""
        if not self.method.has_weights:
            return super().trained()
        return [(self.encoder, 1.0), (self.method, self.method.lr_factor)]
