"""Episodic training of the encoder through a few-shot method: stage 2 (section IV.B)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn

from skelshot.datasets.batches import Item
from skelshot.datasets.protocols.episodes import EpisodeSampler, EpisodeSpec
from skelshot.encoders import Encoder
from skelshot.encoders.readouts import ReadOut
from skelshot.fewshot import FewShotMethod
from skelshot.fewshot.reading import check_reads, check_turns, read_features, read_shape
from skelshot.fewshot.weights import save_method
from skelshot.ground import SkelshotError
from skelshot.pretraining.stage import Stage, StageData, both_ways
from skelshot.pretraining.stage_options import OptimizerOptions, StageOptions
from skelshot.pretraining.text_encoders import text_encoder
from skelshot.runs.folder import METHOD


class EpisodicOptions(StageOptions):
    """Episodic training, stage 2 of the paper (section IV.B).

    Args:
        epochs: Passes of `episode.per_epoch` episodes each.
        batch: Episodes a step.
        episode: Shape of an episode.
        optimizer: SGD, momentum 0.9, weight decay 1e-4, lr 1e-3, cosine annealing as printed.
        readout: What of the encoder's output the method sees: `pooled` as in the paper,
            `joints` or `flat`.
        method_options: Options of the method that is trained, such as the cosine's `scale`.
        time_reversed: Draw base classes played backwards as classes of their own too.
    """

    described: ClassVar[str] = "episodic"
    renamed: ClassVar[Mapping[str, str]] = {
        **StageOptions.renamed,
        "backwards_classes": "time_reversed",
        "classifier": "method_options",
    }

    epochs: int = Field(20, ge=0, le=99_999)
    batch: int = Field(1, ge=1, le=1_000_000)
    episode: EpisodeSpec = EpisodeSpec()
    optimizer: OptimizerOptions = OptimizerOptions(name="sgd", lr=1e-3, weight_decay=1e-4)
    readout: ReadOut = "pooled"
    method_options: dict[str, Any] = Field(default_factory=dict)
    time_reversed: bool = False


class EpisodicStage(Stage):
    """Train the encoder, and the method's own weights, on N-way K-shot episodes of base clips.

    A method that reads clips and has weights is trained alone: it does not use the encoder,
    which stays as it is. Where it embeds clips with a network of its own, the episodes of a step
    are one batch of base clips to its metric loss.

    Args:
        encoder: The encoder to train.
        options: Shape of the episodes, read-out and optimizer.
        data: The base clips and what their channels are.
        method: Classifies the queries; gradients reach the encoder on both sides. Its weights,
            if it has any, are made here.

    Raises:
        SkelshotError: The base clips cannot fill an episode, or the method cannot be trained.
    """

    name = "episodic"
    rate_option = "episodic.optimizer.lr"

    options_type = EpisodicOptions

    def __init__(
        self,
        encoder: Encoder,
        options: EpisodicOptions,
        data: StageData,
        method: FewShotMethod,
    ) -> None:
        super().__init__(encoder, options, data)
        base, inputs = data.base, data.inputs
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
        check_turns(method, inputs.coordinates, "episodic.method_options")
        method.check_shape(options.episode.ways, options.episode.shots)
        self.method_shape = read_shape(method, encoder, options.readout)
        self.head: nn.Linear | None = None
        if (embedder := method.embedder) is not None:
            embedder.begin_training(self.method_shape, encoder.spec.layout)
            embedder.meet_inputs(inputs)
            embedder.take_over(encoder)  # what does not fit is refused before anything is trained
            if embedder.options.class_weight:
                classes = base.classes(options.time_reversed)
                self.head = nn.Linear(embedder.embed_dim, classes)
        else:
            method.make_weights(self.method_shape)
        method.meet_classes(base.store.class_names, base.store.layout, text_encoder)
        self.method = method
        self.options = options
        self.trains_encoder = method.reads != "clip"
        items = both_ways(base.items, options.time_reversed)
        self._items = items
        labels = [base.label(item) for item in items]
        self._sampler = EpisodeSampler(options.episode, labels, data.seed)

    def begin(self) -> None:
        """Begin with what the encoder has learned, where the method has its network."""
        if (embedder := self.method.embedder) is not None:
            embedder.take_over(self.encoder)

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

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the loss and accuracy on the queries of a batch of episodes.

        Args:
            batch: Encoder input `clips` (E * N * (K + Q/N), C, T, V, M), as `batches` orders
                it, of which further views are made if the method wants some; base classes
                `labels`, for the loss of a method that embeds clips and for names of classes.

        Returns:
            `loss` and `accuracy`.
        """
        spec, clips, labels = self.options.episode, batch["clips"], batch["labels"]
        kept = read_features(
            self.method, self.encoder, clips, self.options.readout, self.data.inputs
        )
        features = kept.reshape(-1, spec.ways, spec.shots + spec.queries, *kept.shape[1:])
        support, queries = features[:, :, : spec.shots], features[:, :, spec.shots :].flatten(1, 2)
        truth = torch.arange(spec.ways, device=clips.device).repeat_interleave(spec.queries)
        truth = truth.expand(queries.shape[:2])
        # Methods count on float32: distances between long vectors drown in bfloat16.
        with torch.autocast(clips.device.type, enabled=False):
            if (embedder := self.method.embedder) is not None:
                logits = embedder.matcher(support, queries)
                class_logits = None if self.head is None else self.head(kept)
                loss = embedder.embedding_loss(kept, labels, class_logits)
            else:
                logits = self._logits(support, queries, labels)
                loss = self.method.episode_loss(logits, truth, support, queries)
        return {"loss": loss, "accuracy": (logits.argmax(-1) == truth).float().mean()}

    def _logits(self, support: Tensor, queries: Tensor, rows: Tensor) -> Tensor:
        """Score the queries; a method that reads names is told which classes these are."""
        if not self.method.uses_class_names:
            return self.method.episode_logits(support, queries)
        spec, labels = self.options.episode, torch.tensor(self.data.base.split.base)
        drawn = rows.view(-1, spec.ways, spec.shots + spec.queries)[:, :, 0].cpu()
        # a class played backwards goes by the name of the class
        return self.method.score(support, queries, labels[drawn % len(labels)])

    def trained(self) -> list[tuple[nn.Module, float]]:
        """Train the encoder; the method's own weights have a factor on the learning rate."""
        if not self.trains_encoder:
            # Several processes would wait for the gradients of weights that never get any.
            self.encoder.requires_grad_(False)
            heads: list[tuple[nn.Module, float]] = [] if self.head is None else [(self.head, 1.0)]
            return [(self.method, self.method.lr_factor), *heads]
        if not self.method.has_weights:
            return super().trained()
        return [(self.encoder, 1.0), (self.method, self.method.lr_factor)]

    def save(self, folder: Path) -> None:
        """Write the weights of the method, if it has any.

        Args:
            folder: The checkpoints of the split.
        """
        if self.method.has_weights:
            save_method(folder / METHOD, self.method, self.method_shape)
