"""Options of the two strategies that compare views of a clip and need no labels."""

from typing import ClassVar, Literal

from pydantic import Field

from skelshot.pretraining.stage_options import OptimizerOptions, StageOptions
from skelshot.skeletons import Stream
from skelshot.skeletons.view_augmentation import ViewAugmentation

KeyNorm = Literal["batch", "running"]
"""Statistics that keys are normalised by: those of their own batch, or running ones."""

NORMAL = ViewAugmentation(shift=1 / 6, shear=0.5)
"""AimCLR's normal view (Guo et al., AAAI 2022)."""

EXTREME = ViewAugmentation(
    shift=1 / 6,
    shear=0.5,
    mirror=0.5,
    main_axis_degrees=(30, 1),
    jitter=0.01,
    jitter_probability=0.5,
    blur=0.5,
    mask_axis=0.5,
)
"""AimCLR's extreme view; its released code leaves the reversal of time out."""

CONSERVATIVE = ViewAugmentation(crop=(0.75, 1.0), rotate_degrees=(10, 10, 10), jitter=0.005)
"""A mild view for BYOL: the ranges are ours, Moliner et al. (CVPRW 2022) are not public."""

AGGRESSIVE = ViewAugmentation(
    crop=(0.4, 1.0),
    shear=0.5,
    mirror=0.5,
    rotate_degrees=(30, 30, 30),
    jitter=0.01,
    blur=0.5,
    mask_axis=0.3,
    mask_joints=0.3,
    time_reverse=0.2,
)
"""A strong view for BYOL: the ranges are ours, too."""


class ByolOptions(StageOptions):
    """Skeleton-BYOL: predict one view's vector from another's (Moliner et al., CVPRW 2022).

    Args:
        name: `byol`.
        epochs: Passes over the base clips.
        batch: Clips a batch.
        optimizer: The optimizer.
        hidden: Width of the hidden layer in projector and predictor.
        embedding: Width of their output.
        decay: Share of the target network that a step keeps.
        decay_schedule: `constant`, or `cosine` from `decay` to 1, epoch by epoch.
        symmetric: Also predict the aggressive view from the conservative one, and add the two.
        conservative: The mild view.
        aggressive: The strong view.
        other_camera: Probability that the second view is of another camera's clip of the same
            performance, where the store knows of one.
    """

    described: ClassVar[str] = "strategy byol"

    name: Literal["byol"] = "byol"
    epochs: int = Field(100, ge=0, le=99_999)
    batch: int = Field(128, ge=2, le=1_000_000)
    optimizer: OptimizerOptions = OptimizerOptions(schedule="constant")
    hidden: int = Field(4096, ge=1, le=65_536)
    embedding: int = Field(256, ge=1, le=65_536)
    decay: float = Field(0.99, ge=0, le=1)
    decay_schedule: Literal["constant", "cosine"] = "cosine"
    symmetric: bool = True
    conservative: ViewAugmentation = CONSERVATIVE
    aggressive: ViewAugmentation = AGGRESSIVE
    other_camera: float = Field(0.5, ge=0, le=1)


class AimClrOptions(StageOptions):
    """AimCLR (Guo et al., AAAI 2022), and CrosSCLR (Li et al., CVPR 2021) as its options.

    Args:
        name: `aimclr`.
        epochs: Passes over the base clips.
        batch: Clips a batch; it need not divide the queue.
        optimizer: The optimizer.
        lower_rate_from: Epoch, from 0, from which the learning rate is a tenth; None keeps it.
        embedding: Width of the vectors that are compared.
        queue: Earlier keys that serve as negatives; fewer than the base clips.
        temperature: Similarities are divided by it.
        decay: Share of the key encoder that a step keeps.
        key_norm: `batch` normalises keys by their own batch, as published; with small batches
            its statistics tell the batch's own keys from the queue, and the contrast is solved
            by them alone. `running` takes running statistics, moving averages like the weights.
        normal: The view of queries and keys.
        extreme: The view whose similarities are matched to the normal view's; None leaves it out.
        attention_drop: Match the extreme view without its most salient features, too.
        drop_threshold: Energy, 0.62 (at the mean) to 1, from which a feature is dropped.
        mining: Further positives: `none`; `nearest`, the queue's entries nearest to the clip's
            own views; `cross-stream`, those nearest to the clip in another stream.
        mine_from_epoch: First epoch, from 0, in which positives are mined.
        top_k: How many entries each search takes.
        further_streams: Streams that are trained beside the encoder's own input, each with an
            encoder of its own that is thrown away afterwards. CrosSCLR has the encoder on
            `joint`, and here `[joint-motion, bone]`.
        context: In cross-stream mining, compare products of both streams' similarities, too.
    """

    described: ClassVar[str] = "strategy aimclr"

    name: Literal["aimclr"] = "aimclr"
    epochs: int = Field(300, ge=0, le=99_999)
    batch: int = Field(128, ge=2, le=1_000_000)
    optimizer: OptimizerOptions = OptimizerOptions(schedule="constant")
    lower_rate_from: int | None = Field(250, ge=0)
    embedding: int = Field(128, ge=1, le=65_536)
    queue: int = Field(32768, ge=1, le=10_000_000)
    temperature: float = Field(0.07, gt=0)
    decay: float = Field(0.999, ge=0, le=1)
    key_norm: KeyNorm = "batch"
    normal: ViewAugmentation = NORMAL
    extreme: ViewAugmentation | None = EXTREME
    attention_drop: bool = True
    drop_threshold: float = Field(0.7, ge=0, le=1)
    mining: Literal["none", "nearest", "cross-stream"] = "nearest"
    mine_from_epoch: int = Field(150, ge=0)
    top_k: int = Field(1, ge=1, le=10_000_000)
    further_streams: tuple[Stream, ...] = ()
    context: bool = True
