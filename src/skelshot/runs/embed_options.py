"""Options of the features that a trained encoder makes of clips."""

from typing import ClassVar

from pydantic import Field, field_validator

from skelshot.encoders.readouts import ReadOut
from skelshot.fewshot.views import View
from skelshot.ground.options import Options
from skelshot.ground.precision import Precision, settled_precision


class EmbedOptions(Options):
    """Options of reading clips out.

    Args:
        readout: `pooled` vectors as in the paper, or one vector a joint.
        views: Views of each clip whose features are averaged; the clip alone by default. They
            use no other clip, so an evaluation stays inductive.
        batch: Clips a forward pass.
        precision: `float32`, or `bfloat16` autocast, about twice as fast where the processor
            has instructions for it; `auto` takes it there, and is written down as what it took.
    """

    described: ClassVar[str] = "evaluate"

    readout: ReadOut = "pooled"
    views: tuple[View, ...] = Field((View(),), min_length=1)
    batch: int = Field(64, ge=1, le=1_000_000)
    precision: Precision = "float32"

    @field_validator("precision", mode="before")
    @classmethod
    def _settle_precision(cls, value: object) -> object:
        return settled_precision(value)
