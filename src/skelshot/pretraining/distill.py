"""Distillation: an encoder learns how alike trained encoders find two clips, and the labels."""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from skelshot.datasets.batches import Item, shuffled_batches
from skelshot.encoders import Encoder, load_encoder
from skelshot.encoders.readouts import read_out
from skelshot.ground import SkelshotError
from skelshot.ground.plans import Plan
from skelshot.pretraining.class_head import ClassHeadOptions, class_figures, class_head
from skelshot.pretraining.losses import likeness_loss
from skelshot.pretraining.stage import Stage, StageData, both_ways
from skelshot.pretraining.stage_options import StageOptions
from skelshot.pretraining.starting_points import starting_point
from skelshot.skeletons import InputSpec


class DistillOptions(StageOptions):
    """Distillation of trained encoders into one.

    Args:
        name: `distill`.
        encoders: Trained encoders to learn from: runs of the same store and protocol, encoders'
            files, or names of packaged weights; each sees streams that the input has, and reads
            it otherwise as the encoder does.
        temperature: Divides the cosines of both sides; a lower one looks at the nearest clips.
        ce_weight: Of a cross-entropy on the base classes beside; 0 learns without labels.
        ce_head: Its head over the base classes.
        time_reversed: Show each clip played backwards too, as a clip of a class of its own.
    """

    described: ClassVar[str] = "strategy distill"

    name: Literal["distill"] = "distill"
    encoders: tuple[str, ...] = Field(default=("skelshot-base",), min_length=1, max_length=16)
    temperature: float = Field(0.05, gt=0)
    ce_weight: float = Field(0.25, ge=0)
    ce_head: ClassHeadOptions = ClassHeadOptions()
    time_reversed: bool = False

    @property
    def learns_from(self) -> tuple[str, ...]:
        """The encoders."""
        return self.encoders


class TrainedView(nn.Module):
    """A trained encoder and the channels of the input that it sees; nothing of it changes.

    Args:
        encoder: The encoder.
        channels: Their places among the input's channels.
    """

    def __init__(self, encoder: Encoder, channels: list[int]) -> None:
        super().__init__()
        self.encoder = encoder.requires_grad_(False)
        self.channels = channels

    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        """Map clips (n, C, T, V, M) to vectors (n, D' T' V) of the map as it is, in float32."""
        seen = x[:, self.channels]
        return flat_vectors(self.encoder, seen, self.encoder.feature_map(seen))


class DistillStage(Stage):
    """Match the cosines between a batch's clips to those of trained encoders.

    Few-shot classifiers compare clips by the cosine of their maps, joint by joint and moment by
    moment, so these cosines are what is handed on. Several encoders are averaged, so that an
    ensemble's agreement fits into one network. All see the same changed clips.

    Args:
        encoder: The encoder to train.
        options: What it learns from, and how.
        data: The base clips and how they are read.

    Raises:
        SkelshotError: A trained encoder is missing or reads another input.
    """

    name = "distill"
    paper = "Fang et al., SEED: Self-supervised Distillation for Visual Representation, ICLR 2021"
    options_type = DistillOptions

    def __init__(self, encoder: Encoder, options: DistillOptions, data: StageData) -> None:
        super().__init__(encoder, options, data)
        self.options = options
        split = data.base.split.index
        views = [_trained_view(word, split, data.inputs) for word in options.encoders]
        self.trained_views = nn.ModuleList(views).eval()
        self.head: nn.Module | None = None
        if options.ce_weight:
            classes = data.base.classes(options.time_reversed)
            self.head = class_head(encoder.embed_dim, classes, options.ce_head)

    def batches(self, epoch: int) -> list[list[Item]]:
        """Shuffle the clips, each one forwards and, if asked, backwards."""
        items = both_ways(self.data.base.shown, self.options.time_reversed)
        return shuffled_batches(items, self.options.batch, self.data.seed, self.name, epoch)

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the loss of a batch.

        Args:
            batch: Encoder input `clips` (n, C, T, V, M) and classes `labels` (n,).

        Returns:
            `loss`; with labels the sum of `likeness_loss` and the weighted `label_loss`, which are
            there too, with the `accuracy`.
        """
        x, options = batch["clips"], self.options
        feature_map = self.encoder.feature_map(x)
        theirs = [view(x) for view in self.trained_views]
        own = flat_vectors(self.encoder, x, feature_map)
        loss = likeness_loss(own, theirs, temperature=options.temperature)
        if self.head is None:
            return {"loss": loss}
        vectors = read_out(feature_map.float(), "pooled", self.encoder.counted_persons(x))
        classes = class_figures(self.head(vectors), batch["labels"], options.ce_head)
        return {
            "loss": loss + options.ce_weight * classes["loss"],
            "likeness_loss": loss.detach(),
            "label_loss": classes["loss"].detach(),
            "accuracy": classes["accuracy"],
        }

    def trained(self) -> list[tuple[nn.Module, float]]:
        """Train the encoder and its head, never those that it learns from."""
        return [(part, 1.0) for part in (self.encoder, self.head) if part is not None]

    def train(self, mode: bool = True) -> "DistillStage":
        """Set the mode of what is trained; the others stay as they are in evaluation."""
        super().train(mode)
        self.trained_views.eval()
        return self


def flat_vectors(encoder: Encoder, x: Tensor, feature_map: Tensor) -> Tensor:
    """Return maps as vectors, one number a channel, moment and joint.

    Args:
        encoder: Tells which persons count.
        x: The clips (n, C, T, V, M).
        feature_map: Their maps (n, M, D, T', V).

    Returns:
        (n, D * T' * V), float32.
    """
    return read_out(feature_map.float(), "flat", encoder.counted_persons(x))


def _trained_view(word: str, split: int, inputs: InputSpec) -> TrainedView:
    """Load a trained encoder and find its channels among those of the input."""
    place = f"strategy.encoders {word}"
    file = starting_point(word, "strategy.encoders").encoder_file(split)
    encoder, read = load_encoder(file)
    spec = InputSpec.model_validate(read)
    own = {"streams", "sides"}
    Plan(
        "an encoder", inputs.model_dump(mode="json", exclude=own), "set input to what it reads"
    ).check(f"{place}, input", spec.model_dump(mode="json", exclude=own))
    try:
        slices = [inputs.channels_of(stream) for stream in spec.streams]
    except SkelshotError as error:
        raise SkelshotError(f"{place}, input, {error}") from error
    channels = [channel for one in slices for channel in range(inputs.channels)[one]]
    return TrainedView(encoder, channels)
