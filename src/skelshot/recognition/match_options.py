"""Options of how a clip is compared with exemplars."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from skelshot.encoders.readouts import ReadOut
from skelshot.ground.options import Options

Weight = Annotated[float, Field(ge=0, le=1e6)]


class MatchOptions(Options):
    """Options of how a clip is compared with exemplars; each is one of `skelshot evaluate`.

    Args:
        readout: How the encoder is read out: `flat` keeps time and joints, `joints` joints,
            `pooled` neither.
        distance: Compare what the encoder says of two clips by `cosine` or by `euclid`.
        to: Compare with the nearest `exemplar` of an action, with their `mean`, or with `both`,
            the average of the two nearnesses.
        encoder_weight: Weight of the encoder's scores; 0 leaves the encoder out.
        raw: The method that compares positions of joints beside it, or `none`.
        raw_weight: Weight of its scores.
        mirrored: Whether the encoder looks at a clip's mirror image as well. Left and right are
            then the same.

    Raises:
        SkelshotError: A value is out of range or unknown, or nothing is left to compare by.

    Example:
        >>> MatchOptions().readout, MatchOptions(raw="none").terms
        ('flat', 1)
    """

    described: ClassVar[str] = "match"

    readout: ReadOut = "flat"
    distance: Literal["cosine", "euclid"] = "cosine"
    to: Literal["exemplar", "mean", "both"] = "both"
    encoder_weight: Weight = 1.0
    raw: Literal["raw-dtw", "raw-nearest", "none"] = "raw-dtw"
    raw_weight: Weight = 0.25
    mirrored: bool = False

    @model_validator(mode="after")
    def _check_terms(self) -> Self:
        if not self.terms:
            raise ValueError(
                "expected encoder_weight or raw_weight above 0, and raw other than none"
            )
        return self

    @property
    def terms(self) -> int:
        """Number of ways of comparing that are left."""
        return int(self.encoder_weight > 0) + int(self.raw != "none" and self.raw_weight > 0)
