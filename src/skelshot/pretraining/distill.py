"""Distillation: an encoder learns how alike trained encoders find two clips, and the labels."""

from typing import ClassVar, Literal, cast

import torch
from pydantic import Field
from torch import Tensor, nn

from skelshot.datasets.batches import Item, clip_input
from skelshot.datasets.store import Store
from skelshot.encoders import Encoder, load_encoder, packaged_for
from skelshot.encoders.readouts import read_out
from skelshot.ground import SkelshotError
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
            files, or names of packaged weights; each sees the clips as it was trained to.
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
    """A trained encoder, which does not change, and what it sees of a clip.

    Where it reads clips as the new encoder does, it sees channels of the same input; else its own
    input is made of the clip, in its own layout, under the same random changes.

    Args:
        encoder: The encoder.
        inputs: What it reads.
        store: The clips.
        beside: What the new encoder reads.

    Raises:
        SkelshotError: The clips have no such coordinates or joints.
    """

    def __init__(self, encoder: Encoder, inputs: InputSpec, store: Store, beside: InputSpec):
        super().__init__()
        self.encoder = encoder.requires_grad_(False)
        self.inputs = inputs
        self.channels = _channels_within(inputs, beside)
        self.store = store.for_input(inputs)

    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        """Map its clips (n, C, T, V, M) to vectors (n, D T' V) of the map as it is, in float32."""
        return flat_vectors(self.encoder, x, self.encoder.feature_map(x))


def _channels_within(inputs: InputSpec, beside: InputSpec) -> list[int] | None:
    """Find an input among the channels of another; None where it is no part of it."""
    same = {"streams": beside.streams, "sides": beside.sides}
    if inputs.model_copy(update=same) != beside or inputs.confidence:
        return None
    if not set(inputs.streams) <= set(beside.streams):
        return None
    slices = [beside.channels_of(stream) for stream in inputs.streams]
    return [channel for one in slices for channel in range(beside.channels)[one]]


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
        SkelshotError: A trained encoder is missing or cannot read the clips, or there is only one.
    """

    name = "distill"
    paper = "Fang et al., SEED: Self-supervised Distillation for Visual Representation, ICLR 2021"
    options_type = DistillOptions
    fewest_clips = 2

    def __init__(self, encoder: Encoder, options: DistillOptions, data: StageData) -> None:
        super().__init__(encoder, options, data)
        self.options = options
        views = {word: _trained_view(word, data) for word in options.encoders}
        self.trained_views = nn.ModuleList(views.values()).eval()
        foreign = [
            f"{word} sees the clips in the layout {view.inputs.layout.name}"
            for word, view in views.items()
            if view.inputs.layout != data.inputs.layout
        ]
        self.remark = "; ".join(foreign) or None
        self.head: nn.Module | None = None
        if options.ce_weight:
            classes = data.base.classes(options.time_reversed)
            self.head = class_head(encoder.embed_dim, classes, options.ce_head)

    def batches(self, epoch: int) -> list[list[Item]]:
        """Shuffle the clips, each one forwards and, if asked, backwards."""
        return self.shuffled(both_ways(self.data.base.shown, self.options.time_reversed), epoch)

    def load(self, item: Item, epoch: int) -> dict[str, Tensor]:
        """Prepare one use of a clip, for each trained encoder that reads it in its own way, too.

        Args:
            item: One of `batches`.
            epoch: The epoch.

        Returns:
            `clips` and `labels`, and `clips_0`, `clips_1`, ... of those encoders.
        """
        data, loaded = self.data, super().load(item, epoch)
        for place, view in enumerate(self._views()):
            if view.channels is None:
                keys = (data.seed, self.name, epoch)
                own = clip_input(view.store, item, view.inputs, data.augmentation, keys)
                loaded[f"clips_{place}"] = own
        return loaded

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the loss of a batch.

        Args:
            batch: Encoder input `clips` (n, C, T, V, M), classes `labels` (n,), and what else
                `load` gave.

        Returns:
            `loss`; with labels the sum of `likeness_loss` and the weighted `label_loss`, which are
            there too, with the `accuracy`.
        """
        x, options = batch["clips"], self.options
        feature_map = self.encoder.feature_map(x)
        theirs = [
            view(batch[f"clips_{place}"] if view.channels is None else x[:, view.channels])
            for place, view in enumerate(self._views())
        ]
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

    def _views(self) -> list[TrainedView]:
        return cast("list[TrainedView]", list(self.trained_views))

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


def _trained_view(word: str, data: StageData) -> TrainedView:
    """Load a trained encoder, and see that it can read the clips."""
    file = starting_point(word, "strategy.encoders").encoder_file(data.base.split.index)
    encoder, read = load_encoder(file)
    store = data.base.store
    try:
        inputs = InputSpec.model_validate(read)
        return TrainedView(encoder, inputs, store, data.inputs)
    except SkelshotError as error:
        flat = store.channels < read.get("coordinates", 3)
        packaged = f"; name another, such as {packaged_for(store.channels)}" if flat else ""
        raise SkelshotError(f"strategy.encoders {word}: {error}{packaged}") from error
