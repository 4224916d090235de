"""An optimiser's options, and what all options of pre-training have in common."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """Options that never change and refuse unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OptimiserOptions(Options):
    """An optimiser and its learning-rate schedule.

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

    name: Literal["sgd", "adam", "adamw"] = "sgd"
    lr: float = Field(0.1, gt=0)
    momentum: float = Field(0.9, ge=0, lt=1)
    nesterov: bool = False
    weight_decay: float = Field(1e-4, ge=0)
    decay_vectors: bool = True
    schedule: Literal["constant", "cosine"] = "cosine"
    warmup: float = Field(0.0, ge=0, lt=1)
    clip_norm: float | None = Field(None, gt=0)
