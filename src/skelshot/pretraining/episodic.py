"""Episodic training of the encoder through a few-shot method: stage 2 (section IV.B)."""

import torch
from torch import Tensor, nn

from skelshot.datasets.batches import Item
from skelshot.datasets.episodes import EpisodeSampler
from skelshot.encoders import Encoder
from skelshot.fewshot import FewShotMethod
from skelshot.fewshot.reading import check_reads, check_turns, read_features, read_shape
from skelshot.ground import SkelshotError
from skelshot.pretraining.options import EpisodicOptions
from skelshot.pretraining.stage import BaseSet, Stage
from skelshot.pretraining.text_encoders import text_encoder
from skelshot.skeletons import InputSpec


class EpisodicStage(Stage):
    """Train the encoder, and the method's own weights, on N-way K-shot episodes of base clips.

    A method that reads clips and has weights is trained alone: it does not use the encoder,
    which stays as it is. Where it embeds clips with a network of its own, the episodes of a step
    are one batch of base clips to its metric loss.

    Args:
        encoder: The encoder to train.
        base: The base clips.
        method: Classifies the queries; gradients reach the encoder on both sides. Its weights,
            if it has any, are made here.
        options: Shape of the episodes, read-out and optimiser.
        seed: Episodes and augmentation follow from it.
        inputs: What the channels of the clips are.

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
        inputs: InputSpec,
    ) -> None:
        super().__init__(encoder, base, seed)
        if method.reads == "clip" and not method.has_weights:
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
        check_turns(method, inputs.coordinates, "episodic.classifier")
        method.check_shape(options.episode.ways, options.episode.shots)
        self.method_shape = read_shape(method, encoder, options.readout)
        self.head: nn.Linear | None = None
        if (embedder := method.embedder) is not None:
            embedder.begin_training(self.method_shape, encoder.spec.layout)
            embedder.meet_inputs(inputs)
            if embedder.options.class_weight:
                classes = len(base.split.base) * (2 if options.backwards_classes else 1)
                self.head = nn.Linear(embedder.embed_dim, classes)
        else:
            method.make_weights(self.method_shape)
        method.meet_classes(base.store.class_names, base.store.layout, text_encoder)
        self.method = method
        self.inputs = inputs
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
            targets: Base classes of the clips, for the loss of a method that embeds clips; for
                all others places in the episode tell.

        Returns:
            `loss` and `accuracy`.
        """
        spec = self.options.episode
        kept = read_features(self.method, self.encoder, clips, self.options.readout, self.inputs)
        features = kept.reshape(-1, spec.ways, spec.shots + spec.queries, *kept.shape[1:])
        support, queries = features[:, :, : spec.shots], features[:, :, spec.shots :].flatten(1, 2)
        truth = torch.arange(spec.ways, device=clips.device).repeat_interleave(spec.queries)
        truth = truth.expand(queries.shape[:2])
        # Methods count on float32: distances between long vectors drown in bfloat16.
        with torch.autocast(clips.device.type, enabled=False):
            if (embedder := self.method.embedder) is not None:
                logits = embedder.matcher(support, queries)
                class_logits = None if self.head is None else self.head(kept)
                loss = embedder.embedding_loss(kept, targets, class_logits)
            else:
                logits = self._logits(support, queries, targets)
                loss = self.method.episode_loss(logits, truth, support, queries)
        return {"loss": loss, "accuracy": (logits.argmax(-1) == truth).float().mean()}

    def _logits(self, support: Tensor, queries: Tensor, targets: Tensor) -> Tensor:
        """Score the queries; a method that reads names is told which classes these are."""
        if not self.method.uses_class_names:
            return self.method.episode_logits(support, queries)
        spec, labels = self.options.episode, torch.tensor(self.base.split.base)
        drawn = targets.view(-1, spec.ways, spec.shots + spec.queries)[:, :, 0].cpu()
        # a class played backwards goes by the name of the class
        return self.method.score(support, queries, labels[drawn % len(labels)])

    @property
    def uses_encoder(self) -> bool:
        """Whether the method reads the encoder's features, so that the encoder is trained."""
        return self.method.reads != "clip"

    def trained(self) -> list[tuple[nn.Module, float]]:
        """Train the encoder; the method's own weights have a factor on the learning rate."""
        if not self.uses_encoder:
            # Several processes would wait for the gradients of weights that never get any.
            self.encoder.requires_grad_(False)
            heads: list[tuple[nn.Module, float]] = [] if self.head is None else [(self.head, 1.0)]
            return [(self.method, self.method.lr_factor), *heads]
        if not self.method.has_weights:
            return super().trained()
        return [(self.encoder, 1.0), (self.method, self.method.lr_factor)]
