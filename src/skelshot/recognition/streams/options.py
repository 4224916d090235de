"""Options of following a stream."""

from typing import Annotated, ClassVar

from pydantic import Field

from skelshot.ground.options import Options

Seconds = Annotated[float, Field(gt=0, le=600)]
Share = Annotated[float, Field(ge=0, le=1)]


class StreamOptions(Options):
    """Options of following a stream; durations are seconds of the stream's own clock.

    Args:
        hop: From one look at the last seconds to the next.
        lengths: Lengths of what is looked at; those of the enrolled clips unless told.
        rate: Frames a second of enrolled clips and recordings that do not say; the times of a
            stream speak for themselves.
        gap: For how long a person may be missing, and what more is a break in the stream.
        enter: How sure a window must be of its action (its confidence) to begin an event.
        leave: How likely the action must stay (known at all), as a share of the recogniser's
            threshold, for the event to go on between two such windows.
        agree: How many windows must say the same of the same time; three quarters of the number
            of lengths, and three at least, unless told.
        merge: Events of one action that are no farther apart are one.
        movement: Metres that a body must move at least, unless the enrolled clips move less.
        near: Metres within which two people may act together.

    Raises:
        SkelshotError: A value is out of range or unknown.

    Example:
        >>> StreamOptions(hop=0.1).gap
        0.5
    """

    described: ClassVar[str] = "stream"

    hop: Seconds = 0.2
    lengths: tuple[Seconds, ...] | None = Field(None, min_length=1, max_length=16)
    rate: float = Field(30.0, gt=0, le=1000)
    gap: Seconds = 0.5
    enter: Share = 0.0
    leave: Share = 0.7
    agree: int | None = Field(None, ge=1, le=100)
    merge: float = Field(0.3, ge=0, le=600)
    movement: float = Field(0.1, ge=0, le=100)
    near: float = Field(1.5, ge=0, le=100)
