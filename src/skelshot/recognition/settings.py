"""Settings of a recogniser, which a gallery keeps beside its exemplars."""

from typing import Annotated, ClassVar

from pydantic import Field

from skelshot.encoders.packaged import packaged_for
from skelshot.ground.options import Options
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.unknown import UNKNOWNS

Share = Annotated[float, Field(gt=0, lt=1)]


class RecognizerSettings(Options):
    """Settings of a recogniser.

    Args:
        encoder: Packaged weights, an encoder's file, a run or a split of it.
        match: How clips are compared.
        unknown: How unknown clips are told, one of `UNKNOWNS`.
        threshold: How sure it must be that a clip is known.
        conformal: How often a known clip may be refused, in place of the threshold: a promise that
            takes every second exemplar to keep, and so many of them.

    Raises:
        SkelshotError: A value is out of range or unknown.

    Example:
        >>> RecognizerSettings().encoder
        'skelshot-base'
    """

    described: ClassVar[str] = "recogniser"

    encoder: str = packaged_for(3)
    match: MatchOptions = MatchOptions()
    unknown: str = UNKNOWNS.names[0]
    threshold: Share = 0.5
    conformal: Share | None = None
