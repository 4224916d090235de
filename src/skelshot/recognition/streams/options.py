"""Options of following a stream."""

from typing import Annotated, ClassVar

from pydantic import Field

from skelshot.ground.options import Options

Seconds = Annotated[float, Field(gt=0, le=600)]
Likeness = Annotated[float, Field(ge=0, le=10)]


class StreamOptions(Options):
    """Options of following a stream; durations are seconds of the stream's own clock.

    Args:
        hop: From one look at the last seconds to the next.
        lengths: Lengths of what is looked at; those of the enrolled clips unless told.
        rate: Frames a second of enrolled clips and recordings that do not say; the times of a
            stream speak for themselves.
        gap: For how long a person may be missing, and what more is a break in the stream.
        enter: How like its action the most alike window of an event must be: 0 as clips of none
            of the actions are, 1 as enrolled clips of one action are to each other.
        leave: The same of every other window, by which an event goes on.
        agree: How many windows must say the same of the same time.
        merge: Windows of one action that are no farther apart are one event, unless those across
            the seam show that it was done twice.
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
    enter: Likeness = 0.6
    leave: Likeness = 0.5
    agree: int = Field(3, ge=1, le=100)
    merge: float = Field(0.3, ge=0, le=600)
    movement: float = Field(0.1, ge=0, le=100)
    near: float = Field(1.5, ge=0, le=100)
