"""Options of the features that a trained encoder makes of clips."""

from typing import ClassVar, Self

import torch
from pydantic import Field

from skelshot.encoders.readouts import ReadOut
from skelshot.fewshot.views import View
from skelshot.ground.options import Options
from skelshot.ground.precision import AskedPrecision, settled_precision


class EmbedOptions(Options):
    """Options of reading clips out.

    Args:
        readout: `pooled` vectors as in the paper, one vector a joint (`joints`), or the whole map,
            which keeps time (`flat`).
        views: Views of each clip whose features are averaged; the clip alone by default. They
            use no other clip, so an evaluation stays inductive.
        batch: Clips a forward pass.
        precision: `float32`, or `bfloat16` autocast, about twice as fast where the device has
            instructions for it; `auto` takes it there, and results tell what it took.
    """

    described: ClassVar[str] = "evaluate"

    readout: ReadOut = "pooled"
    views: tuple[View, ...] = Field((View(),), min_length=1)
    batch: int = Field(64, ge=1, le=1_000_000)
    precision: AskedPrecision = "float32"

    def on(self, device: torch.device | str) -> Self:
        """Settle the precision for a device.

        Args:
            device: Where features are made.

        Returns:
            The options, without `auto`.

        Example:
            >>> EmbedOptions(precision="auto").on("cpu").precision in ("float32", "bfloat16")
            True
        """
        settled = settled_precision(self.precision, torch.device(device).type)
        return self.model_copy(update={"precision": settled})
