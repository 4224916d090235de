"""Comparison of a general encoder's features, as the notes in its file say."""

from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from skelshot.ground.options import Options


class Matching(Options):
    """Evaluation with an encoder where nothing else is asked for.

    Args:
        name: What results call it, in the place of a preset's name.
        evaluate: Options of the evaluation, as presets spell them.
        beside: Few-shot methods without an encoder whose scores are added.
        weights: Of the encoder's scores, then of those beside; equal unless told.

    Raises:
        SkelshotError: A value does not fit, or the weights are not one for each.

    Example:
        >>> Matching(name="mine", evaluate={"readout": "flat"}, beside=["raw-dtw"]).beside
        ('raw-dtw',)
    """

    described: ClassVar[str] = "matching"

    name: str = Field(min_length=1, max_length=80)
    evaluate: dict[str, Any] = Field(default_factory=dict)
    beside: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()

    @model_validator(mode="after")
    def _one_weight_each(self) -> Self:
        if self.weights and len(self.weights) != len(self.beside) + 1:
            raise ValueError(
                f"weights: found {len(self.weights)}, expected {len(self.beside) + 1}, of the "
                "encoder and of each method beside"
            )
        return self
