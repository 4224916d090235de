"""Options by which the bodies of an NTU RGB+D file become the persons of a clip."""

from typing import ClassVar, Literal

from pydantic import Field

from skelshot.ground.options import Options

Denoise = Literal["ctr-gcn", "none"]
"""Which tracks are kept: those that pass CTR-GCN's filters, or simply those that move most."""

Legacy = Literal["time-shift", "sum-zero", "second-hull", "empty-second"]
"""Flaws of the public CTR-GCN pipeline that can be asked for; see `BodyOptions.legacy`."""

EVERY_LEGACY: tuple[Legacy, ...] = ("time-shift", "sum-zero", "second-hull", "empty-second")
"""All of them: what the public scripts do to the letter."""


class BodyOptions(Options):
    """How tracked bodies become persons; the defaults are CTR-GCN's rules without their flaws.

    Rules and numbers are those of the public CTR-GCN preprocessing for NTU RGB+D, which the
    method's paper uses.

    Args:
        denoise: "ctr-gcn" filters tracks by length and spread when a file has more than one,
            and joins what is left into `persons` persons by motion; "none" makes the tracks
            with the most motion the persons, one track each.
        legacy: Flaws to reproduce. "time-shift": a body that goes and comes back is pulled to
            the end of its first part, as if it had never left. "sum-zero": somebody is missing
            in a frame whose coordinates add up to exactly 0. "second-hull": further persons
            count as seen in the first frame although they are not, which makes tracks
            overlap that do not. "empty-second": a clip of several tracks that are all one
            person keeps a second person who is never present.
        noise_length: Tracks of at most this many frames are noise.
        spread_ratio: A frame is odd when the body is wider than this times its height.
        spread_share: Tracks with at least this share of odd frames are noise.
        motion_filter: Also drop tracks other than the liveliest whose motion is outside
            `motion_range`. The public code has this filter and never calls it.
        motion_range: Least and most motion in square metres.
        persons: Most persons in a clip.

    Raises:
        SkelshotError: A value is out of range or unknown.

    Example:
        >>> BodyOptions(legacy=("time-shift",)).noise_length
        11
    """

    described: ClassVar[str] = "bodies"

    denoise: Denoise = "ctr-gcn"
    legacy: tuple[Legacy, ...] = ()
    noise_length: int = Field(default=11, ge=0)
    spread_ratio: float = Field(default=0.8, gt=0)
    spread_share: float = Field(default=0.69754, gt=0, le=1)
    motion_filter: bool = False
    motion_range: tuple[float, float] = (0.089925, 2.0)
    persons: int = Field(default=2, ge=1, le=6)
