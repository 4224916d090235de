"""The options of few-shot methods."""

from pydantic import Field

from skelshot.ground.options import Options


class MethodOptions(Options):
    """The options of a method: frozen, and unknown names are refused.

    Example:
        >>> MethodOptions()
        MethodOptions()
    """


class WeightedOptions(MethodOptions):
    """The options of a method that has weights of its own.

    Attributes:
        lr_factor: The learning rate of these weights over that of the encoder, in episodes.
    """

    lr_factor: float = Field(1.0, gt=0)
