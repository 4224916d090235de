"""The options that every stage has: epochs, batches and an optimizer."""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import Field

from skelshot.ground.options import Options
from skelshot.skeletons.view_augmentation import ViewAugmentation


class OptimizerOptions(Options):
    """An optimizer and its learning-rate schedule.

    Args:
        name: `sgd`, `adam` or `adamw`.
        lr: Learning rate at its highest.
        momentum: Of SGD.
        nesterov: Of SGD.
        weight_decay: L2 penalty (decoupled in AdamW).
        decay_vectors: Decay biases and normalisation weights too, as plain PyTorch does.
        schedule: `constant`, or `cosine` to zero over the stage.
        warmup: Share of the stage over which the rate rises linearly from zero.
        clip_norm: Largest norm of the whole gradient, or None.
    """

    described: ClassVar[str] = "optimizer"

    name: Literal["sgd", "adam", "adamw"] = "sgd"
    lr: float = Field(0.1, gt=0)
    momentum: float = Field(0.9, ge=0, lt=1)
    nesterov: bool = False
    weight_decay: float = Field(1e-4, ge=0)
    decay_vectors: bool = True
    schedule: Literal["constant", "cosine"] = "cosine"
    warmup: float = Field(0.0, ge=0, lt=1)
    clip_norm: float | None = Field(None, gt=0)


class StageOptions(Options):
    """Options of every stage; a strategy adds its own, and its `name` as a field.

    Args:
        epochs: Passes over the base clips.
        batch: Clips a batch.
        optimizer: The optimizer.
    """

    renamed: ClassVar[Mapping[str, str]] = {"optimiser": "optimizer"}

    epochs: int = Field(30, ge=0, le=99_999)
    batch: int = Field(32, ge=2, le=1_000_000)
    optimizer: OptimizerOptions = OptimizerOptions()

    @property
    def learns_from(self) -> tuple[str, ...]:
        """The trained encoders that the stage reads, as `--from` takes them; none by default."""
        return ()

    @property
    def augmentations(self) -> dict[str, ViewAugmentation]:
        """The random views that the stage draws itself, by the option's name."""
        return {name: value for name, value in self if isinstance(value, ViewAugmentation)}

    def without_mirror(self) -> Self:
        """Return the options with views that are never mirrored."""
        plain = {
            name: augmentation.model_copy(update={"mirror": 0.0})
            for name, augmentation in self.augmentations.items()
        }
        return self.model_copy(update=plain)
