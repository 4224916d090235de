"""What an encoder is: the few values that fix its shape."""

from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)

from skelshot.ground import SkelshotError
from skelshot.skeletons.layout_field import LayoutField

EncoderName = Literal["st-gcn", "agcn", "ctr-gcn"]
"""The encoders there are."""

BASE_WIDTHS = (64, 128, 256)
"""Channels of blocks 1-4, 5-7 and 8-10 at width 1."""


class EncoderSpec(BaseModel):
    """An encoder's shape; it travels in checkpoints.

    The upper bounds are far beyond use; they keep a damaged checkpoint from asking for all
    memory.

    Args:
        name: The network.
        layout: The joint layout, V joints: its name, its definition or the layout itself.
        channels: Input channels C.
        frames: Frames T.
        persons: Persons M.
        width: Multiplies the channels 64, 128 and 256 of the blocks; each product is rounded
            to a multiple of 8 and is at least 8.
        dropout: Share of a block's temporal output set to zero in training.
        mask_absent_persons: Leave persons whose input is all zero out of the mean over
            persons. By default the mean is over all M, as in the published code.

    Raises:
        SkelshotError: A value is unknown or out of range; one line names each.

    Example:
        >>> EncoderSpec(name="agcn", layout="kinect-v2", persons=2, width=0.5).embed_dim
        128
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: EncoderName
    layout: LayoutField
    channels: int = Field(default=3, ge=1, le=1024)
    frames: int = Field(default=64, ge=1, le=4096)
    persons: int = Field(default=1, ge=1, le=16)
    width: float = Field(default=1.0, gt=0, le=16, allow_inf_nan=False)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    mask_absent_persons: bool = False

    @model_validator(mode="wrap")
    @classmethod
    def _check(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(values)
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(map(str, fault['loc']))}: found {fault['input']!r:.80}, {fault['msg']}"
                for fault in error.errors()
            )
            raise SkelshotError(f"encoder spec, {faults}") from error

    @property
    def widths(self) -> tuple[int, int, int]:
        """Channels of blocks 1-4, 5-7 and 8-10."""
        first, second, third = (max(8, int(w * self.width / 8 + 0.5) * 8) for w in BASE_WIDTHS)
        return first, second, third

    @property
    def embed_dim(self) -> int:
        """Size D of the vector that the encoder makes of a clip."""
        return self.widths[-1]
